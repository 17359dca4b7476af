// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type SnapshotId, systemClock, systemRandom } from "../../../mod/base/mod.ts";
import {
  checkRepository,
  findUsedBlobs,
  type PruneOptions,
  pruneRepository,
  Repository,
} from "../../../mod/repository/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import {
  type FileType,
  LocalStorage,
  MemoryStorage,
  type Storage,
  type StoredFile,
  withBandwidthLimit,
} from "../../../mod/storage/mod.ts";
import { filesBelow } from "../../kit/crash_place.ts";
import { DamagedStorage, namesOf, StoppingStorage } from "../../kit/damaged_storage.ts";
import { FaultyStorage } from "../../kit/faulty_storage.ts";
import { scratch } from "../../kit/scratch.ts";
import { type Draft, DraftSaver, initRepository, PASSWORD, reopen, testPorts } from "../../kit/repository.ts";

const blob = (n: number, bytes = 3000) => {
  const out = systemRandom.bytes(bytes);
  new DataView(out.buffer).setUint32(0, n);
  return out;
};

async function open(storage: Storage): Promise<Repository> {
  return await Repository.open(storage, testPorts(), { password: PASSWORD, packBytesTarget: 20_000 });
}

async function prune(storage: Storage, options: PruneOptions = {}) {
  return await pruneRepository(await open(storage), options);
}

async function assertSound(storage: Storage, snapshots: number): Promise<void> {
  const report = await checkRepository(await open(storage), { readData: "all", headers: true });
  deepStrictEqual(report.findings, []);
  strictEqual(report.snapshots, snapshots);
}

/** Stores each draft as a snapshot, each by a program of its own. */
async function fill(storage: Storage, drafts: readonly Draft[]): Promise<SnapshotId[]> {
  await initRepository(storage);
  const ids: SnapshotId[] = [];
  for (const draft of drafts) {
    const repository = await open(storage);
    await repository.loadIndex();
    ids.push(await new DraftSaver(repository).snapshot(draft));
  }
  return ids;
}

Deno.test("pruneRepository removes half-written files of crashed runs once they are a day old", async () => {
  await using folder = await scratch();
  const storage = new LocalStorage(openFileSystem(), systemRandom, folder.path);
  await fill(storage, [{ a: blob(1) }]);
  const names = [
    "config-tmp-00",
    ...["snapshots", "index", "data/00"].map((sub) => `${sub}/${"0".repeat(64)}-tmp-00`),
  ];
  for (const name of names) Deno.writeTextFileSync(`${folder.path}/${name}`, "half");
  const left = () => names.filter((name) => filesBelow(folder.path).includes(`/${name}`));
  await prune(storage);
  deepStrictEqual(left(), names);
  const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
  for (const name of names) Deno.utimeSync(`${folder.path}/${name}`, yesterday, yesterday);
  await prune(withBandwidthLimit(storage, systemClock, {}), { dryRun: true });
  deepStrictEqual(left(), names);
  await prune(withBandwidthLimit(storage, systemClock, {}));
  deepStrictEqual(left(), []);
  await storage.close();
});

Deno.test("pruneRepository removes what no snapshot needs and keeps the rest", async () => {
  const storage = new MemoryStorage();
  const shared = [blob(1), blob(2)];
  const [first] = await fill(storage, [
    { a: [...shared, blob(3), blob(4), blob(5)], b: { c: "x" } },
    { a: [...shared, blob(6)] },
  ]);
  await (await open(storage)).removeSnapshots([first!]);
  const before = storage.usedBytes;
  const stats = await prune(storage, { maxUnused: { bytes: 0 } });
  ok(stats.unused.blobs >= 4);
  strictEqual(stats.unusedAfterBytes, 0);
  ok(storage.usedBytes < before - 9000);
  await assertSound(storage, 1);
  const again = await prune(storage, { maxUnused: { bytes: 0 } });
  deepStrictEqual([again.unused.blobs, again.repack.packs, again.remove.packs], [0, 0, 0]);
});

/** Memory whose list of a type leaves its last file out, once. */
class ForgetfulStorage extends MemoryStorage {
  forgets: FileType | undefined;

  override async *list(...[type, call]: Parameters<MemoryStorage["list"]>): AsyncIterable<StoredFile> {
    const files = await Array.fromAsync(super.list(type, call));
    if (this.forgets === type) {
      this.forgets = undefined;
      files.pop();
    }
    yield* files;
  }
}

Deno.test("pruneRepository removes nothing when a list left a snapshot or an index out", async () => {
  for (const type of ["snapshots", "index", "data"] as const) {
    const storage = new ForgetfulStorage();
    await fill(storage, [{ a: blob(1) }, { a: blob(2) }, { a: blob(3) }]);
    const packs = await namesOf(storage, "data");
    storage.forgets = type;
    await rejects(prune(storage), { code: type === "snapshots" ? "SG1015" : /^SG10(15|28|06)$/ }, type);
    deepStrictEqual(await namesOf(storage, "data"), packs);
    await assertSound(storage, 3);
  }
});

Deno.test("pruneRepository with dryRun changes nothing and says what it would do", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const [first] = await fill(storage, [{ a: blob(1) }, { a: blob(2) }]);
  await (await open(storage)).removeSnapshots([first!]);
  storage.changes.length = 0;
  const stats = await prune(storage, { dryRun: true });
  strictEqual(stats.remove.packs, 2);
  deepStrictEqual(storage.changes, []);
});

Deno.test("pruneRepository writes new packs, then indexes, then removes indexes, then packs", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const [first] = await fill(storage, [{ a: [blob(1), blob(2)] }, { a: [blob(3)] }]);
  const repository = await open(storage);
  await repository.loadIndex();
  const saver = new DraftSaver(repository);
  await saver.snapshot({ a: [blob(7), blob(8)], b: "keep" });
  await (await open(storage)).removeSnapshots([first!]);
  storage.changes.length = 0;
  await prune(storage, { maxUnused: { bytes: 0 }, repackSmall: true });
  const steps = storage.changes.filter((step, i, all) => step !== all[i - 1]);
  deepStrictEqual(steps, ["save data", "save index", "remove index", "remove data"]);
  await assertSound(storage, 2);
});

Deno.test("pruneRepository leaves unused data in place up to the given share", async () => {
  const shared = Array.from({ length: 5 }, (_, n) => blob(n, 2 ** 20));
  for (
    const [maxUnused, repacked] of [[{ percent: 20 }, 0], [{ percent: 5 }, 1], ["unlimited", 0]] as const
  ) {
    const storage = new MemoryStorage();
    const repository = await initRepository(storage);
    const first = await new DraftSaver(repository).snapshot({ a: [...shared, blob(99, 2 ** 19)] });
    await new DraftSaver(repository).snapshot({ a: shared });
    await repository.removeSnapshots([first]);
    const stats = await prune(storage, { maxUnused });
    strictEqual(stats.repack.packs, repacked);
    await assertSound(storage, 1);
  }
});

Deno.test("pruneRepository removes packs that no index lists", async () => {
  const storage = new MemoryStorage();
  await fill(storage, [{ a: blob(1) }]);
  const repository = await open(storage);
  const saver = new DraftSaver(repository);
  await saver.data(blob(50));
  await saver.endPack();
  strictEqual((await prune(storage)).unlisted.packs, 1);
  await assertSound(storage, 1);
});

Deno.test("pruneRepository leaves a pack that no index lists where the server says that it is too young, and says so", async () => {
  const storage = new FaultyStorage(new MemoryStorage());
  await fill(storage, [{ a: blob(1) }]);
  const saver = new DraftSaver(await open(storage));
  await saver.data(blob(50));
  await saver.endPack();
  storage.faults.push({
    on: ({ verb, type }) => verb === "remove" && type === "data",
    kind: "fail",
    code: "SG1045",
  });
  const stats = await prune(storage);
  deepStrictEqual([stats.unlisted, stats.packsKept], [{ packs: 0, bytes: 0 }, stats.packsTotal]);
  storage.faults.length = 0;
  strictEqual((await prune(storage)).unlisted.packs, 1);
  await assertSound(storage, 1);
});

Deno.test("pruneRepository keeps one copy of what is stored twice, and takes the whole one", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  await initRepository(storage);
  const [one, two] = [await reopen(storage), await reopen(storage)];
  const content = blob(1);
  await new DraftSaver(one).snapshot({ x: [content, blob(2)] });
  await new DraftSaver(two).snapshot({ y: [content, blob(3)] });
  const again = await reopen(storage);
  const entry = again.table.findHex("data", await new DraftSaver(again).data(content));
  const name = again.packs.id(again.table.packOf(entry));
  storage.flip({ type: "data", name }, again.table.offsetOf(entry) + 20);
  const stats = await prune(storage, { maxUnused: { bytes: 0 }, repackSmall: true });
  strictEqual(stats.duplicate.blobs, 1);
  await assertSound(storage, 2);
});

Deno.test("pruneRepository touches nothing when something needed is missing or cannot be read", async () => {
  for (const damage of ["data pack", "tree", "index", "snapshot", "size"] as const) {
    const storage = new DamagedStorage(new MemoryStorage());
    const [first] = await fill(storage, [{ a: blob(1) }, { b: { c: blob(2) } }, { d: blob(3) }]);
    await (await open(storage)).removeSnapshots([first!]);
    const whole = await reopen(storage);
    const packOf = (type: "data" | "tree") => {
      let found = "";
      whole.table.eachEntry((entry) => {
        if (whole.table.typeOf(entry) === type) found = whole.packs.id(whole.table.packOf(entry));
      });
      return found;
    };
    if (damage === "data pack") await storage.remove({ type: "data", name: packOf("data") });
    if (damage === "tree") storage.flip({ type: "data", name: packOf("tree") }, 20);
    if (damage === "size") storage.cut({ type: "data", name: packOf("data") }, 500);
    if (damage === "index") storage.flip({ type: "index", name: (await namesOf(storage, "index"))[0]! }, 20);
    if (damage === "snapshot") {
      storage.flip({ type: "snapshots", name: (await namesOf(storage, "snapshots"))[0]! }, 20);
    }
    storage.changes.length = 0;
    const code = damage === "data pack" ? "SG1006" : "SG1005";
    await rejects(prune(storage), { code }, damage);
    deepStrictEqual(storage.changes, [], damage);
  }
});

Deno.test("pruneRepository refuses with SG1028 when an index is gone", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  await fill(storage, [{ a: blob(1) }, { b: blob(2) }]);
  await storage.remove({ type: "index", name: (await namesOf(storage, "index"))[0]! });
  storage.changes.length = 0;
  await rejects(prune(storage), { code: "SG1028" });
  deepStrictEqual(storage.changes, []);
});

Deno.test("pruneRepository makes room first when there is none for copies", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const shared = [blob(1), blob(2)];
  const [first, , last] = await fill(storage, [{ a: [...shared, blob(3)] }, { a: shared }, {
    z: [blob(5), blob(6)],
  }]);
  const repository = await open(storage);
  await repository.removeSnapshots([first!, last!]);
  storage.changes.length = 0;
  storage.failSaves("data", 1, "SG0200");
  await prune(storage, { maxUnused: { bytes: 0 } });
  ok(storage.changes.indexOf("remove data") < storage.changes.indexOf("save data"));
  await assertSound(storage, 1);
});

Deno.test("pruneRepository loses nothing, whatever was stored, forgotten and interrupted", async () => {
  const draft = fc.dictionary(
    fc.constantFrom("a", "b", "c"),
    fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 8 }),
    { minKeys: 1 },
  );
  const contents = Array.from({ length: 31 }, (_, n) => blob(n, 200 + 300 * (n % 7)));
  await fc.assert(
    fc.asyncProperty(
      fc.array(draft, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.nat(12),
      async (drafts, forgotten, stopAt) => {
        const storage = new StoppingStorage();
        const ids = await fill(
          storage,
          drafts.map((d) =>
            Object.fromEntries(Object.entries(d).map(([name, list]) => [name, list.map((n) => contents[n]!)]))
          ),
        );
        const drop = [...new Set(ids)].filter((_, i) => forgotten & (1 << i));
        const repository = await open(storage);
        await repository.removeSnapshots(drop);
        const left = new Set(await namesOf(storage, "snapshots"));
        storage.stopAfter = stopAt;
        await prune(storage, { maxUnused: { bytes: 0 }, repackSmall: true }).catch((error) => {
          if (!String(error).includes("power cut")) throw error;
        });
        storage.stopAfter = Infinity;
        const cut = await checkRepository(await open(storage), { readData: "all" });
        deepStrictEqual(cut.findings.filter(({ severity }) => severity === "error"), []);
        await prune(storage, { maxUnused: { bytes: 0 }, repackSmall: true });
        await assertSound(storage, left.size);
        const end = await reopen(storage);
        const roots = (await end.listSnapshots()).map(({ snapshot }) => snapshot.tree);
        const used = await findUsedBlobs(end, roots);
        let unused = 0;
        end.table.eachEntry((entry) => {
          if (!used.has(entry)) unused++;
        });
        strictEqual(unused, 0);
      },
    ),
    { numRuns: 40 },
  );
});
