// Copyright the SpareGrid authors. Apache-2.0.
// The instruments find what they are for: with a defect planted, each of them must fail.
import assert from "node:assert/strict";
import { CrashLab, type Scenario } from "../kit/crash_lab.ts";
import { exhaust, type PointResult } from "../kit/crash_points.ts";
import { SCENARIOS } from "../kit/crash_scenarios.ts";
import { mayMount } from "../kit/loop_drive.ts";
import { cutPower } from "../kit/power_cuts.ts";

const linux = Deno.build.os === "linux";
const lab = linux ? await CrashLab.open() : undefined!;
Deno.test.afterAll(async () => await lab?.[Symbol.asyncDispose]());

const INCREMENTAL = SCENARIOS.find(({ name }) => name === "incremental backup")!;

function wrongIn(results: readonly PointResult[]): string {
  return results.flatMap(({ wrong }) => wrong).join("\n");
}

async function killing(scenario: Scenario, mode: "kill" | "torn"): Promise<PointResult[]> {
  const ground = await lab.prepare(scenario);
  const results: PointResult[] = [];
  await exhaust(lab, ground, mode, {
    found: (result) => results.push(result) > 0 && result.wrong.length > 0,
  });
  return results;
}

Deno.test("killing finds that packs are written after the snapshot", { ignore: !linux }, async () => {
  // `damaged`: restic looks for a missing pack for a quarter of an hour, so it is not asked.
  const scenario = { ...INCREMENTAL, how: { defect: "packs last" }, damaged: true } as const;
  assert.match(wrongIn(await killing(scenario, "kill")), /Cannot load data/);
});

Deno.test("tearing writes finds that files are written under their final names", {
  ignore: !linux,
}, async () => {
  const scenario = { ...INCREMENTAL, how: { defect: "no temporary names" } } as const;
  assert.match(wrongIn(await killing(scenario, "torn")), /its content does not fit its name/);
});

const ignore = !mayMount();

async function cutting(lies: "files" | "folders"): Promise<PointResult[]> {
  const ground = await lab.prepare(INCREMENTAL);
  const results: PointResult[] = [];
  await cutPower(lab, ground, { seed: 0, lies: [lies] }, { found: (result) => void results.push(result) });
  return results;
}

Deno.test(
  "cutting power finds that folders are not synced (needs the right to mount)",
  { ignore },
  async () => {
    assert.match(wrongIn(await cutting("folders")), /was reported as stored and is gone/);
  },
);

Deno.test(
  "cutting power finds that files are not synced (needs the right to mount)",
  { ignore },
  async () => {
    assert.match(wrongIn(await cutting("files")), /its content does not fit its name/);
  },
);
