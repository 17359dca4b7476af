// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Health } from "../../../mod/app/health.ts";

Deno.test("Health is ready between start and end, unless something is missing", async () => {
  const health = new Health();
  let missing: string | undefined = "the drive is full";
  health.add("store", () => missing);
  health.add("catalog", () => Promise.resolve(undefined));
  assert.deepEqual(await health.report(), {
    alive: true,
    ready: false,
    reasons: ["the service is starting", "store: the drive is full"],
  });
  health.enter("ready");
  missing = undefined;
  assert.deepEqual(await health.report(), { alive: true, ready: true, reasons: [] });
  health.add("catalog", () => Promise.reject(new TypeError("it was closed")));
  assert.deepEqual((await health.report()).reasons, ["catalog: it was closed"]);
  health.enter("stopping");
  assert.equal((await health.report()).ready, false);
});
