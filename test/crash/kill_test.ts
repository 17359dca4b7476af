// Copyright the SpareGrid authors. Apache-2.0.
// SIGKILL before every single file operation of every kind of run, until one ends by itself: F1, F3, F6 of the design.
import assert from "node:assert/strict";
import { CrashLab } from "../kit/crash_lab.ts";
import { exhaust, type PointResult } from "../kit/crash_points.ts";
import { BY_COMMAND_LINE, SCENARIOS } from "../kit/crash_scenarios.ts";

const linux = Deno.build.os === "linux";
const lab = linux ? await CrashLab.open() : undefined!;
Deno.test.afterAll(async () => await lab?.[Symbol.asyncDispose]());

/** Points tried in this file. */
let points = 0;
/** The fewest operations that any run has: a lock is written and removed, and something is done between. */
const OPERATIONS_MIN = 15;
/** By the command line with its threads, the two that write most; the campaign has the others. */
const COMMAND_LINE_IN_CI = ["first backup by the command line", "prune by the command line"];

for (const scenario of [...SCENARIOS, ...BY_COMMAND_LINE]) {
  if (BY_COMMAND_LINE.includes(scenario) && !COMMAND_LINE_IN_CI.includes(scenario.name)) continue;
  Deno.test(`${scenario.name}: killed before every operation, it leaves a valid repository and goes on`, {
    ignore: !linux,
  }, async () => {
    const ground = await lab.prepare(scenario);
    const descriptors = openDescriptors();
    const results: PointResult[] = [];
    await exhaust(lab, ground, "kill", { found: (result) => void results.push(result) });
    assert.deepEqual(results.filter(({ wrong }) => wrong.length > 0), []);
    // Folders of packs are made as their names, drawn by chance, ask for them: no two runs have quite the same length.
    const killed = results.filter(({ hit }) => hit !== "").length;
    points += killed;
    assert.ok(killed >= OPERATIONS_MIN, `only ${killed} points`);
    assert.equal(openDescriptors(), descriptors, "the engine leaks descriptors");
  });
}

for (const scenario of SCENARIOS) {
  Deno.test(
    `${scenario.name}: killed in the middle of every write, it leaves a valid repository and goes on`,
    {
      ignore: !linux,
    },
    async () => {
      const ground = await lab.prepare(scenario);
      const results: PointResult[] = [];
      await exhaust(lab, ground, "torn", { found: (result) => void results.push(result) });
      assert.deepEqual(results.filter(({ wrong }) => wrong.length > 0), []);
      points += results.length;
      assert.ok(results.some(({ hit }) => /^1 write /.test(hit)), "no write was torn");
    },
  );
}

Deno.test("kills: all in all at least 650 points were tried", { ignore: !linux }, () => {
  assert.ok(points >= 650, `${points} points`);
});

function openDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
