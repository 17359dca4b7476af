// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { runBackup, runForget, runRestore, Session } from "../../../mod/job/mod.ts";
import { type FileType, MemoryStorage } from "../../../mod/storage/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { FaultyStorage, type StorageVerb } from "../../kit/faulty_storage.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";

Deno.test("Session.open opens what Session.init made, with the right password only", async () => {
  const stage = new JobStage();
  await assert.rejects(stage.open(), { code: "SG1002" });
  await stage.init();
  await using session = await stage.open();
  assert.equal(session.repository.config.version, 2);
  await assert.rejects(stage.open({ password: "wrong" }), { code: "SG1001" });
  await assert.rejects(stage.init(), { code: "SG1004" });
});

Deno.test("Session closes its storage when it is disposed, and no lane works after it", async () => {
  const stage = await JobStage.made();
  const storage = new MemoryStorage();
  const options = { password: "p", signal: new AbortController().signal, note: () => {}, threads: 0 };
  const kdf = { kdf: { N: 16, r: 1, p: 1 } };
  const session = await Session.init(stage.ports, storage, { ...options, ...kdf });
  const run = await session.begin({ exclusive: false }, heardRun());
  const lanes = run.lanes();
  await session[Symbol.asyncDispose]();
  await assert.rejects(storage.load({ type: "config", name: "" }));
  await assert.rejects(async () => await lanes.ask("flush", []), { code: "SG1023" });
  await assert.rejects(session.begin({ exclusive: false }, heardRun()), { code: "SG1023" });
});

Deno.test("Session.begin loads the index while the lock settles, once, and not what only might be used", async () => {
  const stage = await JobStage.made({ storage: new FaultyStorage(new MemoryStorage()) });
  stage.tree.folder("/src").write("/src/a", noise(9000, 1));
  await stage.backup();
  const { calls } = stage.storage as FaultyStorage;
  const loads = () => calls.filter(({ verb, type }) => verb === "load" && type === "index").length;
  calls.length = 0;
  await using session = await stage.open();
  {
    await using run = await session.begin({ exclusive: false, stores: true, usesIndex: true }, heardRun());
    assert.equal(loads(), 1);
    await run.loadIndex();
    assert.ok(run.repository.table.count > 0);
  }
  assert.equal(loads(), 1);
  await using other = await stage.open();
  await using _ = await other.begin({ exclusive: false }, heardRun());
  assert.equal(loads(), 1);
});

Deno.test("Session.begin: what was loaded before the lock had settled and was pruned since is not relied on", async () => {
  const storage = new FaultyStorage(new MemoryStorage());
  const stage = await JobStage.made({ storage });
  stage.tree.folder("/src").write("/src/a", noise(9000, 1));
  const { snapshotId } = await stage.backup();
  await using session = await stage.open();
  const prune = async () => {
    await using other = await stage.open();
    const order = {
      policy: {},
      groupBy: [],
      filter: {},
      ids: [snapshotId!],
      dryRun: false,
      allowRemoveAll: true,
    };
    await runForget(other, { ...order, prune: { maxUnused: { bytes: 0 } } }, heardRun());
  };
  // Before the run looks at the locks a second time the index is loaded, its lock is taken for stale, and all is pruned.
  const pruned = Promise.withResolvers<void>();
  storage.faults.push({
    kind: "wait",
    on: ({ verb, type }) => verb === "list" && type === "locks",
    after: 1,
    times: 1,
    until: pruned.promise,
  });
  storage.calls.length = 0;
  const begun = session.begin({ exclusive: false, stores: true, usesIndex: true }, heardRun());
  const called = (verb: StorageVerb, type: FileType) =>
    storage.calls.filter((act) => act.verb === verb && act.type === type).length;
  while (called("load", "index") === 0 || called("list", "locks") < 2) await setTimeout(1);
  const order = storage.calls.filter(({ verb }) => verb === "save" || verb === "load");
  assert.deepEqual(order.map(({ type }) => type).filter((type) => type !== "config"), ["locks", "index"]);
  await session.repository.unlock({ removeAll: true });
  await prune();
  pruned.resolve();
  {
    await using run = await begun;
    await run.loadIndex();
    assert.equal(run.repository.table.count, 0, "it relies on what is gone");
  }
  const report = await runBackup(session, { paths: ["/src"] }, heardRun());
  assert.ok(report.summary.dataBlobs > 0);
});

Deno.test("Session.begin shares or excludes, and its signal ends with the run's", async () => {
  const stage = await JobStage.made();
  await using one = await stage.open();
  await using two = await stage.open();
  const stop = new AbortController();
  {
    await using shared = await one.begin({ exclusive: false }, heardRun(stop.signal));
    assert.equal(await stage.count("locks"), 1);
    await using _other = await two.begin({ exclusive: false }, heardRun());
    await assert.rejects(two.begin({ exclusive: true }, heardRun()), { code: "SG1003" });
    stop.abort(new Error("stopped"));
    assert.throws(() => shared.signal.throwIfAborted(), /stopped/);
  }
  assert.equal(await stage.count("locks"), 0);
  await using _alone = await two.begin({ exclusive: true }, heardRun());
  await assert.rejects(one.begin({ exclusive: false }, heardRun()), { code: "SG1003" });
});

Deno.test("Session.begin takes none for reading where told so, but always one for removing", async () => {
  const stage = await JobStage.made();
  await using session = await stage.open({ noLock: true });
  await using _none = await session.begin({ exclusive: false }, heardRun());
  assert.equal(await stage.count("locks"), 0);
  await using _alone = await session.begin({ exclusive: true }, heardRun());
  assert.equal(await stage.count("locks"), 1);
});

Deno.test("Session.begin waits as long as it may and says for whom", async () => {
  // Waits end at once, but each moves the clock on.
  const clock = new FakeClock({ start: 1_780_000_000_000_000_000n });
  const stage = await JobStage.made();
  await using holder = await stage.open();
  await using _lock = await holder.begin({ exclusive: true }, heardRun());
  const waiting = new JobStage({ storage: stage.storage, clock });
  await using session = await waiting.open({ retryLockMs: 60_000 });
  const run = heardRun();
  await assert.rejects(session.begin({ exclusive: false }, run), { code: "SG1003" });
  assert.equal(run.notes.length, 1);
  assert.match(run.notes[0]!, /locked by process \d+ of .* on .*; waiting/);
  const waited = clock.slept.filter((ms) => ms >= 1000).reduce((sum, ms) => sum + ms, 0);
  assert.equal(waited, 60_000);
});

Deno.test("Session keeps metadata in the cache folder where asked to, and reads it there", async () => {
  const storage = new FaultyStorage(new MemoryStorage());
  const stage = await JobStage.made({ storage });
  stage.tree.folder("/src", "/out", "/cache").write("/src/a", "alpha");
  await stage.backup();
  const restore = async (cacheStorage: boolean) => {
    const before = storage.calls.length;
    await using session = await stage.open({ cacheFolder: "/cache", cacheStorage });
    const run = heardRun();
    const report = await runRestore(session, { snapshot: "latest", target: "/out" }, run);
    assert.deepEqual([report.complete, run.problems], [true, []]);
    return storage.calls.slice(before).filter(({ verb, type }) =>
      verb === "load" && (type === "index" || type === "snapshots")
    ).length;
  };
  assert.equal(await restore(false), 2);
  assert.deepEqual(stage.tree.names("/cache"), []);
  await restore(true);
  assert.deepEqual(stage.tree.names("/cache"), ["repositories"]);
  assert.equal(await restore(true), 0);
});

Deno.test("Session passes its options on: compression, pack size", async () => {
  const text = new TextEncoder().encode("compressible ".repeat(40_000));
  const sizes: number[] = [];
  for (const compression of ["off", "auto"] as const) {
    const stage = await JobStage.made({ session: { compression, packBytesTarget: 300_000 } });
    stage.tree.folder("/src").write("/src/text", text).write("/src/one", noise(400_000))
      .write("/src/two", noise(400_000, 2));
    const report = await stage.backup();
    sizes.push(report.summary.dataAddedPacked!);
    assert.ok(await stage.count("data") >= 3);
  }
  assert.ok(sizes[0]! > 1_300_000 && sizes[1]! < 900_000, sizes.join());
});

Deno.test("Session serves reading runs before and after a backup", async () => {
  const stage = await JobStage.made();
  stage.tree.folder("/src", "/out", "/out2").write("/src/a", "alpha");
  await stage.backup();
  await using session = await stage.open();
  await runRestore(session, { snapshot: "latest", target: "/out" }, heardRun());
  stage.tree.write("/src/b", noise(20_000));
  const { snapshotId } = await runBackup(session, { paths: ["/src"] }, heardRun());
  const again = await runRestore(session, { snapshot: snapshotId!, target: "/out2" }, heardRun());
  assert.deepEqual([again.complete, again.filesRestored], [true, 2]);
});
