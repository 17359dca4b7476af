// Copyright the SpareGrid authors. Apache-2.0.
// What a backup set may be made of. Every refusal is SG1040 and names the field.
import { utf8, utf8Text } from "../base/mod.ts";
import { isSgError } from "../errors/mod.ts";
import { absolutePath, cleanComponents, parseTagRule, PatternSet } from "../source/mod.ts";
import { pathOf, refused, shown, wholeNumber } from "./fields.ts";
import type { SetExcludes, SetKeep, SetOptions } from "./records.ts";

const SOURCES_MAX = 1000;
const PATTERNS_MAX = 10_000;
const PATTERN_LETTERS_MAX = 4096;
const TAGS_MAX = 100;
const TAG_LETTERS_MAX = 100;
const COUNT_MAX = 1_000_000;
const HOUR_MS = 3_600_000;
const WITHIN_MS_MAX = 1000 * 366 * 24 * HOUR_MS;

/** Leaves nothing out. */
export const NO_EXCLUDES: SetExcludes = {
  patterns: [],
  patternsIgnoringCase: [],
  ifPresent: [],
  caches: false,
  oneFileSystem: false,
};

/** How a set is backed up when nobody says otherwise. */
export const DEFAULT_OPTIONS: SetOptions = { compression: "auto", tags: [], skipIfUnchanged: false };

const KEEP_COUNTS = ["last", "hourly", "daily", "weekly", "monthly", "yearly"] as const;

/** Absolute paths, each once, without `.` and `..`. */
export function sourcesOf(sources: readonly string[]): string[] {
  if (sources.length === 0) throw refused("sources", "there is none");
  if (sources.length > SOURCES_MAX) throw refused("sources", `there are more than ${SOURCES_MAX}`);
  const paths = sources.map((source) =>
    utf8Text(absolutePath(cleanComponents(utf8(pathOf("sources", source)))))
  );
  return [...new Set(paths)];
}

/** Excludes whose patterns can be used. */
export function excludesOf(excludes: SetExcludes): SetExcludes {
  const { patterns, patternsIgnoringCase, ifPresent, caches, largerThan, oneFileSystem } = excludes;
  assertPatterns("excludes.patterns", patterns, false);
  assertPatterns("excludes.patternsIgnoringCase", patternsIgnoringCase, true);
  assertList("excludes.ifPresent", ifPresent, PATTERNS_MAX, PATTERN_LETTERS_MAX);
  for (const text of ifPresent) used("excludes.ifPresent", text, () => parseTagRule(text));
  return {
    ...{ patterns, patternsIgnoringCase, ifPresent, caches, oneFileSystem },
    ...(isGiven(largerThan) ? { largerThan: wholeNumber("excludes.largerThan", largerThan, 0) } : {}),
  };
}

/** Options that an engine can follow. */
export function optionsOf({ compression, tags, skipIfUnchanged, keep }: SetOptions): SetOptions {
  if (!["off", "fastest", "auto", "max"].includes(compression)) {
    throw refused(
      "options.compression",
      `${shown(String(compression))} is not one of off, fastest, auto, max`,
    );
  }
  assertList("options.tags", tags, TAGS_MAX, TAG_LETTERS_MAX);
  // restic separates tags by commas where it reads them.
  const bad = tags.find((tag) => tag.trim() !== tag || tag === "" || tag.includes(","));
  if (bad !== undefined) throw refused("options.tags", `${shown(bad)} is not a tag`);
  return {
    ...{ compression, tags: [...new Set(tags)], skipIfUnchanged },
    ...(isGiven(keep) ? { keep: keepOf(keep) } : {}),
  };
}

function keepOf(keep: SetKeep): SetKeep {
  const counts = KEEP_COUNTS.filter((name) => isGiven(keep[name])).map((name) => {
    const field = `options.keep.${name}`;
    const count = wholeNumber(field, keep[name]!, 0);
    if (count > COUNT_MAX) throw refused(field, `${count} is too many`);
    return [name, count] as const;
  });
  const { within } = keep;
  if (isGiven(within)) {
    const fits = wholeNumber("options.keep.within", within, 0) <= WITHIN_MS_MAX;
    if (!fits || within < HOUR_MS) {
      throw refused("options.keep.within", "it must be from an hour to 1000 years");
    }
  }
  // Rules that keep nothing would forget everything.
  if (!isGiven(within) && counts.every(([, count]) => count === 0)) {
    throw refused("options.keep", "no rule keeps anything");
  }
  return { ...Object.fromEntries(counts), ...(isGiven(within) ? { within } : {}) };
}

function assertPatterns(field: string, patterns: readonly string[], ignoreCase: boolean): void {
  assertList(field, patterns, PATTERNS_MAX, PATTERN_LETTERS_MAX);
  for (const pattern of patterns) {
    if (pattern === "") throw refused(field, "a pattern is empty");
    used(field, pattern, () => new PatternSet([pattern], { ignoreCase }));
  }
}

function assertList(field: string, list: readonly string[], most: number, letters: number): void {
  if (list.length > most) throw refused(field, `there are more than ${most}`);
  const bad = list.find((text) => text.length > letters || text.includes("\0") || !text.isWellFormed());
  if (bad !== undefined) throw refused(field, `${shown(bad)} is too long or not valid text`);
}

/** Tries whether a rule can be used. */
function used(field: string, text: string, make: () => unknown): void {
  try {
    make();
  } catch (error) {
    if (!isSgError(error)) throw error;
    throw refused(field, `${shown(text)}: ${error.message}`);
  }
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
