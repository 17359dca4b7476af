// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { silentLog } from "../../../mod/base/mod.ts";
import { type ScrubOrder, type ScrubReport, ScrubRuns } from "../../../mod/server/mod.ts";
import { ServerStage, someBytes } from "../../kit/server_stage.ts";

function open(
  stage: ServerStage,
  scrub?: (order: ScrubOrder) => Promise<ScrubReport>,
  bytesPerSecond = 0,
): Promise<ScrubRuns> {
  const { catalog, clock } = stage.rooms;
  const stores = scrub ? { scrub } : stage.stores;
  return ScrubRuns.open({ stores, catalog, clock, log: silentLog, bytesPerSecond: () => bytesPerSecond });
}

/** A scrub that runs until it is told to end. */
function endless() {
  const orders: ScrubOrder[] = [];
  const started = [Promise.withResolvers<void>()];
  const scrub = (order: ScrubOrder) => {
    orders.push(order);
    started.at(-1)!.resolve();
    started.push(Promise.withResolvers());
    return new Promise<ScrubReport>((_, reject) => {
      order.signal.addEventListener("abort", () => reject(order.signal.reason));
    });
  };
  return { scrub, orders };
}

const stateOf = async ({ rooms }: ServerStage, id: string) =>
  (await rooms.catalog.runs.get(Number(id)))!.state;

function over(runs: ScrubRuns): Promise<void> {
  return new Promise((resolve) => {
    const watch = runs.onChange(() => {
      if (runs.live().length > 0) return;
      watch[Symbol.dispose]();
      resolve();
    });
  });
}

Deno.test("ScrubRuns: a scrub is a run with a report, and names what is damaged", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const [good, bad] = [
    await stage.store("pc", "home", "keys", someBytes(300)),
    await stage.store("pc", "home", "keys", someBytes(400, 2)),
  ];
  await using runs = await open(stage);
  const changes: [string, boolean][] = [];
  using _ = runs.onChange((id, urgent) => changes.push([id, urgent]));
  stage.rooms.pass(1_000);
  let ended = over(runs);
  const first = await runs.start("user:anna");
  await ended;
  const done = (await stage.rooms.catalog.runs.get(Number(first)))!;
  assert.deepEqual([done.state, done.kind, done.orderedBy, done.problems], ["done", "scrub", "user:anna", 0]);
  assert.deepEqual(JSON.parse(done.report!), { filesVerified: 2, bytesVerified: 700, filesDamaged: 0 });
  assert.ok(changes.filter(([, urgent]) => urgent).length >= 2);
  const path = `${stage.folder}/store/pc/home/keys/${bad}`;
  await Deno.chmod(path, 0o600);
  await Deno.writeFile(path, someBytes(400, 3));
  stage.rooms.pass(1_000);
  ended = over(runs);
  const second = await runs.start("user:anna");
  await ended;
  const failed = (await stage.rooms.catalog.runs.get(Number(second)))!;
  assert.deepEqual([failed.state, failed.code, failed.problems], ["failed", "SG1033", 1]);
  const [problem] = await stage.rooms.catalog.runs.problems(Number(second), 10);
  assert.equal(new TextDecoder().decode(problem!.path!), `pc/home/keys/${bad}`);
  assert.notEqual(good, bad);
});

Deno.test("ScrubRuns: one at a time; suspended, resumed and stopped, it goes on from where it was", async () => {
  await using stage = await ServerStage.open();
  const { scrub, orders } = endless();
  await using runs = await open(stage, scrub);
  const id = await runs.start("user:anna");
  assert.equal(await runs.start("user:bob"), id);
  assert.equal(orders.length, 1);
  await runs.suspend(id);
  assert.equal(await stateOf(stage, id), "suspended");
  assert.deepEqual(runs.live(), [id]);
  stage.rooms.pass(1_000);
  await runs.resume(id);
  assert.equal(await stateOf(stage, id), "running");
  assert.equal(orders[1]!.verifiedBefore, orders[0]!.verifiedBefore);
  await runs.stop(id);
  assert.equal(await stateOf(stage, id), "stopped");
  assert.deepEqual(runs.live(), []);
  for (const act of [runs.stop(id), runs.suspend(id), runs.resume(id), runs.stop("x")]) {
    await assert.rejects(act, { code: "SG1040" });
  }
  const next = await runs.start("user:anna");
  await runs.suspend(next);
  await runs.stop(next);
  assert.equal(await stateOf(stage, next), "stopped");
});

Deno.test("ScrubRuns: what the end of the service cut off goes on at the next start; what was suspended stays so", async () => {
  await using stage = await ServerStage.open();
  const first = endless();
  const before = await open(stage, first.scrub);
  const id = await before.start("user:anna");
  await before[Symbol.asyncDispose]();
  assert.equal(await stateOf(stage, id), "running");
  stage.rooms.pass(1_000);
  const second = endless();
  const after = await open(stage, second.scrub);
  assert.deepEqual(after.live(), [id]);
  assert.equal(second.orders[0]!.verifiedBefore, first.orders[0]!.verifiedBefore);
  await after.suspend(id);
  await after[Symbol.asyncDispose]();
  const third = endless();
  await using last = await open(stage, third.scrub);
  assert.deepEqual([last.live(), third.orders.length], [[id], 0]);
  await last.stop(id);
});

Deno.test("ScrubRuns: one that fails is told with its reason, and the next can be started", async () => {
  await using stage = await ServerStage.open();
  let tries = 0;
  await using runs = await open(stage, () => {
    tries++;
    return Promise.reject(new Error("no drive"));
  });
  const ended = over(runs);
  const id = await runs.start("user:anna");
  await ended;
  const { state, code } = (await stage.rooms.catalog.runs.get(Number(id)))!;
  assert.deepEqual([state, code], ["failed", "SG1023"]);
  const again = over(runs);
  assert.notEqual(await runs.start("user:anna"), id);
  await again;
  assert.equal(tries, 2);
});

Deno.test("ScrubRuns.startIfDue: a week after the last one, where a pace is set", async () => {
  await using stage = await ServerStage.open();
  await using still = await open(stage);
  assert.equal(await still.startIfDue(), false);
  await using runs = await open(stage, undefined, 1_000_000);
  const ended = over(runs);
  assert.equal(await runs.startIfDue(), true);
  await ended;
  assert.equal(await runs.startIfDue(), false);
  stage.rooms.pass(7 * 86_400_000 + 1);
  const again = over(runs);
  assert.equal(await runs.startIfDue(), true);
  await again;
  assert.deepEqual(
    (await stage.rooms.catalog.runs.page({}, { limit: 9 })).map(({ orderedBy }) => orderedBy),
    ["schedule", "schedule"],
  );
});
