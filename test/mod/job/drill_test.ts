// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { drillFailure, type DrillOrder, runBackup, runDrill } from "../../../mod/job/mod.ts";
import { hostName } from "../../../mod/platform/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DamagedStorage } from "../../kit/damaged_storage.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";

const FOLDER = "/scratch/drill-1";

/** A backup of thirty files in some folders; packs hold two or three of them. */
async function stageWithBackup(storage = new DamagedStorage(new MemoryStorage())) {
  const stage = await JobStage.made({ storage, session: { packBytesTarget: 20_000 } });
  stage.tree.folder("/src", "/src/a", "/src/a/b", "/scratch");
  for (let i = 0; i < 30; i++) stage.tree.write(path(i), noise(5_000 + i, i + 1));
  stage.tree.write("/src/empty", "");
  await stage.backup();
  return { stage, storage };
}

const path = (i: number) => `${["/src", "/src/a", "/src/a/b"][i % 3]}/${i}`;

async function drill(stage: JobStage, order: Partial<DrillOrder> = {}) {
  await using session = await stage.open();
  const run = heardRun();
  const report = await runDrill(session, { folder: FOLDER, ...order }, run);
  assert.deepEqual(stage.tree.names("/scratch"), [], "the scratch folder is gone");
  return { report, run, told: run.problems.filter(({ code }) => code === "SG1048") };
}

Deno.test("runDrill restores a sample, proves it, compares the files on disk, and leaves nothing behind", async () => {
  const { stage } = await stageWithBackup();
  const { report, told } = await drill(stage, { files: 12, seed: 1 });
  assert.deepEqual(told, []);
  const { snapshotId, bytesRestored, ...sums } = report;
  assert.match(snapshotId, /^[0-9a-f]{64}$/);
  assert.ok(bytesRestored > 5_000);
  assert.deepEqual(sums, {
    ...{ seed: 1, filesSeen: 31, filesRestored: 12, filesVerified: 12, sourcesCompared: 12, differences: 0 },
  });
  assert.equal(drillFailure(report), undefined);
});

Deno.test("runDrill chooses the same files for the same seed, others for another, all where there are few", async () => {
  const { stage } = await stageWithBackup();
  const chosen = async (order: Partial<DrillOrder>) => {
    await using session = await stage.open();
    const run = heardRun();
    await runDrill(session, { folder: FOLDER, ...order }, run);
    return run.fates.filter((fate) => fate.startsWith("restored ") && /\d$|empty$/.test(fate)).sort();
  };
  const one = await chosen({ files: 5, seed: 1 });
  assert.equal(one.length, 5, one.join());
  assert.deepEqual(await chosen({ files: 5, seed: 1 }), one);
  assert.notDeepEqual(await chosen({ files: 5, seed: 2 }), one);
  assert.equal((await chosen({ files: 500 })).length, 31);
  assert.equal((await chosen({ files: 500, bytes: 22_000 })).length <= 5, true);
  assert.deepEqual(await chosen({ files: 500, fileBytes: 100 }), ["restored /src/empty"]);
});

Deno.test("runDrill tells each file of a damaged or missing pack with SG1048, and proves the rest", async () => {
  const { stage, storage } = await stageWithBackup();
  // The pack that holds the trees is the smallest by far.
  const [damaged, missing] = (await Array.fromAsync(storage.list("data"))).sort((a, b) => b.size - a.size);
  storage.flip({ type: "data", name: damaged!.name }, 1_000);
  await storage.remove({ type: "data", name: missing!.name });
  const { report, told } = await drill(stage, { files: 100 });
  assert.ok(told.length >= 2 && told.length === report.differences, `${told.length}`);
  assert.equal(report.filesVerified + told.length, report.filesRestored);
  for (const { message } of told) {
    assert.match(message, /^The restored "\/src.*" (is not there|has another content|has \d)/);
  }
  const failure = drillFailure(report)!;
  assert.deepEqual([failure.code, failure.context["differences"]], ["SG1048", report.differences]);
});

Deno.test("runDrill tells a file on disk that changed without a sign from one that has just changed", async () => {
  const { stage } = await stageWithBackup();
  const { fs } = stage.tree;
  const folder = fs.openRoot("/src");
  const fd = fs.openWrite(folder, utf8("0"));
  const { mtime } = fs.statFd(fd);
  fs.writeAt(fd, utf8("rot"), 100);
  fs.setTimes(fd, mtime, mtime);
  fs.close(fd);
  fs.close(folder);
  stage.tree.write("/src/3", noise(999, 77));
  stage.tree.remove("/src/6");
  const { report, told } = await drill(stage, { files: 100 });
  assert.deepEqual(
    told.map(({ path, message }) => [utf8Text(path!), /although its size and time/.test(message)]),
    [
      ["/src/0", true],
    ],
  );
  assert.deepEqual([report.filesVerified, report.sourcesCompared, report.differences], [31, 28, 1]);
});

Deno.test("runDrill compares no files on disk with a backup of another machine", async () => {
  const { stage } = await stageWithBackup();
  await stage.backup({ hostname: "elsewhere", paths: ["/src"] });
  const elsewhere = await drill(stage, { filter: { hosts: ["elsewhere"] } });
  assert.deepEqual([elsewhere.report.sourcesCompared, elsewhere.report.filesVerified], [0, 31]);
  const here = await drill(stage, { filter: { hosts: [hostName()] } });
  assert.equal(here.report.sourcesCompared, 31);
});

Deno.test("runDrill removes what it finds in its folder, and its folder also when it is stopped", async () => {
  const { stage } = await stageWithBackup();
  stage.tree.folder(FOLDER, `${FOLDER}/old`).write(`${FOLDER}/old/x`, "rest of a drill that was killed");
  assert.equal((await drill(stage)).report.differences, 0);
  await using session = await stage.open();
  const stop = new AbortController();
  const run = heardRun(stop.signal);
  const observer = { ...run.observer, entry: () => stop.abort(new Error("stopped")) };
  await assert.rejects(runDrill(session, { folder: FOLDER }, { ...run, observer }));
  assert.deepEqual(stage.tree.names("/scratch"), []);
  assert.equal(await stage.count("locks"), 0);
});

Deno.test("runDrill of a snapshot without files, or of none", async () => {
  const stage = await JobStage.made();
  stage.tree.folder("/src", "/scratch");
  await assert.rejects(drill(stage), { code: "SG1010" });
  await using session = await stage.open();
  await runBackup(session, { paths: ["/src"] }, heardRun());
  const { report } = await drill(stage);
  assert.deepEqual([report.filesSeen, report.filesRestored, report.differences], [0, 0, 0]);
});
