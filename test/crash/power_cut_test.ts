// Copyright the SpareGrid authors. Apache-2.0.
// The power is cut before every file operation and after the end, on a real ext4: F8 of the design.
import assert from "node:assert/strict";
import { CrashLab } from "../kit/crash_lab.ts";
import type { PointResult } from "../kit/crash_points.ts";
import { SCENARIOS } from "../kit/crash_scenarios.ts";
import { mayMount } from "../kit/loop_drive.ts";
import { cutPower } from "../kit/power_cuts.ts";

const ignore = !mayMount();
const lab = ignore ? undefined! : await CrashLab.open();
Deno.test.afterAll(async () => await lab?.[Symbol.asyncDispose]());

/** Points tried in this file. */
let points = 0;
/** 0: what was not synced is lost. The other: at some moments names, but no data, reached the drive by themselves. */
const SEEDS = [0, 8];
/** With the other seed only those that write most; the campaign has all, with many seeds. */
const WITH_NAMES = [
  "first backup",
  "incremental backup",
  "resumed backup",
  "prune",
  "forget with prune",
  "repair packs",
];

for (const [i, scenario] of SCENARIOS.entries()) {
  for (const seed of SEEDS) {
    if (seed !== 0 && !WITH_NAMES.includes(scenario.name)) continue;
    const what = seed === 0 ? "without what it did not sync" : "with names that came before their data";
    const name = `${scenario.name}: after a power cut at any moment it goes on, ${what}`;
    Deno.test(`${name} (needs the right to mount)`, { ignore }, async () => {
      const ground = await lab.prepare(scenario);
      const results: PointResult[] = [];
      const drawn = seed === 0 ? 0 : seed + i;
      await cutPower(lab, ground, { seed: drawn }, { found: (result) => void results.push(result) });
      assert.deepEqual(results.filter(({ wrong }) => wrong.length > 0), [], `seed ${drawn}`);
      points += results.length;
      assert.ok(results.length > 15, `only ${results.length} moments`);
    });
  }
}

Deno.test(
  "power cuts: all in all at least 750 moments were tried (needs the right to mount)",
  { ignore },
  () => {
    assert.ok(points >= 750, `${points} moments`);
  },
);
