// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { compileGlob, type ComponentTest, foldCase } from "./glob.ts";
import { cleanComponents } from "./paths.ts";

const BANG = 0x21, BACKSLASH = 0x5c, SLASH = 0x2f, STAR = 0x2a;

/**
 * How far a pattern has got on the way down a path: the numbers of its parts that may come next, ascending; the
 * number of all parts means that it matched here or above.
 */
export type Reached = readonly number[];

/**
 * One pattern. It runs down a path a component at a time, so that a walk tests each entry against one name and
 * never looks at the folders above again.
 */
export class Pattern {
  /** Begins with `!`: what it matches is taken back from the patterns before. */
  readonly negated: boolean;
  /** Begins with a slash: the first part must be the path's first component. */
  readonly rooted: boolean;
  /** Ends with a slash: the last component must be a folder. */
  readonly folderOnly: boolean;
  /** Undefined stands for `**`. */
  readonly #parts: readonly (ComponentTest | undefined)[];
  /** State before the first component. */
  readonly start: Reached;

  /** @throws {SyntaxError} saying what is wrong with it. */
  constructor(pattern: string | Uint8Array, ignoreCase = false) {
    let bytes: Uint8Array = typeof pattern === "string" ? utf8(pattern) : pattern;
    this.negated = bytes[0] === BANG;
    if (this.negated) bytes = bytes.subarray(1);
    else if (bytes[0] === BACKSLASH && bytes[1] === BANG) bytes = bytes.subarray(1);
    if (bytes.length === 0) throw new SyntaxError("it is empty");
    if (bytes.includes(0)) throw new SyntaxError("it holds a NUL character");
    this.rooted = bytes[0] === SLASH;
    const components = cleanComponents(bytes);
    this.folderOnly = bytes.length > 1 && bytes[bytes.length - 1] === SLASH;
    this.#parts = components.length === 0
      ? [undefined]
      : components.map((part) =>
        isDoubleStar(part) ? undefined : compileGlob(ignoreCase ? foldCase(part) : part)
      );
    this.start = this.#closure([0]);
  }

  /** True when the pattern matched at this state. */
  matched(reached: Reached): boolean {
    return reached.length > 0 && reached[reached.length - 1] === this.#parts.length;
  }

  /** True when something below a folder in this state can match. */
  matchesBelow(reached: Reached): boolean {
    return !this.rooted || reached.length > 0;
  }

  /** The state after one more component. The same array comes back where nothing changed. */
  step(reached: Reached, name: Uint8Array, isFolder: boolean): Reached {
    const parts = this.#parts;
    const end = parts.length;
    if (this.matched(reached)) return reached;
    const next: number[] = [];
    for (const at of reached) {
      const part = parts[at];
      if (part === undefined) add(next, at);
      else if (part(name)) add(next, at + 1);
    }
    if (!this.rooted) add(next, 0);
    const closed = this.#closure(next);
    if (this.folderOnly && !isFolder && closed[closed.length - 1] === end) return closed.slice(0, -1);
    return same(closed, reached) ? reached : closed;
  }

  /** Adds what a `**` that stands for nothing leads to. */
  #closure(reached: number[]): number[] {
    for (let i = 0; i < reached.length; i++) {
      const at = reached[i]!;
      if (at < this.#parts.length && this.#parts[at] === undefined) add(reached, at + 1);
    }
    return reached.sort((a, b) => a - b);
  }
}

function isDoubleStar(part: Uint8Array): boolean {
  return part.length === 2 && part[0] === STAR && part[1] === STAR;
}

function add(set: number[], value: number): void {
  if (!set.includes(value)) set.push(value);
}

function same(a: Reached, b: Reached): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
