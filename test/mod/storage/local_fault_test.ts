// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { type Random, systemRandom, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import type { Fd } from "../../../mod/platform/mod.ts";
import { LocalStorage } from "../../../mod/storage/mod.ts";
import { type MemoryCall, MemoryFileSystem } from "../../kit/memory_file_system.ts";
import { listed, pattern, rejectsWith, stored, testStorage } from "../../suite/storage.ts";

const bytes = pattern(5000);
const file = stored("data", bytes);

testStorage("LocalStorage over a file system in memory", () => {
  const fs = new MemoryFileSystem();
  return Promise.resolve({
    storage: new LocalStorage(fs, systemRandom, "/srv/repo"),
    [Symbol.asyncDispose]() {
      assert.equal(fs.openCount, 0, "descriptors are left open");
      return Promise.resolve();
    },
  });
});

async function created(): Promise<{ fs: MemoryFileSystem; storage: LocalStorage }> {
  const fs = new MemoryFileSystem();
  const storage = new LocalStorage(fs, systemRandom, "/srv/repo");
  await storage.create();
  return { fs, storage };
}

/** Making the names in one folder durable takes its time. */
class OneSlowFolder extends MemoryFileSystem {
  slow: bigint | undefined;

  override async syncAsync(fd: Fd): Promise<void> {
    if (this.statFd(fd).ino === this.slow) await new Promise((resolve) => setTimeout(resolve, 20));
    await super.syncAsync(fd);
  }
}

/** Bytes that depend on the seed alone. */
function seeded(seed: number): Random {
  let at = seed;
  return { bytes: (length) => pattern(length, at++ * 7919 + 1) };
}

Deno.test("LocalStorage: what was saved survives any power cut, and at none is half a file seen", async () => {
  const { fs, storage } = await created();
  const crashes: MemoryFileSystem[] = [];
  {
    using _watch = fs.failWhen(() => {
      for (let seed = 0; seed < 4; seed++) crashes.push(fs.crash(seeded(seed)));
      return undefined;
    });
    await storage.save(file, bytes);
    await storage.save({ type: "config", name: "" }, bytes.slice(0, 100));
  }
  for (const survivor of crashes) {
    const after = new LocalStorage(survivor, systemRandom, "/srv/repo");
    for (const { name, size } of await listed(after, "data")) {
      assert.deepEqual({ name, size }, { name: file.name, size: bytes.length });
      assert.deepEqual(await after.load(file), bytes);
    }
    for (const { size } of await listed(after, "config")) assert.equal(size, 100);
    await after.close();
  }
  for (let seed = 0; seed < 50; seed++) {
    const after = new LocalStorage(fs.crash(seeded(seed)), systemRandom, "/srv/repo");
    assert.deepEqual(await after.load(file), bytes);
    assert.deepEqual(await after.load({ type: "config", name: "" }), bytes.slice(0, 100));
    await after.close();
  }
  await storage.close();
});

Deno.test("LocalStorage: a new repository and a folder made on the way survive a power cut", async () => {
  const { fs, storage } = await created();
  await storage.save({ type: "config", name: "" }, bytes);
  for (let seed = 0; seed < 20; seed++) {
    const after = new LocalStorage(fs.crash(seeded(seed)), systemRandom, "/srv/repo");
    assert.deepEqual(await after.load({ type: "config", name: "" }), bytes);
    await after.save(file, bytes);
    await after.close();
  }
  await storage.close();
});

Deno.test("LocalStorage: files saved at once into folders that a power cut took away are all safe", async () => {
  const fs = new OneSlowFolder();
  const storage = new LocalStorage(fs, systemRandom, "/srv/repo");
  await storage.create();
  const data = fs.openFolder(fs.openRoot("/srv/repo"), utf8("data"));
  fs.slow = fs.statFd(data).ino;
  for (let folder = 0; folder < 256; folder++) {
    fs.removeFolder(data, utf8(folder.toString(16).padStart(2, "0")));
  }
  // Many of the names share a folder, and all share the folder above.
  const files = Array.from({ length: 600 }, (_, i) => pattern(200, i));
  await Promise.all(files.map(async (bytes, i) => {
    // Some come when their folder is there, but not yet durable.
    await new Promise((resolve) => setTimeout(resolve, i % 5));
    await storage.save(stored("data", bytes), bytes);
    // At the moment it is called safe, it is.
    const after = new LocalStorage(fs.crash(seeded(bytes[0]!)), systemRandom, "/srv/repo");
    assert.deepEqual(await after.load(stored("data", bytes)), bytes);
    await after.close();
  }));
  await storage.close();
});

Deno.test("LocalStorage: an index that was removed does not come back after a power cut", async () => {
  const { fs, storage } = await created();
  await storage.save(stored("index", bytes), bytes);
  await storage.remove(stored("index", bytes));
  for (let seed = 0; seed < 50; seed++) {
    const after = new LocalStorage(fs.crash(seeded(seed)), systemRandom, "/srv/repo");
    assert.deepEqual(await listed(after, "index"), []);
    await after.close();
  }
  await storage.close();
});

Deno.test("LocalStorage: whichever call fails, save fails with a code, leaves nothing open, and works again", async () => {
  const dry = await created();
  let calls = 0;
  {
    using _count = dry.fs.failWhen(() => void calls++ as undefined);
    await dry.storage.save(file, bytes);
  }
  await dry.storage.close();
  assert(calls >= 8, `${calls} calls`);
  for (const errno of ["EIO", "ENOSPC", "EROFS"]) {
    for (let failing = 1; failing <= calls; failing++) {
      const { fs, storage } = await created();
      const before = fs.openCount;
      let seen = 0;
      const spoil = (call: MemoryCall) => call.call !== "close" && ++seen === failing;
      const rule = fs.failWhen((call) => spoil(call) ? errno : undefined);
      const error = await storage.save(file, bytes).then(() => undefined, (error: unknown) => error);
      rule[Symbol.dispose]();
      if (error !== undefined) {
        const code = { EIO: "SG1015", ENOSPC: "SG0200", EROFS: "SG1014" }[errno]!;
        assert(isSgError(error) && error.code === code, `call ${failing}: ${error}`);
        assert(error.message.startsWith(`Cannot save data/${file.name} in /srv/repo: `), error.message);
      }
      assert(fs.openCount - before <= 2, "descriptors leak");
      await storage.save(file, bytes);
      assert.deepEqual(await storage.load(file), bytes);
      assert.deepEqual(await listed(storage, "data"), [{ name: file.name, size: bytes.length }]);
      await storage.close();
      assert.equal(fs.openCount, 0);
    }
  }
});

Deno.test("LocalStorage: a sync that failed is not tried again on the same file", async () => {
  const { fs, storage } = await created();
  const synced: string[] = [];
  fs.failNext((call) => call.call === "sync", "EIO");
  using _watch = fs.failWhen((call) => {
    if (call.call === "create") synced.push(utf8Text(call.name!));
    return undefined;
  });
  await rejectsWith("SG1015", storage.save(file, bytes));
  await storage.save(file, bytes);
  assert.equal(new Set(synced).size, 2, "the second save takes a file of its own");
  for (let seed = 0; seed < 20; seed++) {
    const after = new LocalStorage(fs.crash(seeded(seed)), systemRandom, "/srv/repo");
    assert.deepEqual(await after.load(file), bytes);
    await after.close();
  }
  await storage.close();
});

Deno.test("LocalStorage: a config is refused to the second of two processes, also without hard links", async () => {
  for (const hardLinks of [true, false]) {
    const { fs, storage } = await created();
    const config = { type: "config", name: "" } as const;
    using _rule = fs.failWhen((call) => !hardLinks && call.call === "makeHardLink" ? "EPERM" : undefined);
    const second = new LocalStorage(fs, systemRandom, "/srv/repo");
    const outcomes = await Promise.allSettled([
      storage.save(config, pattern(10, 1)),
      second.save(config, pattern(10, 2)),
    ]);
    if (hardLinks) assert.equal(outcomes.filter((outcome) => outcome.status === "fulfilled").length, 1);
    await rejectsWith("SG1004", second.save(config, pattern(10, 3)));
    await storage.close();
    await second.close();
  }
});

Deno.test("LocalStorage: a full drive is SG0200 and keeps what was there", async () => {
  const fs = new MemoryFileSystem({ capacityBytes: 6000 });
  const storage = new LocalStorage(fs, systemRandom, "/srv/repo");
  await storage.create();
  await storage.save(file, bytes);
  await rejectsWith("SG0200", storage.save(stored("data", pattern(5000, 2)), pattern(5000, 2)));
  assert.deepEqual(await storage.load(file), bytes);
  assert.equal((await listed(storage, "data")).length, 1);
  await storage.close();
});

/** A drive that turns one bit of the first file that is written. */
class BentFileSystem extends MemoryFileSystem {
  bend = false;

  override writeAt(...[fd, written, offset]: Parameters<MemoryFileSystem["writeAt"]>): void {
    const copy = written.slice();
    if (this.bend) copy[copy.length >> 1]! ^= 1;
    this.bend = false;
    super.writeAt(fd, copy, offset);
  }
}

Deno.test("LocalStorage reads back all but packs, so that a bit that turned on the way is never taken for stored", async () => {
  const fs = new BentFileSystem();
  const storage = new LocalStorage(fs, systemRandom, "/srv/repo");
  await storage.create();
  for (const type of ["snapshots", "index", "keys", "locks", "config"] as const) {
    const handle = type === "config" ? { type, name: "" } as const : stored(type, bytes);
    fs.bend = true;
    await rejectsWith("SG1015", storage.save(handle, bytes));
    assert.deepEqual(await listed(storage, type), []);
    await storage.save(handle, bytes);
    assert.deepEqual(await storage.load(handle), bytes);
  }
  await storage.close();
  assert.equal(fs.openCount, 0);
});

Deno.test("LocalStorage.close closes all and does not complain of a drive that fails", async () => {
  const { fs, storage } = await created();
  await storage.save(file, bytes);
  using _rule = fs.failWhen(({ call }) => call === "close" ? "EIO" : undefined);
  await storage.close();
});
