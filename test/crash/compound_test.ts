// Copyright the SpareGrid authors. Apache-2.0.
// A run is killed, and so is the one that goes on from there: F7 of the design. Sampled; the campaign has all pairs.
import assert from "node:assert/strict";
import { CrashLab } from "../kit/crash_lab.ts";
import { compound, type PointResult } from "../kit/crash_points.ts";
import { SCENARIOS } from "../kit/crash_scenarios.ts";

const linux = Deno.build.os === "linux";
const lab = linux ? await CrashLab.open() : undefined!;
Deno.test.afterAll(async () => await lab?.[Symbol.asyncDispose]());

/** Points tried in this file. */
let points = 0;
/** Of each scenario so many points, and of what follows each so many. */
const FIRST = 5;
const THEN = 12;
/** What follows a run that was killed near its end may do no more than to write its lock and to remove it. */
const OPERATIONS_MIN = 7;

for (const [i, scenario] of SCENARIOS.entries()) {
  Deno.test(`${scenario.name}: killed, and killed again while it recovers, it goes on all the same`, {
    ignore: !linux,
  }, async () => {
    const ground = await lab.prepare(scenario);
    const results: PointResult[] = [];
    const sample = { seed: 20_261_125 + i, first: FIRST, then: THEN };
    await compound(lab, ground, sample, { found: (result) => void results.push(result) });
    assert.deepEqual(results.filter(({ wrong }) => wrong.length > 0), [], JSON.stringify(sample));
    points += results.length;
    assert.ok(results.length >= FIRST * OPERATIONS_MIN, `only ${results.length} points`);
  });
}

Deno.test("kills while recovering: all in all at least 650 points were tried", { ignore: !linux }, () => {
  assert.ok(points >= 650, `${points} points`);
});
