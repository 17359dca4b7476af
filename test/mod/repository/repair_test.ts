// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type BlobId, type PackId, systemRandom, utf8Text } from "../../../mod/base/mod.ts";
import {
  checkRepository,
  repairIndex,
  repairPacks,
  repairSnapshots,
  Repository,
} from "../../../mod/repository/mod.ts";
import { MemoryStorage, type Storage } from "../../../mod/storage/mod.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { DraftSaver, initRepository, PASSWORD, reopen, testPorts } from "../../kit/repository.ts";

const open = (storage: Storage) => Repository.open(storage, testPorts(), { password: PASSWORD });

async function errorsOf(storage: Storage): Promise<string[]> {
  const { findings } = await checkRepository(await open(storage), { readData: "all", headers: true });
  return findings.filter(({ severity }) => severity === "error").map(({ message }) => message);
}

async function filled(): Promise<DamagedStorage> {
  const storage = new DamagedStorage(new MemoryStorage());
  const saver = new DraftSaver(await initRepository(storage, { packBytesTarget: 30_000 }));
  const part = () => systemRandom.bytes(9_000);
  await saver.snapshot({ a: [part(), part(), part(), part(), part()], b: { c: { d: "e" } } }, { time: 1n });
  await saver.snapshot({ a: part(), b: { c: { d: "f" } } }, { time: 2n });
  return storage;
}

async function packOf(storage: Storage, type: "data" | "tree"): Promise<PackId> {
  const repository = await reopen(storage);
  let found: PackId | undefined;
  repository.table.eachEntry((entry) => {
    if (repository.table.typeOf(entry) === type) {
      found ??= repository.packs.id(repository.table.packOf(entry));
    }
  });
  return found!;
}

Deno.test("repairIndex makes a whole index out of the packs, whatever became of the old one", async () => {
  for (const damage of ["none left", "one gone", "one damaged"] as const) {
    const storage = await filled();
    const names = await namesOf(storage, "index");
    if (damage === "none left") { for (const name of names) await storage.remove({ type: "index", name }); }
    if (damage === "one gone") await storage.remove({ type: "index", name: names[0]! });
    if (damage === "one damaged") storage.flip({ type: "index", name: names[0]! }, 50);
    ok((await errorsOf(storage)).length > 0);
    const dry = await repairIndex(await open(storage), { dryRun: true });
    ok(dry.relistedPacks.length > 0);
    ok((await errorsOf(storage)).length > 0);
    storage.changes.length = 0;
    await repairIndex(await open(storage));
    deepStrictEqual(storage.changes.filter((step, i, all) => step !== all[i - 1]).slice(0, 2), [
      "save index",
      ...(damage === "one damaged" ? ["remove index"] : []),
    ]);
    deepStrictEqual(await errorsOf(storage), []);
  }
});

Deno.test("repairIndex leaves a sound repository alone", async () => {
  const storage = await filled();
  storage.changes.length = 0;
  const report = await repairIndex(await open(storage), { readAllPacks: true });
  deepStrictEqual([report.relistedPacks, report.missingPacks, report.indexesWritten], [[], [], 0]);
  deepStrictEqual(storage.changes, []);
});

Deno.test("repairIndex no longer lists packs that are gone, and keeps what may be saved", async () => {
  const storage = await filled();
  const gone = await packOf(storage, "data");
  await storage.remove({ type: "data", name: gone });
  const cut = (await namesOf(storage, "data")).find((name) => name !== gone)!;
  const { size } = await storage.stat({ type: "data", name: cut });
  storage.cut({ type: "data", name: cut }, size - 10);
  const report = await repairIndex(await open(storage));
  deepStrictEqual(report.missingPacks, [gone]);
  deepStrictEqual(report.unreadablePacks.map(({ id }) => id), [cut]);
  const again = await reopen(storage);
  strictEqual(again.packs.find(gone), -1);
  ok(again.packs.find(cut as PackId) >= 0);
});

Deno.test("repairPacks saves every blob that can be read and drops the damaged pack", async () => {
  const storage = await filled();
  const pack = await packOf(storage, "data");
  const before = await reopen(storage);
  const ids: BlobId[] = [];
  let firstLength = 0;
  before.table.eachEntry((entry) => {
    if (before.packs.id(before.table.packOf(entry)) !== pack) return;
    ids.push(before.table.idOf(entry));
    if (before.table.offsetOf(entry) === 0) firstLength = before.table.lengthOf(entry);
  });
  storage.flip({ type: "data", name: pack }, firstLength - 1);
  const kept: string[] = [];
  const report = await repairPacks(await open(storage), [pack], {
    onDamagedPack: (id) => void kept.push(id),
  });
  deepStrictEqual(kept, [pack]);
  strictEqual(report.savedBlobs, ids.length - 1);
  strictEqual(report.lostBlobs.length, 1);
  const after = await reopen(storage);
  strictEqual(after.packs.find(pack), -1);
  for (const id of ids) {
    if (id === report.lostBlobs[0]) strictEqual(after.locate("data", id), undefined);
    else await after.loadBlob("data", id);
  }
});

Deno.test("repairPacks saves what lies before the end of a cut pack", async () => {
  const storage = await filled();
  const pack = await packOf(storage, "data");
  const { size } = await storage.stat({ type: "data", name: pack });
  storage.cut({ type: "data", name: pack }, Math.floor(size / 2));
  const report = await repairPacks(await open(storage), [pack]);
  ok(report.savedBlobs > 0 && report.lostBlobs.length > 0);
  await rejects(repairPacks(await open(storage), ["d".repeat(64) as PackId]), { code: "SG1006" });
});

Deno.test("repairSnapshots takes lost content out of files and leaves whole snapshots alone", async () => {
  const storage = await filled();
  const [first, second] = await (await open(storage)).listSnapshots();
  const whole = await reopen(storage);
  const [needed] = (await whole.loadTree(first!.snapshot.tree)).nodes[0]!.content!;
  await storage.remove({ type: "data", name: whole.packs.id(whole.locate("data", needed!)!.pack) });
  await repairIndex(await open(storage));
  const dry = await repairSnapshots(await open(storage), { dryRun: true, forget: true });
  deepStrictEqual(dry, [{ id: first!.id, removed: false }]);
  const changes: string[] = [];
  const [done, ...rest] = await repairSnapshots(await open(storage), {
    forget: true,
    onChange: ({ path, change }) => changes.push(`${path} ${change}`),
  });
  deepStrictEqual(rest, []);
  deepStrictEqual(changes, ["/a content removed"]);
  deepStrictEqual(await errorsOf(storage), []);
  const again = await reopen(storage);
  const left = await again.listSnapshots();
  deepStrictEqual(left.map(({ id }) => id).sort(), [done!.repaired!, second!.id].sort());
  const repaired = left.find(({ id }) => id === done!.repaired)!.snapshot;
  strictEqual(repaired.original, first!.id);
  deepStrictEqual(repaired.tags, ["repaired"]);
  strictEqual(repaired.time, first!.snapshot.time);
  const [file] = (await again.loadTree(repaired.tree)).nodes;
  strictEqual(file!.size, BigInt(9_000 * file!.content!.length));
  ok(file!.content!.length < 5);
  deepStrictEqual(await repairSnapshots(await open(storage)), []);
});

Deno.test("repairSnapshots empties folders that cannot be read, and keeps the old snapshot unless told", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const repository = await initRepository(storage);
  const saver = new DraftSaver(repository);
  const lost = await saver.tree({ deep: { d: "e" } });
  await repository.flush();
  const id = await saver.snapshot({ a: "x", b: { deep: { d: "e" } } });
  const again = await reopen(storage);
  const entry = again.table.findHex("tree", lost);
  const name = again.packs.id(again.table.packOf(entry));
  storage.flip({ type: "data", name }, again.table.offsetOf(entry) + 17);
  const [result] = await repairSnapshots(await open(storage));
  strictEqual(result!.id, id);
  strictEqual(result!.removed, false);
  const after = await reopen(storage);
  strictEqual((await after.listSnapshots()).length, 2);
  const root = await after.loadTree((await after.findSnapshot(result!.repaired!)).snapshot.tree);
  deepStrictEqual(root.nodes.map((each) => utf8Text(each.name)), ["a", "b"]);
  deepStrictEqual((await after.loadTree(root.nodes[1]!.subtree!)).nodes, []);
});
