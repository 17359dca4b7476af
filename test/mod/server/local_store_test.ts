// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom, toHex } from "../../../mod/base/mod.ts";
import { sha256 } from "../../../mod/crypto/mod.ts";
import type { Fd } from "../../../mod/platform/mod.ts";
import { LocalStore } from "../../../mod/server/local_store.ts";
import type { StoreFile } from "../../../mod/server/store.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";
import { SeededRandom } from "../../kit/seeded_random.ts";
import { pattern } from "../../suite/storage.ts";

/** Making names durable takes its time, each time another. */
class SlowFolders extends MemoryFileSystem {
  #syncs = 0;

  override async syncAsync(fd: Fd): Promise<void> {
    if (this.statFd(fd).kind === "dir") {
      const ms = 25 - 8 * (this.#syncs++ % 4);
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
    await super.syncAsync(fd);
  }
}

const PLACE = { account: "pc", repository: "home" };

async function store(at: LocalStore, file: StoreFile, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  await using write = await at.begin();
  await write.append(bytes);
  await write.commit(file, sha256(bytes), false);
}

async function assertThere(fs: MemoryFileSystem, file: StoreFile, bytes: Uint8Array): Promise<void> {
  const survivor = await LocalStore.open(fs.crash(new SeededRandom(bytes[0]!)), systemRandom, "/srv");
  try {
    const parts = await Array.fromAsync(survivor.read(file, 0, bytes.length));
    assert.deepEqual(parts.flatMap((part) => [...part]), [...bytes]);
  } finally {
    survivor.close();
  }
}

Deno.test("LocalStore: what is called stored survives a power cut, however many bring the same file or folder at once", async () => {
  const fs = new SlowFolders();
  const at = await LocalStore.open(fs, systemRandom, "/srv");
  await at.prepare();
  // The folders of the repository are missing: the first files make them.
  const files = Array.from({ length: 40 }, (_, i) => pattern(300, i % 20)).map((bytes) => ({
    bytes,
    file: { ...PLACE, type: "data", name: toHex(sha256(bytes)) } as const,
  }));
  await Promise.all(files.map(async ({ file, bytes }, i) => {
    await new Promise((resolve) => setTimeout(resolve, i % 7));
    if (i >= 20 && await at.stat(file)) await at.settle(file);
    else await store(at, file, bytes);
    await assertThere(fs, file, bytes);
  }));
  at.close();
  assert.equal(fs.openCount, 0, "descriptors are left open");
});
