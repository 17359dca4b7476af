// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom } from "../../../mod/base/mod.ts";
import { ClientStage } from "../../kit/client_stage.ts";
import { scratch } from "../../kit/scratch.ts";

const OVER = ["done", "incomplete", "failed", "stopped"] as const;

/** A stage whose backup of one file of 3 MB takes half a minute, if nobody lifts the limit. */
async function slowStage(): Promise<{ stage: ClientStage; destination: string; id: string; set: string }> {
  const stage = await ClientStage.open();
  const destination = await stage.slowDestination("disk", 100_000);
  const files = { "a": systemRandom.bytes(3_000_000) };
  const set = await stage.set("home", files, { destinations: [{ destination }] });
  const [run] = await stage.runs.start({ kind: "backup", set, orderedBy: "ann" });
  await stage.until(run!.id, "running");
  return { stage, destination, set, id: run!.id };
}

Deno.test("openClient: ending it stops running work, which goes on at the next start; the state is true in between", async () => {
  const { stage, destination, id } = await slowStage();
  await using _ = stage;
  await stage.stop();
  await stage.start(async () => {
    const row = await stage.catalog.runs.get(Number(id));
    assert.deepEqual([row?.state, row?.attempt, row?.endedAt, row?.code], ["queued", 1, null, null]);
    await stage.unlimit(destination);
  });
  const run = await stage.until(id, ...OVER);
  assert.deepEqual([run.state, run.attempt], ["done", 2], run.message);
});

Deno.test("Conductor.suspend, resume: the run ends at a checkpoint, stands still, and goes on", async () => {
  const { stage, destination, id } = await slowStage();
  await using _ = stage;
  const still = await stage.runs.suspend(id);
  assert.deepEqual([still.state, still.code, still.endedAt], ["suspended", "SG0191", undefined]);
  assert.equal((await stage.catalog.runs.get(Number(id)))?.state, "suspended");
  assert.deepEqual(stage.runs.live().map((run) => run.state), ["suspended"]);
  await stage.runs.idle();
  await stage.unlimit(destination);
  assert.equal((await stage.runs.resume(id)).code, undefined);
  assert.equal((await stage.until(id, ...OVER)).state, "done");
});

Deno.test("Conductor.stop: a running run is over, and the next one completes", async () => {
  const { stage, destination, id, set } = await slowStage();
  await using _ = stage;
  const stopped = await stage.runs.stop(id);
  assert.deepEqual([stopped.state, stopped.code], ["stopped", undefined]);
  assert.ok(stopped.endedAt);
  await stage.unlimit(destination);
  assert.equal((await stage.backUp(set)).state, "done");
});

Deno.test("openClient: after a kill what was running goes on, and what was suspended stays so", async () => {
  await using place = await scratch();
  const victim = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("../../kit/client_victim.ts", import.meta.url).pathname,
      place.path,
    ],
    ...{ stdout: "piped", stderr: "inherit" },
  }).spawn();
  const reader = victim.stdout.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "running\n");
  victim.kill("SIGKILL");
  await victim.status;
  await reader.cancel();

  const stage = ClientStage.over(place.path);
  await stage.start(async () => {
    const [backup, restore] = await stage.catalog.runs.open();
    assert.deepEqual([backup?.state, restore?.state], ["running", "suspended"]);
    await stage.unlimit(backup!.destinationId!);
  });
  await using _ = stage;
  const run = await stage.until("1", ...OVER);
  assert.deepEqual([run.state, run.attempt], ["done", 2], run.message);
  assert.equal((await stage.runs.get("2")).state, "suspended");
  // The set's later runs find the repository whole.
  const [check] = await stage.runs.start({ kind: "check", set: run.setId!, full: true, orderedBy: "ann" });
  assert.equal((await stage.until(check!.id, ...OVER)).state, "done");
});
