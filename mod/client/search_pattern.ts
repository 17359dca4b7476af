// Copyright the SpareGrid authors. Apache-2.0.
import type { NameTest } from "../catalog/mod.ts";
import { utf8 } from "../base/mod.ts";
import { compileGlob } from "../source/mod.ts";
import { refused } from "./fields.ts";
import { foldedText } from "./name_text.ts";

const LETTERS_MAX = 1000;
/** More parts make a search no narrower, but slower. */
const TRIGRAMS_MAX = 6;

/**
 * The test that a pattern of names means: a name, or one with `*`, `?`, `[…]` and `\` as `find` has them. SG1040 for what is
 * none, or of a path.
 */
export function nameTest(pattern: string, ignoreCase: boolean): NameTest {
  const field = "pattern";
  if (pattern === "" || pattern.length > LETTERS_MAX) {
    throw refused(field, `it must have 1 to ${LETTERS_MAX} letters`);
  }
  if (pattern.includes("/")) throw refused(field, "it is of a name, so it can hold no slash");
  if (pattern.includes("\0") || !pattern.isWellFormed()) throw refused(field, "it is not valid text");
  try {
    compileGlob(utf8(pattern));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refused(field, error.message);
  }
  const text = ignoreCase ? foldedText(pattern) : pattern;
  const { glob, literals } = translate([...text]);
  return { glob, folded: ignoreCase, any: /^\*+$/.test(text), trigrams: trigramsOf(literals) };
}

/** SQLite's glob for ours, which has backslashes and `!` besides; and the texts that each match holds. */
function translate(
  pattern: readonly string[],
): { readonly glob: string; readonly literals: readonly string[] } {
  let glob = "";
  const literals = [""];
  const literal = (character: string) => {
    glob += "*?[".includes(character) ? `[${character}]` : character;
    literals[literals.length - 1] += character;
  };
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === "\\") literal(pattern[++at]!);
    else if (character === "*" || character === "?") {
      glob += character;
      literals.push("");
    } else if (character === "[") {
      const { text, end } = translateSet(pattern, at + 1);
      glob += text;
      literals.push("");
      at = end;
    } else literal(character);
  }
  return { glob, literals };
}

/** The set that begins behind a bracket, whose end was proved to be there; `end` is the place of its last bracket. */
function translateSet(
  pattern: readonly string[],
  start: number,
): { readonly text: string; readonly end: number } {
  let at = start;
  const negated = pattern[at] === "^" || pattern[at] === "!";
  if (negated) at++;
  const ranges: Range[] = [];
  const next = (): number => {
    if (pattern[at] === "\\") at++;
    return pattern[at++]!.codePointAt(0)!;
  };
  while (pattern[at] !== "]" || ranges.length === 0) {
    const low = next();
    const isRange = pattern[at] === "-" && pattern[at + 1] !== "]";
    if (isRange) at++;
    ranges.push([low, isRange ? next() : low]);
  }
  return { text: setText(ranges, negated), end: at };
}

type Range = readonly [low: number, high: number];

/** What means something within a set: `]` must stand first, `^` not first, `-` last; there are no escapes. */
const CLOSE = 0x5d, CARET = 0x5e, DASH = 0x2d;

function setText(ranges: readonly Range[], negated: boolean): string {
  const holds = (code: number) => ranges.some(([low, high]) => low <= code && code <= high);
  const plain = [CLOSE, CARET, DASH].reduce(without, ranges)
    .map(([low, high]) => low === high ? text(low) : `${text(low)}-${text(high)}`).join("");
  const body = `${holds(CLOSE) ? "]" : ""}${plain}`;
  const dash = holds(DASH) ? "-" : "";
  if (negated) return `[^${body}${holds(CARET) ? "^" : ""}${dash}]`;
  if (!holds(CARET)) return `[${body}${dash}]`;
  if (body !== "") return `[${body}^${dash}]`;
  return dash === "" ? "^" : "[-^]";
}

/** The ranges without one character. */
function without(ranges: readonly Range[], code: number): Range[] {
  return ranges.flatMap(([low, high]): Range[] => {
    if (code < low || code > high) return [[low, high]];
    const parts: Range[] = [[low, code - 1], [code + 1, high]];
    return parts.filter(([from, to]) => from <= to);
  });
}

function text(code: number): string {
  return String.fromCodePoint(code);
}

/** Parts of three characters in lower case out of the texts, those of the longest first. */
function trigramsOf(literals: readonly string[]): string[] {
  const parts = new Set<string>();
  for (const literal of literals.toSorted((a, b) => b.length - a.length)) {
    const characters = [...foldedText(literal)];
    for (let at = 0; at + 3 <= characters.length && parts.size < TRIGRAMS_MAX; at++) {
      parts.add(characters.slice(at, at + 3).join(""));
    }
  }
  return [...parts];
}
