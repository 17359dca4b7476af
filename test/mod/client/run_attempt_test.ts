// Copyright the SpareGrid authors. Apache-2.0.
// Runs against a server that goes away and comes back.
import assert from "node:assert/strict";
import type { Run } from "../../../mod/client/mod.ts";
import { ClientStage } from "../../kit/client_stage.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { RestServer } from "../../kit/rest_server.ts";

const OVER = ["done", "incomplete", "failed", "stopped"] as const;

async function restStage(clock: FakeClock) {
  const stage = await ClientStage.open({ clock });
  const folder = `${stage.folder}/served`;
  await Deno.mkdir(folder);
  const server = new RestServer({ folder });
  const place = { kind: "rest", url: `http://127.0.0.1:${server.port}/repo/` } as const;
  const { destination } = await stage.destinations.create({ name: "far", place }, stage.signal);
  const files = { "a": "alpha", "b": "beta" };
  const set = await stage.set("home", files, {
    destinations: [{ destination: destination.id, repository: "" }],
  });
  return { stage, server, set, folder };
}

/** Waits for the next change of a run that its destination keeps waiting. */
async function nextTry(stage: ClientStage, clock: FakeClock, run: Run): Promise<Run> {
  const over = new AbortController();
  const news = stage.runs.watch(over.signal);
  const moved = (async () => {
    for await (const now of news) if (now.id === run.id && now.attempt > run.attempt) return now;
    throw new Error("the news ended");
  })();
  await clock.advance(run.nextTryAt! - Number(clock.now() / 1_000_000n));
  try {
    return await moved;
  } finally {
    over.abort();
  }
}

Deno.test("a server that is away makes the run wait, longer each time, and the run starts when it is back", async () => {
  const clock = new FakeClock({ auto: false, start: 1_800_000_000_000_000_000n });
  const { stage, server, set, folder } = await restStage(clock);
  await using _ = stage;
  const { port } = server;
  await server[Symbol.asyncDispose]();
  const [ordered] = await stage.runs.start({ kind: "backup", set, orderedBy: "ann" });
  let run = await stage.until(ordered!.id, "waiting");
  assert.deepEqual([run.code, run.attempt], ["SG0147", 1]);
  const waits: number[] = [];
  for (let times = 0; times < 3; times++) {
    waits.push(run.nextTryAt! - Number(clock.now() / 1_000_000n));
    run = await nextTry(stage, clock, run);
    assert.deepEqual([run.state, run.code], ["waiting", "SG0147"]);
  }
  assert.deepEqual(waits, [5_000, 10_000, 20_000]);
  await using back = new RestServer({ folder, port });
  run = await nextTry(stage, clock, run);
  run = await stage.until(run.id, ...OVER);
  assert.deepEqual([run.state, run.code, run.nextTryAt], ["done", undefined, undefined], run.message);
  assert.ok(back.requests.some((line) => line.startsWith("POST snapshots/")));
});

Deno.test("a name that does not resolve makes the backup wait with SG0145, a check with SG0134", async () => {
  const clock = new FakeClock({ auto: false });
  await using stage = await ClientStage.open({ clock });
  const place = { kind: "rest", url: "http://no-such-host.invalid/" } as const;
  const { destination } = await stage.destinations.create({ name: "far", place }, stage.signal);
  const set = await stage.set("home", { "a": "x" }, { destinations: [{ destination: destination.id }] });
  for (const [kind, code] of [["backup", "SG0145"], ["check", "SG0134"]] as const) {
    const [run] = await stage.runs.start({ kind, set, orderedBy: "ann" });
    assert.equal((await stage.until(run!.id, "waiting")).code, code);
    assert.equal((await stage.runs.stop(run!.id)).state, "stopped");
  }
});

Deno.test("a connection that is cut in the middle of an upload is taken up again; nothing is lost", async () => {
  const clock = new FakeClock({ auto: false, start: 1_800_000_000_000_000_000n });
  const { stage, server, set } = await restStage(clock);
  await using _ = stage;
  await using __ = server;
  server.faults.push({ on: /^POST data\//, kind: "lost", times: 1 });
  const [ordered] = await stage.runs.start({ kind: "backup", set, orderedBy: "ann" });
  const waiting = await stage.until(ordered!.id, "waiting");
  assert.equal(waiting.code, "SG0083");
  await clock.advance(5_000);
  const run = await stage.until(waiting.id, ...OVER);
  assert.equal(run.state, "done", run.message);
  const [check] = await stage.runs.start({ kind: "check", set, full: true, orderedBy: "ann" });
  assert.equal((await stage.until(check!.id, ...OVER)).report!["errors"], 0);
});

Deno.test("a server that suspends the account suspends the run; a full one fails it, and the next run completes", async () => {
  const clock = new FakeClock({ auto: false });
  const { stage, server, set } = await restStage(clock);
  await using _ = stage;
  await using __ = server;
  const refusal = (status: number, code: string) => ({
    ...{
      on: /^POST data\//,
      kind: "status",
      times: 1,
      status,
      headers: { "x-sparegrid-code": code },
    } as const,
  });
  server.faults.push(refusal(409, "SG0191"));
  const [ordered] = await stage.runs.start({ kind: "backup", set, orderedBy: "ann" });
  assert.equal((await stage.until(ordered!.id, "suspended")).code, "SG0191");
  server.faults.push(refusal(507, "SG0178"));
  await stage.runs.resume(ordered!.id);
  const failed = await stage.until(ordered!.id, ...OVER);
  assert.deepEqual([failed.state, failed.code], ["failed", "SG0178"]);
  assert.equal((await stage.backUp(set)).state, "done");
});

Deno.test("while a run goes on, how far it is is told each second and written down each ten", async () => {
  const clock = new FakeClock({ auto: false, start: 1_800_000_000_000_000_000n });
  const { stage, server, set } = await restStage(clock);
  await using _ = stage;
  await using __ = server;
  server.faults.push({ on: /^POST data\//, kind: "stall" });
  const [ordered] = await stage.runs.start({ kind: "backup", set, orderedBy: "ann" });
  const id = ordered!.id;
  await stage.until(id, "running");
  const over = new AbortController();
  const told: number[] = [];
  const news = (async () => {
    for await (const run of stage.runs.watch(over.signal)) {
      if (run.progress && run.progress.at !== told.at(-1)) told.push(run.progress.at);
      if (told.length === 12) return;
    }
  })();
  // The engine needs a moment of the real clock before it knows how far it is.
  while (told.length < 12) {
    await clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await news;
  over.abort();
  assert.ok(told.every((at, i) => i === 0 || at - told[i - 1]! >= 1_000));
  const kept = JSON.parse((await stage.catalog.runs.get(Number(id)))!.progress!);
  assert.ok(told.includes(kept.at) && kept.phase !== undefined);
  await stage.runs.stop(id);
});
