// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock } from "../base/mod.ts";

/** Failed tries that a name may have at once, and how fast they are forgotten. */
export interface BudgetLimits {
  readonly failuresMax: number;
  readonly forgetMs: number;
}

/** 60 in the first hour, then 30 an hour. */
const NAME_LIMITS: BudgetLimits = { failuresMax: 30, forgetMs: 120_000 };
/** Keys beyond which those that are full again are thrown out. */
const KEYS_CHECKED = 4_096;

interface Level {
  /** Failures that count, at the time `at`. */
  readonly failures: number;
  readonly at: number;
}

/**
 * How often anybody at all may be wrong about one name: a bucket that leaks. One address is slowed down long before it
 * empties a name's budget, so its guesses lock nobody out; many addresses together do not get more than the budget.
 */
export class NameBudget {
  readonly #clock: Clock;
  readonly #limits: BudgetLimits;
  readonly #levels = new Map<string, Level>();

  constructor(clock: Clock, limits: BudgetLimits = NAME_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Begins a try: counts it and answers 0, or answers how long to wait, ms. */
  take(key: string): number {
    const { failuresMax, forgetMs } = this.#limits;
    const failures = this.#failures(key);
    if (failures > failuresMax - 1) return Math.ceil((failures - failuresMax + 1) * forgetMs);
    this.#levels.set(key, { failures: failures + 1, at: this.#clock.monotonicMs() });
    if (this.#levels.size > KEYS_CHECKED) this.#sweep();
    return 0;
  }

  /** The try that began with {@link take} was right: it does not count. */
  forgive(key: string): void {
    const failures = this.#failures(key);
    this.#levels.set(key, { failures: Math.max(0, failures - 1), at: this.#clock.monotonicMs() });
  }

  /** Names that are remembered now. */
  get size(): number {
    return this.#levels.size;
  }

  #failures(key: string): number {
    const level = this.#levels.get(key);
    if (!level) return 0;
    return Math.max(0, level.failures - (this.#clock.monotonicMs() - level.at) / this.#limits.forgetMs);
  }

  #sweep(): void {
    for (const key of this.#levels.keys()) if (this.#failures(key) === 0) this.#levels.delete(key);
  }
}
