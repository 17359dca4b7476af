// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { type PruneOrder, type PruneReport, runCheck, runForget, runPrune } from "../../../mod/job/mod.ts";
import { namesOf } from "../../kit/damaged_storage.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";

/** Four of these make a pack that does not count as small. */
const LARGE_FILE = 1_300_000;

/** A stage of which one of two snapshots is forgotten, so that two thirds of its data are in use. */
async function stageWithWaste(fileBytes = 50_000): Promise<JobStage> {
  const stage = await JobStage.made({ session: { packBytesTarget: 4 * fileBytes } });
  stage.tree.folder("/src");
  for (let file = 0; file < 8; file++) stage.tree.write(`/src/f${file}`, noise(fileBytes, file + 1));
  const first = (await stage.backup()).snapshotId!;
  for (let file = 0; file < 8; file += 2) stage.tree.write(`/src/f${file}`, noise(fileBytes, file + 50));
  await stage.backup();
  await using session = await stage.open();
  const order = { policy: {}, groupBy: [], filter: {}, ids: [first], dryRun: false, allowRemoveAll: false };
  await runForget(session, order, heardRun());
  return stage;
}

async function prune(stage: JobStage, order: PruneOrder, run = heardRun()): Promise<PruneReport> {
  await using session = await stage.open();
  return await runPrune(session, order, run);
}

async function assertWhole(stage: JobStage): Promise<void> {
  await using session = await stage.open();
  assert.deepEqual((await runCheck(session, { readData: true }, heardRun())).findings, []);
}

Deno.test("runPrune frees what no snapshot needs and leaves a whole repository", async () => {
  const stage = await stageWithWaste();
  const run = heardRun();
  const report = await prune(stage, { maxUnused: { bytes: 0 } }, run);
  assert.ok(report.bytesRemoved >= 200_000, JSON.stringify(report));
  assert.ok(report.packsRepacked > 0 && report.bytesRepacked > 0);
  assert.equal(report.bytesUnusedLeft, 0);
  assert.match(run.progress()!.phase, /\w/);
  await assertWhole(stage);
  const again = await prune(stage, { maxUnused: { bytes: 0 } });
  assert.deepEqual([again.packsRemoved, again.packsRepacked, again.bytesRemoved], [0, 0, 0]);
});

Deno.test("runPrune leaves unused data within its limits: a part of all, bytes, any amount", async () => {
  for (const maxUnused of ["unlimited", { part: 0.9 }, { bytes: 10_000_000 }] as const) {
    const report = await prune(await stageWithWaste(LARGE_FILE), { maxUnused });
    assert.ok(report.bytesRepacked < LARGE_FILE, `${JSON.stringify(maxUnused)}: data was rewritten`);
    assert.ok(report.bytesUnusedLeft > 0);
  }
  const bounded = await stageWithWaste(LARGE_FILE);
  const { bytesUnusedLeft, bytesTotal } = await prune(bounded, { maxUnused: { part: 0.1 } });
  assert.ok(bytesUnusedLeft <= bytesTotal * 0.1);
});

Deno.test("runPrune as a dry run tells the same and changes nothing", async () => {
  const stage = await stageWithWaste();
  const before = await stage.stored();
  const told = await prune(stage, { maxUnused: { bytes: 0 }, dryRun: true });
  assert.deepEqual(await stage.stored(), before);
  assert.deepEqual(await prune(stage, { maxUnused: { bytes: 0 } }), told);
});

Deno.test("runPrune rewrites no more than it may", async () => {
  const { bytesRepacked } = await prune(await stageWithWaste(), {
    maxUnused: { bytes: 0 },
    maxRepackBytes: 1,
  });
  assert.equal(bytesRepacked, 0);
});

Deno.test("runPrune removes nothing when something that a snapshot needs is missing", async () => {
  const stage = await stageWithWaste();
  for (const name of await namesOf(stage.storage, "index")) {
    await stage.storage.remove({ type: "index", name });
  }
  const before = await stage.stored();
  await assert.rejects(prune(stage, {}), { code: "SG1028" });
  assert.deepEqual(await stage.stored(), before);
});

Deno.test("runPrune needs the repository for itself, and its lock ends with it", async () => {
  const stage = await stageWithWaste();
  await using other = await stage.open();
  {
    await using _lock = await other.begin({ exclusive: false }, heardRun());
    await assert.rejects(prune(stage, {}), { code: "SG1003" });
  }
  await prune(stage, {});
  assert.equal(await stage.count("locks"), 0);
});
