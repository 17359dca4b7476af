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

Deno.test("PurgeTime: a leap between two runs is believed after a day of running, over however many runs", () => {
  const clock = new SetClock();
  let kept = new PurgeTime(clock).kept;
  clock.setByMs = 5 * 24 * HOUR;
  for (let weekend = 0; weekend < 3; weekend++) {
    const time = new PurgeTime(clock, kept);
    assert.equal(time.look().held, true);
    clock.ms += 8 * HOUR;
    assert.equal(time.look().held, weekend < 2, `after ${8 * (weekend + 1)} h`);
    kept = time.kept;
    clock.setByMs += 5 * 24 * HOUR;
  }
});

Deno.test("PurgeTime: a machine that starts without the time is believed when it has been told it", () => {
  const clock = new SetClock();
  clock.setByMs = 10_000 * 24 * HOUR;
  const { kept } = new PurgeTime(clock);
  clock.setByMs = 0;
  const time = new PurgeTime(clock, kept);
  assert.deepEqual(time.look(), { nowMs: 0, held: false }, "things stay longer");
  clock.setByMs = 10_000 * 24 * HOUR + HOUR;
  assert.deepEqual(time.look(), { nowMs: clock.setByMs, held: false });
});

Deno.test("PurgeTime: what is kept is plain data; without it the clock of the start is trusted", () => {
  const clock = new SetClock();
  const { kept } = new PurgeTime(clock);
  assert.deepEqual(JSON.parse(JSON.stringify(kept)), { trustedMs: 0, heldMs: 0 });
});
