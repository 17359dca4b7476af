// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { PurgeTime } from "../../../mod/server/purge_time.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

const HOUR = 3_600_000;

class SetClock extends FakeClock {
  setByMs = 0;

  override now(): bigint {
    return super.now() + BigInt(this.setByMs) * 1_000_000n;
  }
}

Deno.test("PurgeTime: goes with the clock, also over small corrections and long sleeps of the process", () => {
  const clock = new SetClock();
  const time = new PurgeTime(clock);
  for (const hours of [1, 30, 24 * 365]) {
    clock.ms += hours * HOUR;
    clock.setByMs += HOUR;
    assert.deepEqual(time.look(), { nowMs: clock.ms + clock.setByMs, held: false });
  }
});

Deno.test("PurgeTime: a leap of years is believed after a day, and not at all if it was set right before", () => {
  const clock = new SetClock();
  const time = new PurgeTime(clock);
  clock.setByMs = 30 * 365 * 24 * HOUR;
  for (let hours = 0; hours <= 23; hours++) {
    assert.deepEqual(time.look(), { nowMs: clock.ms, held: true });
    clock.ms += HOUR;
  }
  clock.setByMs = 0;
  assert.deepEqual(time.look(), { nowMs: clock.ms, held: false });
  clock.setByMs = 30 * 365 * 24 * HOUR;
  assert.equal(time.look().held, true);
  clock.ms += 24 * HOUR;
  assert.deepEqual(time.look(), { nowMs: clock.ms + clock.setByMs, held: false });
});

Deno.test("PurgeTime: a clock that was set back is believed at once", () => {
  const clock = new SetClock();
  const time = new PurgeTime(clock);
  clock.setByMs = -1000 * HOUR;
  assert.deepEqual(time.look(), { nowMs: -1000 * HOUR, held: false });
});
