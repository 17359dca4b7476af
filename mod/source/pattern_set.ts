// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { foldCase } from "./glob.ts";
import { splitPath } from "./paths.ts";
import { Pattern, type Reached } from "./pattern.ts";

/** What a set of patterns says of a path: it matches; it does not, but something below may; neither. */
export type Verdict = "in" | "below" | "out";

/** Where a walk is within a {@link PatternSet}: one state per pattern. */
export type PatternState = readonly Reached[];

/**
 * An ordered list of gitignore-style patterns, as restic understands them. It serves excludes of a backup, includes
 * and excludes of a restore, and `find`.
 *
 * The language: a pattern is a row of parts between slashes, and matches a path when its parts match neighbouring
 * components of it; everything below a match matches too.
 * - `foo` or `*.o` without a leading slash matches at any depth; a leading slash ties a pattern to the root.
 * - `*` any run of bytes within a component, `?` one character, `[a-z]`, `[^a-z]`, `[!a-z]` sets, `\` makes the next
 *   character literal, `**` any number of components, also none.
 * - `foo/` matches folders only (restic: files too).
 * - `!foo` takes back what a pattern before it matched; `\!foo` is a name that begins with `!`. What lies in a
 *   folder that was left out is not looked at, so it cannot be taken back.
 * - `//`, `/./` and `/../` are cleaned away. An empty pattern is skipped.
 *
 * Paths are bytes; a path that is not UTF-8 is matched byte for byte.
 */
export class PatternSet {
  readonly #patterns: readonly Pattern[];
  readonly #ignoreCase: boolean;
  readonly #singleMeaning: boolean;
  /** State above the root's entries. */
  readonly start: PatternState;

  /** @throws {SgError} SG1008 naming the pattern that is malformed. */
  constructor(patterns: readonly (string | Uint8Array)[], options: { readonly ignoreCase?: boolean } = {}) {
    this.#ignoreCase = options.ignoreCase ?? false;
    this.#patterns = patterns.filter((pattern) => pattern.length > 0).map((pattern) =>
      compile(pattern, this.#ignoreCase)
    );
    this.#singleMeaning = !this.#patterns.some((pattern) => pattern.negated);
    this.start = this.#patterns.map((pattern) => pattern.start);
  }

  /** Number of patterns. */
  get size(): number {
    return this.#patterns.length;
  }

  /** Judges a path, absolute or not; components are taken as they stand. */
  match(path: Uint8Array, isFolder: boolean): Verdict {
    const components = splitPath(path);
    const last = components.pop();
    if (last === undefined) return this.#patterns.length > 0 ? "below" : "out";
    let state = this.start;
    for (const component of components) state = this.descend(state, component);
    return this.judge(state, last, isFolder);
  }

  /** Judges the entry `name` of the folder that the state belongs to. */
  judge(state: PatternState, name: Uint8Array, isFolder: boolean): Verdict {
    const folded = this.#ignoreCase ? foldCase(name) : name;
    let matched = false;
    let below = false;
    for (let i = 0; i < this.#patterns.length; i++) {
      const pattern = this.#patterns[i]!;
      const next = pattern.step(state[i]!, folded, isFolder);
      const hit = pattern.matched(next);
      if (pattern.negated) {
        matched = matched && !hit;
        below = below && !hit;
      } else {
        matched = matched || hit;
        below = below || pattern.matchesBelow(next);
        if (matched && this.#singleMeaning) break;
      }
    }
    return matched ? "in" : below && isFolder ? "below" : "out";
  }

  /** The state inside the folder `name`. */
  descend(state: PatternState, name: Uint8Array): PatternState {
    const folded = this.#ignoreCase ? foldCase(name) : name;
    return this.#patterns.map((pattern, i) => pattern.step(state[i]!, folded, true));
  }
}

function compile(pattern: string | Uint8Array, ignoreCase: boolean): Pattern {
  try {
    return new Pattern(pattern, ignoreCase);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const text = typeof pattern === "string" ? pattern : utf8Text(pattern);
    throw new SgError("SG1008", `Cannot use the pattern ${JSON.stringify(text)}: ${error.message}`, {
      cause: error,
    });
  }
}
