// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { Run } from "../../../mod/client/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { copyPlace } from "../../kit/crash_place.ts";
import { ClientStage } from "../../kit/client_stage.ts";

const OVER = ["done", "incomplete", "failed", "stopped"] as const;

Deno.test("Conductor: a set is backed up, checked, forgotten of, pruned, drilled and restored, each as a run", async () => {
  await using stage = await ClientStage.open();
  const { runs, sets } = stage;
  const files = { "a.txt": "alpha", "deep/b [1]*.txt": "beta", "deep/er/c": "gamma" };
  const set = await stage.set("home", files);
  await sets.update({
    id: set,
    options: { compression: "max", tags: ["t"], skipIfUnchanged: false, keep: { last: 1 } },
  });
  const first = await stage.backUp(set);
  assert.equal(first.state, "done", first.message);
  assert.deepEqual([first.kind, first.orderedBy, first.attempt, first.problemCount], [
    "backup",
    "test",
    1,
    0,
  ]);
  assert.equal(first.report!["filesStored"], 3);
  assert.equal(first.report!["bytesTotal"], 14);
  assert.ok(first.queuedAt <= first.startedAt! && first.startedAt! <= first.endedAt!);
  await Deno.writeTextFile(`${stage.folder}/src-home/a.txt`, "changed");
  const second = await stage.backUp(set);
  const { snapshots } = stage.client;
  const page = await snapshots.page(set, undefined, { limit: 5 });
  assert.deepEqual(page.map(({ id }) => id), [second.snapshotId, first.snapshotId]);
  assert.deepEqual([page[0]!.tags, page[0]!.files, page[0]!.bytes], [["t"], 3, 16]);

  const target = `${stage.folder}/restored`;
  const source = `${stage.folder}/src-home`;
  const restore = await runs.restore({
    ...{ set, snapshot: first.snapshotId!, target, verify: true, orderedBy: "ann" },
    paths: [
      new TextEncoder().encode(`${source}/deep/b [1]*.txt`),
      new TextEncoder().encode(`${source}/a.txt`),
    ],
  });
  const restored = await stage.until(restore.id, ...OVER);
  assert.equal(restored.state, "done", restored.message);
  assert.equal(await Deno.readTextFile(`${target}${source}/a.txt`), "alpha");
  assert.equal(await Deno.readTextFile(`${target}${source}/deep/b [1]*.txt`), "beta");
  await assert.rejects(Deno.stat(`${target}${source}/deep/er`), Deno.errors.NotFound);

  const ended = async (kind: "check" | "forget" | "prune" | "drill", full = false) => {
    const [run] = await runs.start({ kind, set, full, orderedBy: "ann" });
    const over = await stage.until(run!.id, ...OVER);
    assert.equal(over.state, "done", `${kind}: ${over.message}`);
    return over.report!;
  };
  assert.equal((await ended("check", true))["errors"], 0);
  assert.deepEqual(await ended("forget"), { snapshotsRemoved: 1, snapshotsKept: 1 });
  assert.deepEqual((await snapshots.page(set, undefined, { limit: 5 })).map(({ id }) => id), [
    second.snapshotId,
  ]);
  await ended("prune");
  const drill = await ended("drill");
  assert.deepEqual([drill["filesSeen"], drill["filesVerified"]], [3, 3]);
  await assert.rejects(Deno.stat(`${stage.folder}/data/scratch/drill-7`), Deno.errors.NotFound);
  assert.deepEqual((await runs.last([set], "check")).get(set)?.kind, "check");
  assert.deepEqual(runs.live(), []);
});

Deno.test("Conductor: what a run could not read is counted and kept, and the run is incomplete", async () => {
  await using stage = await ClientStage.open();
  const set = await stage.set("home", { "a": "alpha" }, {});
  const { sources } = await stage.sets.get(set);
  await stage.sets.update({ id: set, sources: [...sources, `${stage.folder}/missing`] });
  const run = await stage.backUp(set);
  assert.deepEqual([run.state, run.code, run.problemCount], ["incomplete", "SG1022", 1]);
  const problems = await stage.runs.problems(run.id, { limit: 10 });
  assert.deepEqual(problems.map(({ position, path }) => [position, path]), [[0, `${stage.folder}/missing`]]);
});

Deno.test("Conductor: a destination that was set back to an older state is told of, once, and the next backup is whole", async () => {
  await using stage = await ClientStage.open();
  const set = await stage.set("home", { "a": "alpha" });
  await stage.backUp(set);
  const disk = `${stage.folder}/disk-home`;
  copyPlace(disk, `${disk}.old`);
  await Deno.writeTextFile(`${stage.folder}/src-home/b`, "beta");
  assert.equal((await stage.backUp(set)).state, "done");
  await Deno.remove(disk, { recursive: true });
  await Deno.rename(`${disk}.old`, disk);
  const run = await stage.backUp(set);
  assert.deepEqual([run.state, run.problemCount], ["done", 1]);
  const [problem] = await stage.runs.problems(run.id, { limit: 10 });
  assert.deepEqual([problem!.code, problem!.message], [
    "SG1051",
    "Snapshots that are gone, though this machine did not remove them: 1",
  ]);
  assert.equal((await stage.backUp(set)).state, "done");
  const [check] = await stage.runs.start({ kind: "check", set, full: true, orderedBy: "ann" });
  assert.equal((await stage.until(check!.id, "done", "failed")).report!["errors"], 0);
});

Deno.test("Conductor: a drive that is away makes the run wait; nothing is begun anew at its empty mount point", async () => {
  await using stage = await ClientStage.open();
  const set = await stage.set("home", { "a": "alpha" });
  assert.equal((await stage.backUp(set)).state, "done");
  const disk = `${stage.folder}/disk-home`;
  await Deno.rename(disk, `${disk}-away`);
  const [run] = await stage.runs.start({ kind: "backup", set, orderedBy: "ann" });
  const waiting = await stage.until(run!.id, "waiting");
  assert.deepEqual([waiting.code, waiting.attempt], ["SG0147", 1]);
  assert.ok(waiting.nextTryAt! > waiting.startedAt!);
  assert.match(waiting.remedy!, /mount/);
  // The mount point is there, the drive is not.
  await Deno.mkdir(disk);
  await stage.runs.resume(run!.id);
  assert.equal((await stage.until(run!.id, "waiting")).code, "SG0147");
  assert.deepEqual([...Deno.readDirSync(disk)], []);
  await Deno.remove(disk);
  await Deno.rename(`${disk}-away`, disk);
  const again = await stage.runs.start({ kind: "backup", set, orderedBy: "ann" });
  assert.equal(again[0]!.id, run!.id); // one that waits is not ordered twice
  await stage.runs.resume(run!.id);
  assert.equal((await stage.until(run!.id, ...OVER)).state, "done");
});

Deno.test("Conductor: orders that cannot be carried out are refused before anything is written down", async () => {
  await using stage = await ClientStage.open();
  const { runs } = stage;
  const set = await stage.set("home", { "a": "alpha" });
  const refused = (work: Promise<unknown>, code: string, field?: string) =>
    assert.rejects(work, (error) => {
      assert.ok(isSgError(error));
      assert.deepEqual([error.code, error.context["field"]], [code, field]);
      return true;
    });
  const orderedBy = "ann";
  await refused(runs.start({ kind: "backup", set: "none", orderedBy }), "SG1036");
  await refused(runs.start({ kind: "backup", set, destination: "none", orderedBy }), "SG1036");
  await refused(runs.start({ kind: "forget", set, orderedBy }), "SG1040", "set");
  await refused(runs.restore({ set, snapshot: "../x", orderedBy }), "SG1040", "snapshot");
  await refused(runs.restore({ set, snapshot: "latest", target: "rel", orderedBy }), "SG1040", "target");
  await refused(runs.restore({ set, snapshot: "latest", paths: [], orderedBy }), "SG1040", "paths");
  await refused(
    runs.restore({ set, snapshot: "latest", paths: [new TextEncoder().encode("a")], orderedBy }),
    "SG1040",
    "paths",
  );
  await stage.sets.update({ id: set, paused: true });
  await refused(runs.start({ kind: "backup", set, orderedBy }), "SG1040", "set");
  await refused(runs.suspend("77"), "SG1036");
  assert.equal(await runs.count({}), 0);
  await stage.sets.update({ id: set, paused: false });
  const run = await stage.backUp(set);
  await refused(runs.stop(run.id), "SG1040", "id");
});

Deno.test("Conductor.watch: each listener gets the current state first and the end last; a slow one holds up nobody", async () => {
  await using stage = await ClientStage.open();
  const set = await stage.set("home", { "a": "alpha" });
  const over = new AbortController();
  const lists = Array.from({ length: 50 }, () => stage.runs.watch(over.signal)[Symbol.asyncIterator]());
  const slow = stage.runs.watch(over.signal)[Symbol.asyncIterator]();
  const slowFirst = slow.next();
  const firsts = lists.map((each) => each.next());
  const run = await stage.backUp(set);
  assert.equal((await slowFirst).value?.state, "queued");
  for (const [at, list] of lists.entries()) {
    const seen: Run[] = [(await firsts[at]!).value!];
    while (seen.at(-1)!.state !== "done") seen.push((await list.next()).value!);
    assert.deepEqual(seen.map(({ state }) => state).at(0), "queued");
  }
  // What was between is gone for the slow one, the end is not.
  assert.deepEqual((await slow.next()).value, await stage.runs.get(run.id));
  over.abort();
  assert.equal((await slow.next()).done, true);
});

Deno.test("Conductor.removeSet: is refused while a backup or a restore is active; suspended runs go with the set", async () => {
  await using stage = await ClientStage.open({ client: { runsAtOnce: 0 } });
  const { runs } = stage;
  const set = await stage.set("home", { "a": "alpha" });
  const fails = (code: "SG0290" | "SG0291" | "SG1036") =>
    assert.rejects(runs.removeSet(set, false, "ann"), (error) => isSgError(error, code));
  const [backup] = await runs.start({ kind: "backup", set, orderedBy: "ann" });
  await fails("SG0290");
  await runs.stop(backup!.id);
  const restore = await runs.restore({ set, snapshot: "latest", orderedBy: "ann" });
  await fails("SG0291");
  assert.deepEqual([(await runs.suspend(restore.id)).state, (await runs.get(restore.id)).code], [
    "suspended",
    "SG0191",
  ]);
  await runs.removeSet(set, false, "ann");
  assert.equal((await runs.get(restore.id)).state, "stopped");
  assert.equal(await stage.sets.count(), 0);
  await fails("SG1036");
});

Deno.test("Conductor.removeSet: with its backups the repositories go first, and then the set", async () => {
  await using stage = await ClientStage.open();
  const { runs } = stage;
  const other = await stage.folderDestination("never used");
  const set = await stage.set("home", { "a": "alpha" });
  await stage.backUp(set);
  const destination = (await stage.sets.get(set)).destinations[0]!.destinationId;
  await stage.sets.update({ id: set, destinations: [{ destination }, { destination: other }] });
  await runs.removeSet(set, true, "ann");
  await assert.rejects(runs.removeSet(set, true, "ann"), (error) => isSgError(error, "SG0292"));
  await assert.rejects(
    runs.start({ kind: "backup", set, orderedBy: "ann" }),
    (error) => isSgError(error, "SG0292") || isSgError(error, "SG1036"),
  );
  await runs.idle();
  assert.equal(await stage.sets.count(), 0);
  const forgets = await runs.page({ kinds: ["forget"] }, true, { limit: 5 });
  assert.deepEqual(forgets.map(({ state, setId }) => [state, setId]), [["done", undefined], [
    "done",
    undefined,
  ]]);
  const left: string[] = [];
  const look = (path: string) => {
    for (const { name, isFile, isDirectory } of Deno.readDirSync(path)) {
      if (isFile) left.push(name);
      if (isDirectory) look(`${path}/${name}`);
    }
  };
  look(`${stage.folder}/disk-home`);
  assert.deepEqual(left, []);
});

Deno.test("Conductor: a removal that fails gives the set back", async () => {
  await using stage = await ClientStage.open();
  const set = await stage.set("home", { "a": "alpha" });
  await stage.backUp(set);
  await Deno.rename(`${stage.folder}/disk-home`, `${stage.folder}/away`);
  await stage.runs.removeSet(set, true, "ann");
  await stage.runs.idle();
  const [run] = await stage.runs.page({ kinds: ["forget"] }, true, { limit: 1 });
  assert.deepEqual([run!.state, run!.code], ["failed", "SG0170"]);
  assert.equal((await stage.sets.get(set)).deleting, false);
});
