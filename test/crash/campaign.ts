// Copyright the SpareGrid authors. Apache-2.0.
// `deno task campaign`: the whole matrix of crashes, for hours, with its evidence in a file. Begun again it goes on where
// it was: what has passed on this commit is not tried again. Ends with 1 when anything is wrong.
import { parseArgs } from "node:util";
import { CrashLab, type Scenario } from "../kit/crash_lab.ts";
import { compound, exhaust, type Loop, type PointResult } from "../kit/crash_points.ts";
import { BY_COMMAND_LINE, SCENARIOS } from "../kit/crash_scenarios.ts";
import { mayMount } from "../kit/loop_drive.ts";
import { cutPower } from "../kit/power_cuts.ts";

const USAGE = `deno task campaign [--only TEXT] [--hours N] [--seeds N] [--evidence FILE]
  --only TEXT       only the parts whose name has this text, such as "kill prune" or "power"
  --hours N         stop after so long; default: when all is done
  --seeds N         power cuts with so many seeds; default 20
  --evidence FILE   default evidence/crash.jsonl`;

/** One part of the matrix: an instrument on a scenario. */
interface Part {
  readonly name: string;
  readonly seed: number;
  readonly run: (lab: CrashLab, loop: Loop) => Promise<void>;
}

/** A line of the evidence. */
interface Evidence {
  readonly time: string;
  readonly commit: string;
  readonly case: string;
  readonly seed: number;
  readonly hit: string;
  readonly result: "pass" | "fail";
  readonly wrong?: readonly string[];
}

const { values } = parseArgs({
  args: Deno.args,
  options: {
    only: { type: "string", default: "" },
    hours: { type: "string", default: "Infinity" },
    seeds: { type: "string", default: "20" },
    evidence: { type: "string", default: new URL("../../evidence/crash.jsonl", import.meta.url).pathname },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  Deno.exit(0);
}

const changed = await git("status", "--porcelain") !== "";
const commit = await git("rev-parse", "HEAD") + (changed ? " and changes" : "");
const end = performance.now() + Number(values.hours) * 3600 * 1000;
// What was tried with changes on top says nothing about the changes of today.
const passed = changed ? new Set<string>() : await passedBefore(values.evidence, commit);
const counts = { pass: 0, fail: 0, before: 0 };
await Deno.mkdir(new URL(".", `file://${values.evidence}`).pathname, { recursive: true });
for (const part of parts(Number(values.seeds))) {
  if (!part.name.includes(values.only) || performance.now() > end) continue;
  await perform(part);
  console.log(`${part.name}: ${counts.pass} passed, ${counts.fail} failed, ${counts.before} before`);
}
Deno.exit(counts.fail > 0 ? 1 : 0);

/** The matrix, the quick and exhaustive parts first. */
function* parts(seeds: number): Iterable<Part> {
  const threaded = SCENARIOS.map((scenario): Scenario => ({
    ...scenario,
    name: `${scenario.name}, 2 threads`,
    how: { ...scenario.how, threads: 2 },
  }));
  const all = [...SCENARIOS, ...BY_COMMAND_LINE, ...threaded];
  for (const mode of ["kill", "torn"] as const) {
    for (const scenario of all) {
      yield part(
        mode,
        scenario,
        0,
        async (lab, loop) => await exhaust(lab, await lab.prepare(scenario), mode, loop),
      );
    }
  }
  for (let seed = 0; seed < seeds && mayMount(); seed++) {
    for (const scenario of all) {
      yield part("power", scenario, seed, async (lab, loop) => {
        await cutPower(lab, await lab.prepare(scenario), { seed }, loop);
      });
    }
  }
  for (const scenario of all) {
    yield part("compound", scenario, 1, async (lab, loop) => {
      await compound(lab, await lab.prepare(scenario), { seed: 1, first: 0, then: 0 }, loop);
    });
  }
}

function part(instrument: string, { name }: Scenario, seed: number, run: Part["run"]): Part {
  return { name: `${instrument} ${name}${seed > 1 ? ` ${seed}` : ""}`, seed, run };
}

/** Runs a part in a lab of its own, so that what it leaves is gone with it. */
async function perform({ name, seed, run }: Part): Promise<void> {
  await using lab = await CrashLab.open();
  const skip = (point: string) => {
    if (performance.now() > end) return true;
    if (!passed.has(point)) return false;
    counts.before++;
    return true;
  };
  try {
    await run(lab, { found: (result) => note(result, seed), skip });
  } catch (error) {
    const wrong = [error instanceof Error ? error.stack ?? error.message : String(error)];
    await note({ point: name, hit: "", wrong }, seed);
  }
}

async function note({ point, hit, wrong }: PointResult, seed: number): Promise<boolean> {
  const result = wrong.length === 0 ? "pass" : "fail";
  counts[result]++;
  const line: Evidence = {
    ...{ time: new Date().toISOString(), commit, case: point, seed, hit, result },
    ...wrong.length > 0 ? { wrong } : {},
  };
  await Deno.writeTextFile(values.evidence, JSON.stringify(line) + "\n", { append: true });
  if (wrong.length > 0) console.log(`FAILED ${point} (${hit}): ${wrong.join("\n")}`);
  return performance.now() > end;
}

/** The cases that have passed on this commit. A last line that was torn counts for nothing. */
async function passedBefore(file: string, commit: string): Promise<Set<string>> {
  const text = await Deno.readTextFile(file).catch(() => "");
  const cases = new Set<string>();
  for (const line of text.split("\n")) {
    if (!line.endsWith("}")) continue;
    const evidence = JSON.parse(line) as Evidence;
    if (evidence.commit === commit && evidence.result === "pass") cases.add(evidence.case);
  }
  return cases;
}

async function git(...args: string[]): Promise<string> {
  const cwd = new URL("../..", import.meta.url).pathname;
  const { stdout } = await new Deno.Command("git", { args, cwd, stderr: "null" }).output();
  return new TextDecoder().decode(stdout).trim();
}
