// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";

/** How many requests of one user, or of one address while nobody is signed in, are answered at once. */
export const REQUESTS_MAX = 20;
/** How many subscriptions of one user are open at once, and of all users together. */
export const SUBSCRIPTIONS_MAX = { each: 250, all: 1_000 } as const;

/** Counts what is under way and refuses what is too much, with SG1039. */
export class Turns {
  readonly #by = new Map<string, number>();
  #all = 0;

  constructor(readonly each: number, readonly all: number = Infinity) {}

  /** Under way now. */
  get count(): number {
    return this.#all;
  }

  /** A turn for `who`; dispose it at the end. */
  take(who: string): Disposable {
    const count = this.#by.get(who) ?? 0;
    if (count >= this.each || this.#all >= this.all) {
      throw new SgError("SG1039", "Cannot answer now: too many requests of the same user are under way");
    }
    this.#by.set(who, count + 1);
    this.#all++;
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#all--;
        const left = this.#by.get(who)! - 1;
        if (left === 0) this.#by.delete(who);
        else this.#by.set(who, left);
      },
    };
  }
}
