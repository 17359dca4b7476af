// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { nowMs, systemClock } from "../../../mod/base/clock.ts";

Deno.test("systemClock tells the time in nanoseconds, and a monotonic one", () => {
  const [before, now, after] = [Date.now(), systemClock.now(), Date.now()];
  assert.ok(now >= BigInt(before) * 1_000_000n && now <= BigInt(after) * 1_000_000n);
  assert.ok(systemClock.monotonicMs() <= systemClock.monotonicMs());
});

Deno.test("nowMs is the time of day in whole milliseconds", () => {
  assert.equal(nowMs({ now: () => 1_999_999n }), 1);
  assert.equal(nowMs({ now: () => 1_764_288_000_123_456_789n }), 1_764_288_000_123);
});

Deno.test("systemClock sleeps at least as long as asked", async () => {
  const before = performance.now();
  await systemClock.sleep(20);
  // Timers may fire a fraction of a millisecond early.
  assert.ok(performance.now() - before >= 19);
});

Deno.test("systemClock ends a sleep with the signal's reason, also one that aborted before", async () => {
  const controller = new AbortController();
  const sleep = systemClock.sleep(60_000, controller.signal);
  controller.abort(new Error("why"));
  await assert.rejects(sleep, /why/);
  await assert.rejects(systemClock.sleep(60_000, controller.signal), /why/);
});
