// Copyright the SpareGrid authors. Apache-2.0.
// Loops over the points at which a run can be killed.
import { judge } from "./crash_judge.ts";
import type { CrashLab, CrashRun, Ground } from "./crash_lab.ts";
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
  readonly found: (result: PointResult) => void | Promise<void>;
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
  const order = mode === "torn" ? { mode, operations: ["write"] as const } : { mode };
  let ended = false;
  await together(
    function* () {
      for (let at = 1; !ended; at++) yield at;
    }(),
    async (at) => {
      const point = `${ground.scenario.name}: ${mode} ${at}`;
      if (skip(point)) return;
      const run = await lab.run(ground, { ...order, at });
      if (!run.killed) ended = true;
      await found(await judged(lab, ground, run, point));
    },
  );
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
      await found({ ...result, hit: `${killed.report.first}, then ${result.hit}` });
    });
    Deno.removeSync(killed.place, { recursive: true });
  }
}

async function judged(lab: CrashLab, ground: Ground, run: CrashRun, point: string): Promise<PointResult> {
  return { point, hit: run.report.first, wrong: await judge(lab, ground, run) };
}

/** So many different numbers from 1 to `last`, in order; all where that is not fewer. */
export function drawn(random: SeededRandom, last: number, count: number): number[] {
  const all = Array.from({ length: last }, (_, i) => i + 1);
  if (count <= 0 || count >= last) return all;
  const weights = new DataView(random.bytes(4 * last).buffer);
  return all.sort((a, b) => weights.getUint32(4 * a - 4) - weights.getUint32(4 * b - 4)).slice(0, count)
    .sort((a, b) => a - b);
}

/** Does `each` for all, several at once; the first failure ends it. */
async function together<T>(items: Iterable<T>, each: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await each(next.value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
