// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { systemClock, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { lookAhead, PROGRAM_VERSION, runBackup, runCheck, runRestore } from "../../../mod/job/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { FaultyStorage, type StorageAct } from "../../kit/faulty_storage.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";
import type { RunClock } from "../../kit/run_clock.ts";
import { scratch } from "../../kit/scratch.ts";
import { SeededRandom } from "../../kit/seeded_random.ts";

/** A stage with some files in `/src`. */
async function stageWithFiles(parts: ConstructorParameters<typeof JobStage>[0] = {}): Promise<JobStage> {
  const stage = await JobStage.made(parts);
  stage.tree.folder("/src", "/src/sub", "/src/empty")
    .write("/src/a", "alpha").write("/src/sub/b", "beta").write("/src/sub/large", noise(3_000_000, 4));
  return stage;
}

/** Fails unless a full check finds nothing and the latest snapshot restores to the files of `/src`. */
async function assertWhole(stage: JobStage): Promise<void> {
  await using session = await stage.open();
  // Packs that a failed run left are hints.
  assert.equal((await runCheck(session, { readData: true }, heardRun())).errors, 0);
  stage.tree.folder("/out");
  const run = heardRun();
  const report = await runRestore(session, { snapshot: "latest", target: "/out", verify: true }, run);
  assert.deepEqual([report.complete, run.problems], [true, []]);
  assert.equal(utf8Text(stage.tree.read("/out/src/a")), utf8Text(stage.tree.read("/src/a")));
  assert.deepEqual(stage.tree.read("/out/src/sub/large"), stage.tree.read("/src/sub/large"));
}

Deno.test("runBackup stores a snapshot that says what it holds, and what it added", async () => {
  const stage = await stageWithFiles();
  const run = heardRun();
  const report = await stage.backup({ tags: ["one", "two"], hostname: "here", time: 5n }, run);
  assert.deepEqual([report.complete, report.problems, report.parent], [true, 0, undefined]);
  await using session = await stage.open();
  const { snapshot } = await session.repository.findSnapshot(report.snapshotId!);
  assert.equal(snapshot.time, 5n);
  assert.deepEqual([snapshot.hostname, snapshot.paths, snapshot.tags], ["here", ["/src"], ["one", "two"]]);
  assert.deepEqual([snapshot.tree, snapshot.programVersion], [report.tree, PROGRAM_VERSION]);
  assert.deepEqual(snapshot.summary, report.summary);
  const { filesNew, dirsNew, totalFilesProcessed, totalBytesProcessed, treeBlobs, dataAdded } =
    report.summary;
  assert.deepEqual([filesNew, dirsNew, totalFilesProcessed], [3, 3, 3]);
  assert.equal(totalBytesProcessed, 3_000_009);
  // The root, /src, sub and empty.
  assert.equal(treeBlobs, 4);
  assert.ok(dataAdded > 3_000_009);
  assert.ok(run.fates.includes("new /src/sub/b"));
  assert.equal(run.progress()?.filesDone, 3);
  assert.equal(await stage.count("locks"), 0);
  await assertWhole(stage);
});

Deno.test("runBackup with the same seed, clock and files stores the same bytes", async () => {
  const play = async (seed: number) => {
    const stage = await stageWithFiles({ random: new SeededRandom(seed) });
    await stage.backup();
    stage.tree.write("/src/a", "another").write("/src/new", noise(900_000, 8));
    await stage.backup({ tags: ["second"] });
    return await stage.stored();
  };
  const first = await play(7);
  assert.ok([...first.keys()].filter((name) => name.startsWith("snapshots/")).length === 2);
  assert.deepEqual(await play(7), first);
  assert.notDeepEqual(await play(8), first);
});

Deno.test("runBackup compares with the last snapshot of the same host and paths, and reads only what changed", async () => {
  const stage = await stageWithFiles();
  const one = await stage.backup();
  await stage.backup({ hostname: "elsewhere", full: true });
  await stage.backup({ paths: ["/src/sub"] });
  stage.tree.write("/src/a", "changed");
  const run = heardRun();
  const two = await stage.backup({}, run);
  assert.equal(two.parent, one.snapshotId);
  const { filesNew, filesChanged, filesUnmodified } = two.summary;
  assert.deepEqual([filesNew, filesChanged, filesUnmodified], [0, 1, 2]);
  assert.ok(run.fates.includes("changed /src/a") && run.fates.includes("unchanged /src/sub/large"));
  assert.equal(two.summary.dataAdded < 5000, true);
  const asked = await stage.backup({ paths: ["/src/sub"], parent: one.snapshotId!.slice(0, 10) });
  assert.equal(asked.parent, one.snapshotId);
  await assert.rejects(stage.backup({ parent: "0000000000" }), { code: "SG1010" });
});

Deno.test("runBackup takes no later snapshot for a parent than the time it is to have", async () => {
  const stage = await stageWithFiles();
  const early = await stage.backup({ time: 1000n });
  await stage.backup({ time: 3000n });
  assert.equal((await stage.backup({ time: 2000n })).parent, early.snapshotId);
});

Deno.test("runBackup as a dry run counts all and stores nothing", async () => {
  const stage = await stageWithFiles();
  await stage.backup({ paths: ["/src/sub"] });
  const before = await stage.stored();
  const dry = await stage.backup({ dryRun: true });
  assert.deepEqual(await stage.stored(), before);
  assert.equal(dry.snapshotId, undefined);
  const real = await stage.backup();
  const { backupStart: _a, backupEnd: _b, ...told } = dry.summary;
  const { backupStart: _c, backupEnd: _d, ...done } = real.summary;
  assert.deepEqual({ ...told, dataAddedPacked: 0 }, { ...done, dataAddedPacked: 0 });
  // Packs compressed anew may differ by the padding of their headers only.
  assert.equal(told.dataAddedPacked, done.dataAddedPacked);
  assert.equal(dry.tree, real.tree);
});

Deno.test("runBackup: a first backup knows its totals from the start where it was looked ahead", async () => {
  for (const looked of [true, false]) {
    const stage = await stageWithFiles();
    using ahead = looked ? lookAhead(stage.ports, { paths: ["/src"] }) : undefined;
    await new Promise<void>((resolve) => setImmediate(resolve));
    let progress: (() => { readonly filesTotal?: number }) | undefined;
    const totals: (number | undefined)[] = [];
    using _listener = stage.tree.fs.failWhen(({ call }) => {
      if (call === "openFolder" && progress) totals.push(progress().filesTotal);
      return undefined;
    });
    await stage.backup(ahead ? { ahead } : {}, { ...heardRun(), onStart: (asked) => progress = asked });
    assert.equal(totals[0], looked ? 3 : undefined);
    assert.equal(stage.tree.fs.openCount, 0);
  }
});

Deno.test("runBackup: a first backup goes on to count ahead where somebody watches, and nowhere else", async () => {
  for (const watched of [true, false]) {
    const stage = await stageWithFiles();
    using ahead = lookAhead(stage.ports, { paths: ["/src"] })!;
    let counts = false;
    const onlyCount = ahead.onlyCount.bind(ahead);
    ahead.onlyCount = () => {
      counts = true;
      onlyCount();
    };
    const { signal, observer } = heardRun();
    const run = watched ? { signal, observer, onStart: () => {} } : { signal, observer };
    const report = await stage.backup({ ahead }, run);
    assert.equal(counts, watched);
    assert.equal(report.summary.totalFilesProcessed, 3);
  }
});

Deno.test("runBackup shows what was seen ahead of it, as of then, unless that was too long ago", async () => {
  const stage = await stageWithFiles({ session: { cacheFolder: "/cache" } });
  const heard = heardRun();
  // Who wants to hear of each entry is told of each: then nothing is passed over.
  const { entry: _entry, ...observer } = heard.observer;
  const run = { ...heard, observer };
  await stage.backup({}, run);
  const order = { paths: ["/src"] };
  for (const [waitMs, changed] of [[0, 0], [5_000, 1]] as const) {
    using ahead = lookAhead(stage.ports, order)!;
    await new Promise<void>((resolve) => setImmediate(resolve));
    stage.tree.write("/src/sub/b", `changed behind the look, then ${waitMs} ms`);
    (stage.clock as RunClock).ms += waitMs;
    const { summary, snapshotId } = await stage.backup({ ahead }, run);
    assert.deepEqual([summary.filesChanged, summary.totalFilesProcessed], [changed, 3]);
    await using session = await stage.open();
    const { snapshot } = await session.repository.findSnapshot(snapshotId!);
    assert.equal(snapshot.time === ahead.since, changed === 0);
    assert.ok(summary.backupStart > ahead.since);
    const next = await stage.backup({}, run);
    assert.equal(next.summary.filesChanged, 1 - changed, "what changed meanwhile is the next one's");
  }
  assert.deepEqual(heard.problems, []);
  await assertWhole(stage);
});

Deno.test("runBackup skips a snapshot that would say nothing new, where asked to", async () => {
  const stage = await stageWithFiles();
  const first = await stage.backup({ skipIfUnchanged: true });
  assert.ok(first.snapshotId);
  const second = await stage.backup({ skipIfUnchanged: true });
  assert.deepEqual([second.snapshotId, second.parent], [undefined, first.snapshotId]);
  assert.equal(await stage.count("snapshots"), 1);
  stage.tree.write("/src/a", "news");
  assert.ok((await stage.backup({ skipIfUnchanged: true })).snapshotId);
  assert.ok((await stage.backup()).snapshotId, "not asked to");
});

Deno.test("runBackup fails with the storage's reason, stores no snapshot, and the next run succeeds", async () => {
  for (const type of ["data", "index", "snapshots"] as const) {
    const storage = new FaultyStorage(new MemoryStorage());
    const stage = await stageWithFiles({ storage });
    const fault = {
      kind: "fail" as const,
      code: "SG0200" as const,
      on: (act: { verb: string; type?: string }) => act.verb === "save" && act.type === type,
    };
    storage.faults.push(fault);
    await assert.rejects(stage.backup(), { code: "SG0200" }, type);
    assert.deepEqual([await stage.count("snapshots"), await stage.count("locks")], [0, 0], type);
    storage.faults.length = 0;
    assert.equal((await stage.backup()).complete, true, type);
    await assertWhole(stage);
  }
});

Deno.test("runBackup that was interrupted leaves a journal, and the next run reads only the rest", async () => {
  // The time that an interrupted run has to bring home what it has does not pass on the stage's clock.
  const stage = await stageWithFiles({ session: { cacheFolder: "/cache", packBytesTarget: 1_000_000 } });
  for (let file = 0; file < 400; file++) stage.tree.write(`/src/sub/f${file}`, noise(5_000, file + 10));
  const stop = new AbortController();
  let read = 0;
  {
    using _rule = stage.tree.fs.failWhen(({ call }) => {
      if (call === "openRead" && ++read === 200) stop.abort(new Error("Ctrl-C"));
      return undefined;
    });
    await assert.rejects(stage.backup({}, heardRun(stop.signal)), { code: "SG1016" });
  }
  assert.deepEqual([await stage.count("snapshots"), await stage.count("locks")], [0, 0]);
  const journals = stage.tree.names("/cache/journals");
  assert.equal(journals.length, 1);
  assert.ok(stage.tree.read(`/cache/journals/${journals[0]}`).length > 1000);

  let readAgain = 0;
  {
    using _rule = stage.tree.fs.failWhen(({ call }) => (call === "openRead" && readAgain++, undefined));
    assert.equal((await stage.backup()).complete, true);
  }
  assert.ok(read >= 200 && readAgain <= 403 - 128, `${read} files read at first, ${readAgain} then`);
  assert.deepEqual(stage.tree.names("/cache/journals"), [], "no journal outlives its run");
  assert.equal(stage.tree.fs.openCount, 0);
  await assertWhole(stage);
});

Deno.test("runBackup does without a journal where the cache folder cannot be used", async () => {
  const stage = await stageWithFiles({ session: { cacheFolder: "/src/a/no" } });
  assert.equal((await stage.backup()).complete, true);
});

Deno.test("runBackup goes on when its journal cannot be opened, kept or removed", async () => {
  for (const call of ["openWrite", "create", "writeAt", "truncate", "removeFile"]) {
    const stage = await stageWithFiles({ session: { cacheFolder: "/cache" } });
    using _rule = stage.tree.fs.failWhen((act) => act.call === call ? "EIO" : undefined);
    const run = heardRun();
    const report = await stage.backup({}, run);
    assert.ok(report.snapshotId, call);
    assert.equal(report.complete, true, call);
    assert.equal(stage.tree.fs.openCount, 0, call);
  }
});

Deno.test("runBackup meets an exclusive lock of another session with SG1003", async () => {
  const stage = await stageWithFiles();
  await using other = await stage.open();
  {
    await using _lock = await other.begin({ exclusive: true }, heardRun());
    await assert.rejects(stage.backup(), { code: "SG1003" });
  }
  {
    await using _lock = await other.begin({ exclusive: false }, heardRun());
    assert.ok((await stage.backup()).snapshotId, "shared locks do not hinder each other");
  }
});

Deno.test("runBackup tells what it cannot read, and stores the rest", async () => {
  const stage = await stageWithFiles();
  using _rule = stage.tree.fs.failWhen(({ call, name }) =>
    call === "openRead" && name && utf8Text(name) === "b" ? "EACCES" : undefined
  );
  const run = heardRun();
  const report = await stage.backup({}, run);
  assert.deepEqual([report.complete, report.problems, run.problems.length], [false, 1, 1]);
  assert.match(run.problems[0]!.message, /\/src\/sub\/b/);
  assert.ok(report.snapshotId);
  assert.equal(report.summary.filesNew, 2);
});

Deno.test("runBackup refuses orders without anything to back up", async () => {
  const stage = await stageWithFiles();
  await assert.rejects(stage.backup({ paths: [] }), { code: "SG1008" });
  await assert.rejects(stage.backup({ paths: ["/nowhere"] }), { code: "SG1009" });
  assert.equal(await stage.count("snapshots"), 0);
});

Deno.test("runBackup stores a stream as one file", async () => {
  const stage = await stageWithFiles();
  const content = noise(2_500_000, 3);
  const stream = () => new Blob([content]).stream();
  const one = await stage.backup({ paths: [], stdin: { name: "dumps/db", stream: stream() } });
  const two = await stage.backup({ paths: [], stdin: { name: "/dumps/db", stream: stream() } });
  assert.equal(two.parent, one.snapshotId);
  assert.deepEqual([two.summary.filesUnmodified, two.summary.dataBlobs], [1, 0]);
  stage.tree.folder("/out");
  await using session = await stage.open();
  await runRestore(session, { snapshot: "latest", target: "/out" }, heardRun());
  assert.deepEqual(stage.tree.read("/out/dumps/db"), content);
});

Deno.test("runBackup stores what a command writes, and nothing of a command that fails", async () => {
  const stage = await stageWithFiles();
  const command = (script: string) => ({
    paths: [],
    command: { name: "said", argv: ["sh", "-c", script] },
  });
  assert.equal((await stage.backup(command("printf hello"))).summary.totalBytesProcessed, 5);
  await assert.rejects(stage.backup(command("printf half; exit 7")), { code: "SG1027", message: /status 7/ });
  await assert.rejects(stage.backup(command("kill -9 $$")), { code: "SG1027", message: /SIGKILL/ });
  await assert.rejects(
    stage.backup({ paths: [], command: { name: "x", argv: ["/no/such/program"] } }),
    { code: "SG1027" },
  );
  assert.deepEqual([await stage.count("snapshots"), await stage.count("locks")], [1, 0]);
});

Deno.test("runBackup leaves out what patterns say, and keeps them in the snapshot", async () => {
  const stage = await stageWithFiles();
  const run = heardRun();
  const report = await stage.backup({ excludes: { patterns: ["sub"], patternsIgnoringCase: ["A"] } }, run);
  assert.equal(report.summary.totalFilesProcessed, 0);
  assert.deepEqual(run.fates.filter((fate) => fate.startsWith("excluded")).sort(), [
    "excluded /src/a",
    "excluded /src/sub",
  ]);
  await using session = await stage.open();
  const { snapshot } = await session.repository.findSnapshot("latest");
  assert.deepEqual(snapshot.excludes, ["sub", "A"]);
});

Deno.test("runBackup counts what it stores itself, whatever its session did before", async () => {
  const sums = async (orders: readonly { dryRun: boolean }[], apart: boolean) => {
    const stage = await stageWithFiles();
    const told = [];
    let session = await stage.open();
    for (const order of orders) {
      if (apart) session = await stage.open();
      const { summary: { dataBlobs, treeBlobs, dataAdded }, tree } = await runBackup(
        session,
        { paths: ["/src"], ...order },
        heardRun(),
      );
      told.push({ dataBlobs, treeBlobs, dataAdded, tree });
    }
    assert.equal((await runCheck(await stage.open(), { readData: true }, heardRun())).errors, 0);
    return told;
  };
  const orders = [true, true, false, false, true].map((dryRun) => ({ dryRun }));
  const told = await sums(orders, false);
  assert.deepEqual(told, await sums(orders, true));
  assert.ok(told[0]!.dataBlobs! > 0 && told[2]!.dataBlobs === told[0]!.dataBlobs && told[3]!.dataBlobs === 0);
});

Deno.test("runBackup makes relative paths absolute and keeps their bytes", async () => {
  await using folder = await scratch();
  const stage = await JobStage.made({ fs: openFileSystem(), clock: systemClock, session: { threads: 2 } });
  const name = Uint8Array.of(...utf8(folder.path), 0x2f, 0xff);
  const fs = openFileSystem();
  const dir = fs.openRoot(folder.path);
  fs.close(fs.create(dir, Uint8Array.of(0xff), 0o600));
  fs.close(dir);
  const up = "../".repeat(Deno.cwd().split("/").length - 1);
  const report = await stage.backup({ paths: [`${up}.${folder.path}/./x/..`, name] });
  assert.equal(report.summary.totalFilesProcessed, 1);
  await using session = await stage.open();
  const { snapshot } = await session.repository.findSnapshot("latest");
  assert.equal(snapshot.paths[0], folder.path);
});

Deno.test("runBackup and runRestore on worker threads bring real files back", async () => {
  await using folder = await scratch();
  const stage = await JobStage.made({
    fs: openFileSystem(),
    clock: systemClock,
    session: { threads: 2, packBytesTarget: 1_000_000 },
  });
  await Deno.mkdir(`${folder.path}/src/deep`, { recursive: true });
  const wanted = new Map<string, Uint8Array>();
  for (let file = 0; file < 300; file++) wanted.set(`deep/f${file}`, noise(file * 40, file + 1));
  wanted.set("large", noise(9_000_000, 5));
  for (const [name, bytes] of wanted) await Deno.writeFile(`${folder.path}/src/${name}`, bytes);
  const report = await stage.backup(`${folder.path}/src`);
  assert.deepEqual([report.complete, report.summary.filesNew], [true, 301]);
  await using session = await stage.open();
  assert.deepEqual((await runCheck(session, { readData: true }, heardRun())).findings, []);
  const target = `${folder.path}/out`;
  const restored = await runRestore(session, { snapshot: "latest", target, verify: true }, heardRun());
  assert.deepEqual([restored.complete, restored.filesRestored], [true, 301]);
  for (const [name, bytes] of wanted) {
    assert.deepEqual(new Uint8Array(await Deno.readFile(`${target}${folder.path}/src/${name}`)), bytes, name);
  }
});

Deno.test("runBackup says SG0145 and SG0147 where another run says SG0134 and SG0136", async () => {
  for (const [code, during] of [["SG0134", "SG0145"], ["SG0136", "SG0147"], ["SG0083", "SG0083"]] as const) {
    for (
      const fits of [
        ({ verb, type }: StorageAct) => verb === "list" && type === "locks",
        ({ verb, type }: StorageAct) => verb === "save" && type === "snapshots",
      ]
    ) {
      const storage = new FaultyStorage(new MemoryStorage());
      const stage = await JobStage.made({ storage });
      stage.tree.folder("/src", "/out").write("/src/a", "alpha");
      await stage.backup();
      await using session = await stage.open();
      storage.faults.push({ on: fits, kind: "fail", code });
      await assert.rejects(runBackup(session, { paths: ["/src"] }, heardRun()), { code: during });
      if (!fits({ verb: "list", type: "locks" })) continue;
      await assert.rejects(runRestore(session, { snapshot: "latest", target: "/out" }, heardRun()), { code });
    }
  }
});
