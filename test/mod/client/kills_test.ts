// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { ClientStage } from "../../kit/client_stage.ts";
import { scratch } from "../../kit/scratch.ts";

/** Milliseconds after its start at which the program is killed; each start goes on where the last one was killed. */
const MOMENTS = [1_100, 150, 700, 20, 1_900];

Deno.test("openClient: killed at any moments of backups, forgets and prunes, every run comes to its end and nothing is lost", async () => {
  await using place = await scratch();
  for (const moment of MOMENTS) {
    const toiler = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        new URL("../../kit/client_toiler.ts", import.meta.url).pathname,
        place.path,
      ],
      ...{ stdout: "piped", stderr: "inherit" },
    }).spawn();
    const reader = toiler.stdout.getReader();
    assert.ok((await reader.read()).value);
    await new Promise((resolve) => setTimeout(resolve, moment));
    toiler.kill("SIGKILL");
    await toiler.status;
    await reader.cancel();
  }
  const stage = ClientStage.over(place.path);
  await stage.start();
  await using _ = stage;
  await stage.runs.idle();
  // A lock that a killed process left is in the way until it counts as stale; such a run waits and is tried again.
  for (const { id } of stage.runs.live()) {
    await stage.runs.resume(id);
    await stage.until(id, "done", "failed", "incomplete");
  }
  const runs = await stage.runs.page({}, true, { limit: 500 });
  assert.deepEqual([...new Set(runs.map(({ state }) => state))], ["done"]);
  const set = (await stage.sets.page({ limit: 1 }))[0]!.id;
  assert.equal((await stage.backUp(set)).state, "done");
  const [check] = await stage.runs.start({ kind: "check", set, full: true, orderedBy: "ann" });
  assert.equal((await stage.until(check!.id, "done", "failed")).report!["errors"], 0);
  await stage.client.index.settled();
  assert.deepEqual(await stage.catalog.searchLines.behind(), []);
});
