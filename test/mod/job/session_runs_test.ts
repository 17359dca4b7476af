// Copyright the SpareGrid authors. Apache-2.0.
// A session that stays open while others come and go, runs fail, and years pass.
import assert from "node:assert/strict";
import type { SgCode } from "../../../mod/errors/mod.ts";
import {
  type BackupReport,
  runBackup,
  runCheck,
  runForget,
  runPrune,
  runRestore,
  type Session,
} from "../../../mod/job/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { FaultyStorage, type StorageAct } from "../../kit/faulty_storage.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";
import { SeededRandom } from "../../kit/seeded_random.ts";
import { RunClock } from "../../kit/run_clock.ts";

const SRC = { paths: ["/src"] };

/** Packs of one or two blobs, so that there are several. */
async function stageWith(storage: FaultyStorage = new FaultyStorage(new MemoryStorage())) {
  const stage = await JobStage.made({ storage, session: { packBytesTarget: 30_000 } });
  stage.tree.folder("/src", "/src/sub", "/out").write("/src/a", noise(40_000, 1)).write(
    "/src/sub/b",
    noise(40_000, 2),
  );
  return { stage, storage };
}

/** What a stranger finds: no error, and the latest snapshot is what the files are now. */
async function assertSound(stage: JobStage): Promise<void> {
  await using judge = await stage.open();
  const { findings } = await runCheck(judge, { readData: true }, heardRun());
  // What a failed run has stored and not listed is for a prune to remove.
  assert.deepEqual(findings.filter(({ severity }) => severity !== "hint"), []);
  const run = heardRun();
  const { complete } = await runRestore(judge, {
    snapshot: "latest",
    target: "/out",
    verify: true,
    delete: true,
  }, run);
  assert.deepEqual([complete, run.problems], [true, []]);
  for (const name of ["/src/a", "/src/sub/b"]) {
    assert.deepEqual(stage.tree.read(`/out${name}`), stage.tree.read(name));
  }
}

/** Two snapshots never share a time. */
async function backUp(stage: JobStage, session: Session, run = heardRun()): Promise<BackupReport> {
  (stage.clock as RunClock).ms += 1000;
  return await runBackup(session, SRC, run);
}

const PRUNE = { maxUnused: { bytes: 0 } };

/** Forgets all but the latest, and prunes. */
async function shrink(session: Session): Promise<void> {
  const order = {
    policy: { last: 1 },
    groupBy: [],
    filter: {},
    ids: [],
    dryRun: false,
    allowRemoveAll: false,
  };
  await runForget(session, { ...order, prune: PRUNE }, heardRun());
}

Deno.test("Session: each run sees what others stored, and stores only what nobody has", async () => {
  const { stage } = await stageWith();
  await using one = await stage.open();
  await using two = await stage.open();
  const added = [];
  for (let round = 0; round < 6; round++) {
    if (round % 2 === 0) stage.tree.write("/src/a", noise(40_000, 100 + round));
    added.push((await backUp(stage, round % 2 === 0 ? one : two)).summary.dataAdded! > 0);
  }
  assert.deepEqual(added, [true, false, true, false, true, false]);
  await assertSound(stage);
});

Deno.test("Session: after a prune by another nothing is relied on that is gone", async () => {
  const { stage } = await stageWith();
  await using service = await stage.open();
  const first = noise(40_000, 1);
  await backUp(stage, service);
  for (let round = 0; round < 4; round++) {
    stage.tree.write("/src/a", noise(40_000, 50 + round));
    await backUp(stage, service);
    {
      await using other = await stage.open();
      await shrink(other);
    }
    // What the prune took comes back: it must be stored again.
    stage.tree.write("/src/a", first);
    assert.ok((await backUp(stage, service)).summary.dataAdded! >= 40_000, `round ${round}`);
    await assertSound(stage);
  }
});

Deno.test("Session: its own check, forget and prune leave it fit for backups, and the other way round", async () => {
  const { stage } = await stageWith();
  await using service = await stage.open();
  for (let round = 0; round < 5; round++) {
    stage.tree.write("/src/a", noise(40_000, 60 + round % 2));
    await backUp(stage, service);
    assert.equal((await runCheck(service, { readData: true }, heardRun())).errors, 0);
    if (round % 2 === 1) await shrink(service);
    await runPrune(service, PRUNE, heardRun());
    await assertSound(stage);
  }
});

/** Runs fail at each call of a kind in turn; the session goes on as if nothing had been. */
async function failingRuns(
  fits: (act: StorageAct) => boolean,
  kind: "fail" | "lost",
  code: SgCode,
  times = 1,
): Promise<number> {
  let failures = 0;
  const { stage, storage } = await stageWith();
  await using service = await stage.open();
  for (let after = 0, over = false; !over; after++) {
    stage.tree.write("/src/a", noise(70_000, 200 + after)).write("/src/sub/b", noise(70_000, 900 + after));
    storage.faults.push({ on: fits, kind, after, times, code });
    over = await backUp(stage, service).then(() => true, (error) => {
      assert.equal(error.code, code);
      failures++;
      return false;
    });
    storage.faults.length = 0;
    await backUp(stage, service);
    await assertSound(stage);
    // Another prunes away what the failed run has left, or not.
    if (after % 2 === 0) {
      await using other = await stage.open();
      await shrink(other);
    }
  }
  return failures;
}

for (const type of ["data", "index", "snapshots"] as const) {
  for (const kind of ["fail", "lost"] as const) {
    Deno.test(`Session: a backup that fails when a file of ${type} is saved (${kind}) leaves it usable`, async () => {
      const failures = await failingRuns((act) => act.verb === "save" && act.type === type, kind, "SG0083");
      assert.ok(failures >= (type === "data" ? 3 : 1), `${failures} failures`);
    });
  }
}

Deno.test("Session: a backup that fails while the index is loaded leaves it usable", async () => {
  // Twice: what fails while the lock is waited for is tried again under it.
  assert.ok(
    await failingRuns(({ verb, type }) => type === "index" && verb === "list", "fail", "SG0083", 2) > 0,
  );
});

Deno.test("Session: a backup that is stopped leaves it usable, and the next one goes on", async () => {
  const { stage, storage } = await stageWith();
  await using service = await stage.open();
  let stopped = 0;
  for (let after = 0; after < 6; after++) {
    stage.tree.write("/src/a", noise(80_000, 300 + after)).write("/src/sub/b", noise(80_000, 700 + after));
    const stop = new AbortController();
    let left = after;
    storage.faults.push({
      on: ({ verb, type }) => {
        if (verb === "save" && type === "data" && left-- === 0) stop.abort();
        return false;
      },
      kind: "fail",
    });
    const outcome = await backUp(stage, service, heardRun(stop.signal)).then(
      () => "done",
      (error) => error.code,
    );
    // An order to stop may come when all is done.
    if (outcome !== "done") stopped++;
    assert.ok(outcome === "done" || outcome === "SG1016" && stop.signal.aborted, outcome);
    storage.faults.length = 0;
    await backUp(stage, service);
    await assertSound(stage);
  }
  assert.ok(stopped >= 2, `${stopped} were stopped`);
});

Deno.test("Session: what a backup had sent when the link broke is not sent again", async () => {
  const { stage, storage } = await stageWith();
  for (let i = 0; i < 20; i++) stage.tree.write(`/src/${i}`, noise(40_000, 40 + i));
  await using service = await stage.open();
  storage.faults.push(
    { on: ({ verb, type }) => verb === "save" && type === "data", kind: "fail", after: 12 },
    {
      on: ({ verb, type }) => verb === "save" && type === "index",
      kind: "fail",
    },
  );
  await assert.rejects(backUp(stage, service), { code: "SG0083" });
  const sent = await stage.count("data");
  assert.ok(sent >= 10, `${sent} packs were sent`);
  storage.faults.length = 0;
  const before = storage.calls.filter(({ verb, type }) => verb === "save" && type === "data").length;
  await backUp(stage, service);
  const after = storage.calls.filter(({ verb, type }) => verb === "save" && type === "data").length;
  assert.ok(
    after - before <= await stage.count("data") - sent + 1,
    `${after - before} packs were sent again`,
  );
  await assertSound(stage);
});

Deno.test("Session: reads and a second backup go on beside a backup, each with a lock of its own", async () => {
  const { stage, storage } = await stageWith();
  await using service = await stage.open();
  await backUp(stage, service);
  stage.tree.folder("/two").write("/two/c", noise(70_000, 5)).write("/src/a", noise(70_000, 6));
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  storage.faults.push({
    on: ({ verb, type }) => {
      if (verb === "save" && type === "data") reached.resolve();
      return verb === "save" && type === "data";
    },
    kind: "wait",
    times: 1,
    until: held.promise,
  });
  const slow = backUp(stage, service);
  await reached.promise;
  const { complete } = await runRestore(service, { snapshot: "latest", target: "/out" }, heardRun());
  assert.equal(complete, true);
  const beside = await runBackup(service, { paths: ["/two"] }, heardRun());
  assert.ok(beside.summary.dataAdded! >= 70_000);
  assert.equal((await runCheck(service, { readData: true }, heardRun())).errors, 0);
  // The slow one's lock is still there, whatever the others gave back.
  assert.equal(await stage.count("locks"), 1);
  held.resolve();
  assert.ok((await slow).summary.dataAdded! >= 70_000);
  assert.equal(await stage.count("locks"), 0);
  assert.equal((await backUp(stage, service)).summary.dataAdded, 0);
  await assertSound(stage);
});

Deno.test("Session: a lock that was lost ends one run, not the session", async () => {
  const { stage, storage } = await stageWith();
  await using service = await stage.open();
  await backUp(stage, service);
  stage.tree.write("/src/a", noise(70_000, 8));
  // Somebody takes the lock for stale, and prunes.
  const robbed = heardRun();
  storage.faults.push({
    on: ({ verb, type }) => verb === "save" && type === "index",
    kind: "wait",
    times: 1,
    get until() {
      return (async () => {
        for (const { name } of await Array.fromAsync(stage.storage.list("locks"))) {
          await stage.storage.remove({ type: "locks", name });
        }
        await using other = await stage.open();
        await runPrune(other, PRUNE, heardRun());
      })();
    },
  });
  await assert.rejects(backUp(stage, service, robbed), { code: "SG1018" });
  storage.faults.length = 0;
  await backUp(stage, service);
  await assertSound(stage);
});

Deno.test("Session.rest gives memory and threads back, and the next run is none the wiser", async () => {
  const { stage, storage } = await stageWith();
  await using service = await stage.open();
  await backUp(stage, service);
  const loads = () => storage.calls.filter(({ verb, type }) => verb === "load" && type === "index").length;
  await backUp(stage, service);
  const before = loads();
  await backUp(stage, service);
  assert.equal(loads(), before, "what an earlier run has loaded is not loaded again");
  service.rest();
  stage.tree.write("/src/a", noise(40_000, 9));
  assert.ok((await backUp(stage, service)).summary.dataAdded! >= 40_000);
  assert.ok(loads() > before);
  await assertSound(stage);
});

Deno.test("Session.key opens the repository again without its password, and no other one", async () => {
  const { stage } = await stageWith();
  let key;
  {
    await using first = await stage.open();
    ({ key } = first);
  }
  const { password: _, ...rest } = stage.sessionOptions;
  const options = { ...rest, key };
  await using again = await stage.openWith(options);
  await backUp(stage, again);
  await assertSound(stage);
  const other = await JobStage.made({ random: new SeededRandom(2) });
  await assert.rejects(other.openWith(options), { code: "SG1001" });
  await assert.rejects(stage.openWith(rest), { code: "SG1001" });
});

Deno.test("runPrune: an index that is called gone and is still there ends it before any pack goes", async () => {
  const { stage, storage } = await stageWith();
  await using service = await stage.open();
  await backUp(stage, service);
  stage.tree.write("/src/a", noise(90_000, 77));
  await backUp(stage, service);
  const run = heardRun();
  const order = {
    policy: { last: 1 },
    groupBy: [],
    filter: {},
    ids: [],
    dryRun: false,
    allowRemoveAll: false,
  };
  await runForget(service, order, run);
  storage.faults.push({
    kind: "fail",
    on: ({ verb, type }) => verb === "remove" && type === "index",
    code: "SG1006",
  });
  const packs = await stage.count("data");
  await assert.rejects(runPrune(service, PRUNE, heardRun()), { code: "SG1015" });
  assert.ok(await stage.count("data") >= packs, "packs are gone");
  storage.faults.length = 0;
  await assertSound(stage);
  await runPrune(service, PRUNE, heardRun());
  await assertSound(stage);
});
