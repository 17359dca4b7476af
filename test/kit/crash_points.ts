// Copyright the SpareGrid authors. Apache-2.0.
// Loops over the points at which a run can be killed.
import { judge } from "./crash_judge.ts";
import type { CrashLab, CrashRun, Ground } from "./crash_lab.ts";
import { MUTATIONS } from "./fault_shim.ts";
import { SeededRandom } from "./seeded_random.ts";

/** One point that was tried. */
export interface PointResult {
  /** `scenario: killed before 7 rename …`, and what happened before; the same words for the same point. */
  readonly point: string;
  /** The operation that was hit: `number kind path`; empty when the run ended by itself. */
  readonly hit: string;
  /** What the judge found wrong; nothing when all is well. */
  readonly wrong: readonly string[];
}

/** What a loop does with each point, and which ones it leaves out. */
export interface Loop {
  /** True ends the loop. */
  readonly found: (result: PointResult) => unknown;
  /** True for points that need not be tried. */
  readonly skip?: (point: string) => boolean;
}

/** Processes at once: more than processors, because they wait for the drive and for each other. */
const AT_ONCE = Math.max(3, navigator.hardwareConcurrency + 1);

/**
 * Kills a run before its first operation, its second, and so on, until one ends by itself. With `torn` it is killed in the
 * middle of each write.
 */
export async function exhaust(
  lab: CrashLab,
  ground: Ground,
  mode: "kill" | "torn",
  { found, skip = () => false }: Loop,
): Promise<void> {
  const operations = mode === "torn" ? ["write"] as const : MUTATIONS;
  const counted = await lab.run(ground, { mode: "count", operations });
  Deno.removeSync(counted.place, { recursive: true });
  let enough = false;
  /** True when the run was killed. */
  const attempt = async (at: number): Promise<boolean> => {
    const point = `${ground.scenario.name}: ${mode} ${at}`;
    if (enough || skip(point)) return false;
    const run = await lab.run(ground, { mode, operations, at });
    if (await found(await judged(lab, ground, run, point)) === true) enough = true;
    return run.killed;
  };
  await together(
    drawn(new SeededRandom(1), counted.report.operations, 0),
    async (at) => void await attempt(at),
  );
  // Another run may have had one operation more.
  for (let at = counted.report.operations + 1; await attempt(at);) at++;
}

/**
 * Kills a run, then the one that goes on from there, at points drawn from a seed: `first` points of the run, `then` of
 * what follows each. Zero or less stands for all of them.
 */
export async function compound(
  lab: CrashLab,
  ground: Ground,
  { seed, first, then }: { readonly seed: number; readonly first: number; readonly then: number },
  { found, skip = () => false }: Loop,
): Promise<void> {
  const random = new SeededRandom(seed);
  const counted = await lab.run(ground, { mode: "count" });
  Deno.removeSync(counted.place, { recursive: true });
  for (const at of drawn(random, counted.report.operations, first)) {
    const point = `${ground.scenario.name}: kill ${at}`;
    const killed = await lab.run(ground, { mode: "kill", at });
    const goOn = (order: { readonly mode: "count" | "kill"; readonly at?: number }) => {
      const place = lab.copy(killed.place);
      const action = ground.scenario.next?.(ground, place)[0] ?? ground.scenario.action(ground, place);
      return lab.run(ground, order, place, action);
    };
    const { place, report } = await goOn({ mode: "count" });
    Deno.removeSync(place, { recursive: true });
    await together(drawn(random, report.operations, then), async (again) => {
      const whole = `${point}, then ${again}`;
      if (skip(whole)) return;
      const run = await goOn({ mode: "kill", at: again });
      // What the first run reported before it was killed stays promised.
      const result = await judged(lab, ground, { ...killed, ...run }, whole);
      await found({ ...result, hit: `${killed.report.first.replace(killed.place, "")}, then ${result.hit}` });
    });
    Deno.removeSync(killed.place, { recursive: true });
  }
}

async function judged(lab: CrashLab, ground: Ground, run: CrashRun, point: string): Promise<PointResult> {
  return { point, hit: run.report.first.replace(run.place, ""), wrong: await judge(lab, ground, run) };
}

/** So many different numbers from 1 to `last`, in order; all where that is not fewer. */
export function drawn(random: SeededRandom, last: number, count: number): number[] {
  const all = Array.from({ length: last }, (_, i) => i + 1);
  if (count <= 0 || count >= last) return all;
  const weights = new DataView(random.bytes(4 * last).buffer);
  return all.sort((a, b) => weights.getUint32(4 * a - 4) - weights.getUint32(4 * b - 4)).slice(0, count)
    .sort((a, b) => a - b);
}

/** Does `each` for all, several at once; after a failure nothing more is begun. */
export async function together<T>(items: Iterable<T>, each: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  let failed = false;
  const worker = async () => {
    for (let next = left.next(); !next.done && !failed; next = left.next()) {
      await each(next.value).catch((error) => {
        failed = true;
        throw error;
      });
    }
  };
  const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
