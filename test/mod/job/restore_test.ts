// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { type RestoreOrder, type RestoreReport, runRestore } from "../../../mod/job/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DamagedStorage } from "../../kit/damaged_storage.ts";
import { FaultyStorage } from "../../kit/faulty_storage.ts";
import { type HeardRun, heardRun, JobStage, type StageParts } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";

/** A stage with one snapshot of `/src`, and an empty folder `/out`. */
async function stageWithSnapshot(parts: StageParts = {}): Promise<JobStage> {
  const stage = await JobStage.made(parts);
  stage.tree.folder("/src", "/src/sub", "/src/empty", "/out")
    .write("/src/a.txt", "alpha").write("/src/sub/b.txt", "beta").write("/src/sub/c.bin", noise(50_000));
  await stage.backup();
  return stage;
}

async function restore(
  stage: JobStage,
  order: Partial<RestoreOrder> = {},
  run: HeardRun = heardRun(),
): Promise<RestoreReport> {
  await using session = await stage.open();
  return await runRestore(session, { snapshot: "latest", target: "/out", ...order }, run);
}

Deno.test("runRestore brings a snapshot back and counts what it did", async () => {
  const stage = await stageWithSnapshot();
  const run = heardRun();
  const report = await restore(stage, { verify: true }, run);
  const { snapshotId, ...counts } = report;
  assert.equal(snapshotId.length, 64);
  assert.deepEqual(counts, {
    ...{ filesRestored: 3, filesUpdated: 0, filesKept: 0, filesDeleted: 0, foldersRestored: 3 },
    ...{ othersRestored: 0, bytesWritten: 50_009, bytesTotal: 50_009, filesVerified: 3 },
    ...{ problems: 0, complete: true },
  });
  assert.deepEqual(stage.tree.read("/out/src/sub/c.bin"), noise(50_000));
  assert.deepEqual(stage.tree.names("/out/src"), ["a.txt", "empty", "sub"]);
  assert.ok(run.fates.includes("restored /src/a.txt"));
  assert.deepEqual([run.progress()?.phase, run.progress()?.bytesDone], ["restoring", 50_009]);
  assert.equal(await stage.count("locks"), 0);
  assert.equal(stage.tree.fs.openCount, 0);
});

Deno.test("runRestore restores a part: a folder behind the colon, what patterns say", async () => {
  const stage = await stageWithSnapshot();
  assert.equal((await restore(stage, { snapshot: "latest:src/sub" })).filesRestored, 2);
  assert.deepEqual(stage.tree.names("/out"), ["b.txt", "c.bin"]);
  assert.equal((await restore(stage, { includes: ["*.txt"], excludes: ["/src/sub"] })).filesRestored, 1);
  assert.deepEqual(stage.tree.names("/out/src"), ["a.txt"]);
  stage.tree.folder("/other");
  const ignoring = { includesIgnoringCase: ["*.TXT"], excludesIgnoringCase: ["B.*"], target: "/other" };
  assert.equal((await restore(stage, ignoring)).filesRestored, 1);
});

Deno.test("runRestore says so when nothing is meant: no snapshot, no folder, no entry", async () => {
  const stage = await stageWithSnapshot();
  await assert.rejects(restore(stage, { snapshot: "0000" }), { code: "SG1010" });
  await assert.rejects(restore(stage, { filter: { hosts: ["nobody's"] } }), { code: "SG1010" });
  await assert.rejects(restore(stage, { snapshot: "latest:src/no" }), { code: "SG1011" });
  await assert.rejects(restore(stage, { snapshot: "latest:src/a.txt" }), { code: "SG1011" });
  await assert.rejects(restore(stage, { includes: ["nothing"] }), { code: "SG1011" });
  await assert.rejects(restore(stage, { target: "/src/a.txt" }), { code: "SG1012" });
  assert.deepEqual([stage.tree.names("/out"), await stage.count("locks")], [[], 0]);
});

Deno.test("runRestore treats existing files as the order says", async () => {
  const stage = await stageWithSnapshot();
  await restore(stage);
  const spoil = () => stage.tree.write("/out/src/a.txt", "ALPHA");
  spoil();
  assert.equal((await restore(stage, { overwrite: "never" })).filesKept, 3);
  assert.equal(utf8Text(stage.tree.read("/out/src/a.txt")), "ALPHA");
  const changed = await restore(stage, { overwrite: "if-changed" });
  assert.deepEqual([changed.filesUpdated, utf8Text(stage.tree.read("/out/src/a.txt"))], [1, "alpha"]);
  spoil();
  await restore(stage);
  assert.equal(utf8Text(stage.tree.read("/out/src/a.txt")), "alpha");
});

Deno.test("runRestore removes extras where asked to, but only in what the snapshot holds as a whole", async () => {
  const stage = await stageWithSnapshot();
  await restore(stage);
  stage.tree.write("/out/src/extra", "x").write("/out/bystander", "x");
  assert.equal((await restore(stage, { delete: true })).filesDeleted, 1);
  assert.deepEqual(stage.tree.names("/out"), ["bystander", "src"]);
  assert.deepEqual(stage.tree.names("/out/src"), ["a.txt", "empty", "sub"]);
});

Deno.test("runRestore as a dry run writes nothing and removes nothing", async () => {
  const stage = await stageWithSnapshot();
  stage.tree.folder("/out/src").write("/out/src/extra", "x");
  using _rule = stage.tree.fs.failWhen(({ call }) =>
    /^(write|create|make|remove|rename|set|truncate)/.test(call) ? assert.fail(call) : undefined
  );
  const run = heardRun();
  const report = await restore(stage, { dryRun: true, delete: true }, run);
  assert.deepEqual([report.filesRestored, report.filesDeleted], [3, 1]);
  assert.ok(run.fates.includes("restored /src/sub/b.txt"));
});

Deno.test("runRestore restores what is whole and tells what a damaged pack took away", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const stage = await stageWithSnapshot({ storage, session: { packBytesTarget: 20_000 } });
  {
    await using session = await stage.open();
    await session.repository.loadIndex();
    const { table, packs } = session.repository;
    let largest: string | undefined;
    table.eachEntry((entry) => {
      if (table.typeOf(entry) === "data" && table.lengthOf(entry) > 40_000) {
        largest = packs.id(table.packOf(entry));
      }
    });
    storage.flip({ type: "data", name: largest! }, 1000);
  }
  const run = heardRun();
  const report = await restore(stage, {}, run);
  assert.deepEqual([report.complete, run.problems.length, report.problems], [false, 1, 1]);
  assert.match(run.problems[0]!.message, /c\.bin/);
  assert.deepEqual(stage.tree.names("/out/src/sub"), ["b.txt"]);
});

Deno.test("runRestore that was interrupted ends with SG1016 and keeps finished files", async () => {
  const storage = new FaultyStorage(new MemoryStorage());
  const stage = await stageWithSnapshot({ storage });
  const stop = new AbortController();
  storage.faults.push({
    kind: "fail",
    on: ({ verb, type }) => verb === "load" && type === "data" && (stop.abort(new Error("Ctrl-C")), false),
  });
  await assert.rejects(restore(stage, {}, heardRun(stop.signal)), { code: "SG1016" });
  assert.equal(await stage.count("locks"), 0);
  assert.equal(stage.tree.fs.openCount, 0);
});

Deno.test("runRestore waits for nobody who holds an exclusive lock, unless told to take no lock", async () => {
  const stage = await stageWithSnapshot();
  await using other = await stage.open();
  await using _lock = await other.begin({ exclusive: true }, heardRun());
  await assert.rejects(restore(stage), { code: "SG1003" });
  await using session = await stage.open({ noLock: true });
  assert.equal(
    (await runRestore(session, { snapshot: "latest", target: "/out" }, heardRun())).complete,
    true,
  );
});

Deno.test("runRestore reaches names that are no UTF-8", async () => {
  const stage = await JobStage.made();
  const name = Uint8Array.of(...utf8("/src/"), 0xff, 0xfe);
  stage.tree.folder("/src", "/out").write(name, "odd");
  await stage.backup();
  await restore(stage);
  assert.equal(utf8Text(stage.tree.read(Uint8Array.of(...utf8("/out"), ...name))), "odd");
});
