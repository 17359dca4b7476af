// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemClock } from "../../../mod/base/mod.ts";
import { type ReadData, runCheck } from "../../../mod/job/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { heardRun, JobStage, type StageParts } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";

/** A stage with two snapshots of different hosts, their data in several packs. */
async function stageWithPacks(parts: StageParts = {}) {
  const storage = new DamagedStorage(new MemoryStorage());
  const stage = await JobStage.made({
    storage,
    session: { packBytesTarget: 100_000, ...parts.session },
    ...parts,
  });
  stage.tree.folder("/src", "/other");
  for (let file = 0; file < 6; file++) stage.tree.write(`/src/f${file}`, noise(60_000, file + 1));
  stage.tree.write("/other/x", noise(60_000, 99));
  await stage.backup({ hostname: "one" });
  await stage.backup({ hostname: "two", paths: ["/other"] });
  return { stage, storage };
}

Deno.test("runCheck finds nothing in a whole repository, and reads what it is asked to", async () => {
  const { stage } = await stageWithPacks();
  const check = async (readData?: ReadData) => {
    await using session = await stage.open();
    const run = heardRun();
    const report = await runCheck(session, readData === undefined ? {} : { readData }, run);
    assert.deepEqual([report.errors, report.findings, run.problems], [0, [], []]);
    assert.equal(report.snapshots, 2);
    return report;
  };
  const structure = await check();
  assert.deepEqual([structure.packsRead, structure.bytesRead], [0, 0]);
  const { packs } = structure;
  assert.ok(packs >= 5, `${packs} packs`);
  const all = await check(true);
  assert.equal(all.packsRead, packs);
  assert.ok(all.bytesRead > 420_000);
  const parts = await Promise.all([1, 2, 3].map((part) => check({ part, of: 3 })));
  assert.equal(parts.reduce((sum, { packsRead }) => sum + packsRead, 0), packs, "the parts cover all");
  assert.equal((await check({ percent: 100 })).packsRead, packs);
  const some = await check({ bytes: 100_000 });
  assert.ok(some.packsRead >= 1 && some.packsRead < packs);
});

for (const threads of [0, 2]) {
  Deno.test(`runCheck finds a damaged pack only by reading it, with ${threads} threads`, async () => {
    const { stage, storage } = await stageWithPacks({ clock: systemClock });
    // Those of trees are smaller, and read by any check.
    const names = (await Array.fromAsync(storage.list("data"))).filter(({ size }) => size > 50_000)
      .map(({ name }) => name).sort();
    for (const name of names.slice(0, 2)) storage.flip({ type: "data", name }, 40);
    await using session = await stage.open({ threads });
    assert.equal((await runCheck(session, {}, heardRun())).errors, 0);
    const run = heardRun();
    const report = await runCheck(session, { readData: true }, run);
    assert.ok(report.errors >= 2);
    for (const name of names.slice(0, 2)) {
      assert.ok(run.problems.some(({ message }) => message.includes(name)), name);
    }
    assert.equal(run.progress()?.problems, run.problems.length);
    assert.match(run.progress()!.phase, /reading packs/);
  });
}

Deno.test("runCheck tells of a missing pack, and of hints only in the report", async () => {
  const { stage, storage } = await stageWithPacks();
  const [name] = await namesOf(storage, "data");
  const bytes = await storage.load({ type: "data", name: name! });
  await storage.remove({ type: "data", name: name! });
  const check = async () => {
    await using session = await stage.open();
    const run = heardRun();
    return { run, report: await runCheck(session, {}, run) };
  };
  const missing = await check();
  assert.ok(missing.report.errors > 0 && missing.run.problems.length > 0);
  await storage.save({ type: "data", name: name! }, bytes);
  await storage.save({ type: "data", name: "ab".repeat(32) }, new Uint8Array(100));
  const stray = await check();
  assert.deepEqual([stray.report.errors, stray.report.hints, stray.run.problems], [0, 1, []]);
});

Deno.test("runCheck looks only at what some snapshots need, where asked to", async () => {
  const { stage } = await stageWithPacks();
  await using session = await stage.open();
  const report = await runCheck(session, { readData: true, filter: { hosts: ["two"] } }, heardRun());
  assert.deepEqual([report.snapshots, report.packsRead < report.packs], [1, true]);
});

Deno.test("runCheck takes a lock, and ends when it is stopped", async () => {
  const { stage } = await stageWithPacks();
  await using session = await stage.open();
  await assert.rejects(runCheck(session, {}, heardRun(AbortSignal.abort(new Error("no")))));
  assert.equal(await stage.count("locks"), 0);
  await using other = await stage.open();
  await using _lock = await other.begin({ exclusive: true }, heardRun());
  await assert.rejects(runCheck(session, {}, heardRun()), { code: "SG1003" });
});
