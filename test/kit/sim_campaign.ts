// Copyright the SpareGrid authors. Apache-2.0.
import { runSeed, SimFailure, type SimOptions } from "./sim_seed.ts";

/** Seeds of one run in CI. */
const SEEDS = 5000;

/** Seeds to run: those of CI, or what the environment says. */
export function simRange(): { readonly first: number; readonly count: number } {
  const given = (name: string, otherwise: number) => Number(Deno.env.get(name) ?? otherwise);
  return { first: given("SPAREGRID_SIM_SEED", 1), count: given("SPAREGRID_SIM_SEEDS", SEEDS) };
}

/** Runs every other seed of the range, `part` 0 or 1, so that two test files share the processors. */
export async function runHalf(part: 0 | 1): Promise<void> {
  const { first, count } = simRange();
  for (let at = part; at < count; at += 2) {
    const failure = await firstFailure(first + at, 1);
    if (failure) throw new Error(await storyOf(failure.seed));
  }
}

/** The first seed from `first` on that fails. */
export async function firstFailure(
  first: number,
  count: number,
  options: SimOptions = {},
): Promise<SimFailure | undefined> {
  for (let seed = first; seed < first + count; seed++) {
    try {
      await runSeed(seed, options);
    } catch (error) {
      if (error instanceof SimFailure) return error;
      throw error;
    }
  }
  return undefined;
}

/** What happened in a failing seed, and how to see it again. */
async function storyOf(seed: number): Promise<string> {
  const again = await firstFailure(seed, 1, { traced: true });
  const replay =
    `SPAREGRID_SIM_SEED=${seed} SPAREGRID_SIM_SEEDS=1 deno test -A --no-check test/sim/even_seeds_test.ts`;
  const story = again ? [`${again.message}`, ...again.trace] : [`seed ${seed} failed once and not again`];
  return [...story, `replay: ${replay}`].join("\n");
}
