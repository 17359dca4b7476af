// Copyright the SpareGrid authors. Apache-2.0.
// A simulation that finds nothing proves nothing, unless it finds what is known to be wrong: with each of three safeguards taken
// away, it must fail.
import assert from "node:assert/strict";
import type { FileSystem } from "../../mod/platform/mod.ts";
import type { FileHandle, FileType, Storage, StorageCall, StoredFile } from "../../mod/storage/mod.ts";
import { firstFailure } from "../kit/sim_campaign.ts";
import { runSeed, type SimOptions } from "../kit/sim_seed.ts";

/** Seeds within which it must fail. */
const SEEDS = 1000;

/** A port with some of its methods replaced. */
function replacing<T extends object>(port: T, methods: Partial<T>): T {
  return new Proxy(port, {
    get(target, property) {
      const own: unknown = Reflect.get(methods, property);
      if (own !== undefined) return own;
      const member: unknown = Reflect.get(target, property, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** A drive that never makes names durable by itself. */
const withoutFolderSync: SimOptions = {
  fileSystem: (fs: FileSystem) =>
    replacing(fs, {
      syncAsync: (fd) => fs.statFd(fd).kind === "dir" ? Promise.resolve() : fs.syncAsync(fd),
    }),
};

/** A storage to which the snapshot goes before the indexes that it needs. */
const snapshotFirst: SimOptions = {
  storage: (storage: Storage) => {
    let held: { file: FileHandle; bytes: Uint8Array<ArrayBuffer> }[] = [];
    const bringHome = async (call?: StorageCall) => {
      for (const { file, bytes } of held.splice(0)) await storage.save(file, bytes, call);
    };
    return replacing(storage, {
      async save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall) {
        if (file.type === "index") held = [...held, { file, bytes }];
        else {
          await storage.save(file, bytes, call);
          if (file.type === "snapshots") await bringHome(call);
        }
      },
      // Whoever removes something, a prune, has its indexes stored before: only the one order is turned round.
      async remove(file: FileHandle, call?: StorageCall) {
        await bringHome(call);
        await storage.remove(file, call);
      },
    });
  },
};

/** A storage that shows no locks to whoever has just written one. */
const withoutSecondLook: SimOptions = {
  storage: (storage: Storage) => {
    let written = false;
    return replacing(storage, {
      async save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall) {
        if (file.type === "locks") written = true;
        await storage.save(file, bytes, call);
      },
      async *list(type: FileType, call?: StorageCall) {
        if (type === "locks" && written) written = false;
        else yield* storage.list(type, call);
      },
    });
  },
};

/** A storage that goes on listing index files that are gone: to a session that stays open all it knows looks true. */
const withoutVanishing: SimOptions = {
  storage: (storage: Storage) => {
    const seen = new Map<string, StoredFile>();
    return replacing(storage, {
      async *list(type: FileType, call?: StorageCall) {
        if (type !== "index") return yield* storage.list(type, call);
        for await (const file of storage.list(type, call)) seen.set(file.name, file);
        yield* seen.values();
      },
    });
  },
};

const teeth = {
  "the look for index files that went": withoutVanishing,
  "the fsync of the folder": withoutFolderSync,
  "the index before the snapshot": snapshotFirst,
  "the second look at the locks": withoutSecondLook,
};

for (const [what, options] of Object.entries(teeth)) {
  Deno.test(`Simulation: without ${what} it fails within ${SEEDS} seeds`, async () => {
    const failure = await firstFailure(1, SEEDS, options);
    assert.ok(failure, "nothing was found");
    // It was the missing safeguard that was found, and nothing else.
    await runSeed(failure.seed);
    console.log(`without ${what}: ${failure.message.slice(0, 300)}`);
  });
}

Deno.test("Simulation: a seed tells the same story each time", async () => {
  for (const seed of [3, 17, 42]) {
    const [one, two] = [await runSeed(seed, { traced: true }), await runSeed(seed, { traced: true })];
    assert.ok(one.trace.length > 20);
    assert.deepEqual(one, two);
  }
});
