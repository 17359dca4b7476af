// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8Text } from "../../../mod/base/mod.ts";
import {
  repairIndex,
  repairPacks,
  repairSnapshots,
  type RepairSnapshotsOrder,
  runCheck,
} from "../../../mod/job/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";

const ORDER: RepairSnapshotsOrder = { ids: [], filter: {}, forget: false, dryRun: false };

/** A stage with a snapshot of three files, and the pack of the one of 60 kB. */
async function stageWithPacks() {
  const storage = new DamagedStorage(new MemoryStorage());
  const stage = await JobStage.made({ storage, session: { packBytesTarget: 50_000 } });
  stage.tree.folder("/src").write("/src/a", noise(1000)).write("/src/b", noise(60_000, 2))
    .write("/src/c", noise(70_000, 3));
  const { snapshotId } = await stage.backup();
  const packs = await Array.fromAsync(storage.list("data"));
  const large = packs.find(({ size }) => size > 60_000 && size < 65_000)!.name;
  return { stage, storage, large, snapshotId: snapshotId! };
}

async function errorsOf(stage: JobStage): Promise<number> {
  await using session = await stage.open();
  return (await runCheck(session, { readData: true }, heardRun())).errors;
}

Deno.test("repairIndex lists again what the indexes lost, and says so", async () => {
  const { stage, storage } = await stageWithPacks();
  const packs = await namesOf(storage, "data");
  for (const name of await namesOf(storage, "index")) await storage.remove({ type: "index", name });
  {
    await using session = await stage.open();
    const run = heardRun();
    const report = await repairIndex(session, { readAllPacks: false }, run);
    assert.ok(report.changed > 0);
    for (const pack of packs) assert.ok(report.notes.some((note) => note.includes(pack)), pack);
    assert.match(report.notes.at(-1)!, /1 index file written/);
    assert.equal(run.progress()?.filesDone, packs.length);
  }
  assert.equal(await errorsOf(stage), 0);
  await using session = await stage.open();
  assert.equal((await repairIndex(session, { readAllPacks: false }, heardRun())).changed, 0);
  assert.equal(await stage.count("locks"), 0);
});

Deno.test("repairIndex tells of a pack whose header cannot be read", async () => {
  const { stage, storage, large } = await stageWithPacks();
  storage.cut({ type: "data", name: large }, 500);
  for (const name of await namesOf(storage, "index")) await storage.remove({ type: "index", name });
  await using session = await stage.open();
  const run = heardRun();
  await repairIndex(session, { readAllPacks: false }, run);
  assert.equal(run.problems.length, 1);
  assert.ok(run.problems[0]!.message.includes(large));
});

Deno.test("repairPacks saves what can be read, keeps a copy of the pack, and repairSnapshots does the rest", async () => {
  const { stage, storage, large, snapshotId } = await stageWithPacks();
  storage.flip({ type: "data", name: large }, 2000);
  {
    await using session = await stage.open();
    const report = await repairPacks(session, { ids: [large] }, heardRun());
    assert.equal(report.changed, 1);
    assert.ok(report.notes.some((note) => /^Blob [0-9a-f]{64} is lost$/.test(note)));
    assert.match(report.notes.at(-1)!, /sparegrid repair snapshots --forget/);
  }
  assert.ok(stage.tree.read(`/pack-${large}`).length > 60_000);
  {
    await using session = await stage.open();
    const told = await repairSnapshots(session, { ...ORDER, dryRun: true }, heardRun());
    assert.ok(told.changed === 1 && told.notes.some((note) => note.includes("would be repaired")));
    assert.equal(await stage.count("snapshots"), 1);
    const done = await repairSnapshots(session, { ...ORDER, forget: true }, heardRun());
    assert.equal(done.changed, 1);
    assert.ok(done.notes.some((note) => note.includes("/src/b")), done.notes.join("\n"));
    assert.ok(done.notes.some((note) => /was repaired as .* and removed/.test(note)));
  }
  assert.ok(!(await namesOf(storage, "snapshots")).includes(snapshotId));
  assert.equal(await errorsOf(stage), 0);
});

Deno.test("repairPacks keeps the copy that an earlier repair left", async () => {
  const { stage, storage, large } = await stageWithPacks();
  stage.tree.write(`/pack-${large}`, "an earlier copy");
  storage.flip({ type: "data", name: large }, 2000);
  await using session = await stage.open();
  const report = await repairPacks(session, { ids: [large] }, heardRun());
  assert.equal(report.changed, 1);
  const copies = stage.tree.names("/").filter((name) => name.startsWith(`pack-${large}`));
  assert.equal(copies.length, 2, copies.join());
  assert.equal(utf8Text(stage.tree.read(`/pack-${large}`)), "an earlier copy");
  assert.ok(report.notes.some((note) => note.endsWith(`./pack-${large}.1`)));
});

Deno.test("repairPacks removes no pack of which it could keep no copy", async () => {
  const { stage, storage, large } = await stageWithPacks();
  storage.flip({ type: "data", name: large }, 2000);
  await using session = await stage.open();
  using _rule = stage.tree.fs.failWhen(({ call }) => call === "writeAt" ? "ENOSPC" : undefined);
  await assert.rejects(
    repairPacks(session, { ids: [large] }, heardRun()),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, "SG1012");
      assert.match(error.message, /^Cannot /);
      return true;
    },
  );
  assert.ok((await namesOf(storage, "data")).includes(large));
  assert.equal(stage.tree.fs.openCount, 0);
});

Deno.test("repairPacks refuses to guess which", async () => {
  const { stage } = await stageWithPacks();
  await using session = await stage.open();
  await assert.rejects(repairPacks(session, { ids: [] }, heardRun()), { code: "SG1008" });
  await assert.rejects(repairPacks(session, { ids: ["0".repeat(64)] }, heardRun()));
});

Deno.test("repairSnapshots leaves whole snapshots alone, and knows those that are named", async () => {
  const { stage, snapshotId } = await stageWithPacks();
  const before = await stage.stored();
  await using session = await stage.open();
  for (const ids of [[], [snapshotId.slice(0, 8)]]) {
    const report = await repairSnapshots(session, { ...ORDER, ids }, heardRun());
    assert.deepEqual(report, { changed: 0, notes: ["No snapshot needs repair"] });
  }
  await assert.rejects(repairSnapshots(session, { ...ORDER, ids: ["0000000"] }, heardRun()), {
    code: "SG1010",
  });
  assert.deepEqual(await stage.stored(), before);
});

Deno.test("repairs need the repository for themselves", async () => {
  const { stage, large } = await stageWithPacks();
  await using session = await stage.open();
  await using other = await stage.open();
  await using _lock = await other.begin({ exclusive: false }, heardRun());
  await assert.rejects(repairIndex(session, { readAllPacks: false }, heardRun()), { code: "SG1003" });
  await assert.rejects(repairPacks(session, { ids: [large] }, heardRun()), { code: "SG1003" });
  await assert.rejects(repairSnapshots(session, ORDER, heardRun()), { code: "SG1003" });
});
