// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { MIB, utf8 } from "../../../mod/base/mod.ts";
import { isOsError } from "../../../mod/errors/mod.ts";
import { osError } from "../../../mod/platform/mod.ts";
import { TargetSync } from "../../../mod/restorer/target_sync.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";
import { SeededRandom } from "../../kit/seeded_random.ts";
import { content, paths } from "./sight.ts";
import { file, folder, node, restoreNodes, sorted, ToyStore } from "./toy_store.ts";

/** A system without a call that syncs everything, such as Windows. */
class WithoutSyncAll extends MemoryFileSystem {
  override readonly traits = { ...new MemoryFileSystem().traits, syncsAll: false };

  override syncAllAsync(): Promise<void> {
    return Promise.reject(osError("ENOSYS", "syncfs"));
  }
}

for (const System of [MemoryFileSystem, WithoutSyncAll]) {
  const how = System === MemoryFileSystem ? "with one call" : "file by file, where there is no such call";
  Deno.test(`restoreTree makes all durable ${how}`, async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const fs = new System();
      const store = new ToyStore();
      const nodes = sorted([
        file(store, "a", "hello"),
        file(store, "parts", "0123456789".repeat(500), { piece: 70 }),
        file(store, "empty", ""),
        node("symlink", "link", { linkTarget: utf8("a") }),
        folder(store, "sub", [file(store, "b", "bee"), folder(store, "deep", [file(store, "c", "sea")])]),
      ]);
      const { problems } = await restoreNodes(fs, store, nodes, "/new/target", { sync: true });
      assert.deepEqual(problems, []);
      const survivor = fs.crash(new SeededRandom(seed));
      assert.deepEqual(paths(survivor, "/new/target"), paths(fs, "/new/target"), `seed ${seed}`);
      for (const path of ["a", "parts", "empty", "sub/b", "sub/deep/c"]) {
        const at = `/new/target/${path}`;
        assert.deepEqual(content(survivor, at), content(fs, at), `seed ${seed}: ${path}`);
      }
    }
  });
}

Deno.test("TargetSync lets the drive begin early, one call at a time, and waits for it", async () => {
  const fs = new MemoryFileSystem();
  let calls = 0;
  using _count = fs.failWhen(({ call }) => {
    if (call === "syncAll") calls++;
    return undefined;
  });
  const sync = new TargetSync(fs, fs.openRoot("/"));
  sync.wrote(200 * MIB);
  await sync.settle();
  assert.equal(calls, 0);
  sync.wrote(100 * MIB);
  sync.wrote(1000 * MIB);
  await sync.settle();
  assert.equal(calls, 1);
  await sync.end();
  assert.equal(calls, 2);
});

Deno.test("TargetSync.end fails where the drive failed early", async () => {
  const fs = new MemoryFileSystem();
  const sync = new TargetSync(fs, fs.openRoot("/"));
  fs.failNext(({ call }) => call === "syncAll", "EIO");
  sync.wrote(300 * MIB);
  await sync.settle();
  await assert.rejects(sync.end(), (error) => isOsError(error, "EIO"));
});

Deno.test("TargetSync does nothing where nothing is to be made durable", async () => {
  const fs = new MemoryFileSystem();
  using _none = fs.failWhen(({ call }) => call.startsWith("sync") ? "EIO" : undefined);
  const sync = new TargetSync(fs, undefined);
  sync.wrote(1000 * MIB);
  await sync.end();
  assert.equal(sync.each, false);
});
