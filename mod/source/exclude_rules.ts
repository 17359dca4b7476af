// Copyright the SpareGrid authors. Apache-2.0.
import { equalBytes } from "../base/mod.ts";
import type { Fd, FileSystem, Stat } from "../platform/mod.ts";
import type { FolderListing } from "./folder_listing.ts";
import { splitPath } from "./paths.ts";
import { PatternSet, type PatternState } from "./pattern_set.ts";
import { CACHE_TAG, parseTagRule, tagHolds, type TagRule } from "./tag_rules.ts";

/** What to leave out; the fields of the command line's options. */
export interface ExcludeRuleOptions {
  readonly patterns?: readonly (string | Uint8Array)[];
  readonly patternsIgnoringCase?: readonly (string | Uint8Array)[];
  /** `NAME[:HEADER]` each. */
  readonly ifPresent?: readonly string[];
  readonly caches?: boolean;
  /** Bytes; larger files are left out. */
  readonly largerThan?: number;
  readonly oneFileSystem?: boolean;
}

/** Where a walk is within the rules. */
export interface RuleState {
  readonly exact: PatternState;
  readonly folded: PatternState;
}

/** A folder whose entries are judged. */
export interface JudgedFolder {
  readonly rules: RuleState;
  /** Names of the tag files that hold in it: each rule keeps nothing but its own, so several together keep nothing. */
  readonly onlyTags: readonly Uint8Array[];
  /** Device that entries must be on; undefined where any will do. */
  readonly device: bigint | undefined;
}

/** Decides what a backup leaves out. Paths that the user named are not asked about, only what lies below them. */
export class ExcludeRules {
  /** Folders on other devices than the source's are kept, but empty. */
  readonly oneFileSystem: boolean;
  /** State above the root's entries. */
  readonly start: RuleState;
  readonly #exact: PatternSet;
  readonly #folded: PatternSet;
  readonly #hasPatterns: boolean;
  readonly #tags: readonly TagRule[];
  readonly #largest: number;

  /** @throws {SgError} SG1008 for a malformed rule. */
  constructor(options: ExcludeRuleOptions = {}) {
    this.#exact = new PatternSet(options.patterns ?? []);
    this.#folded = new PatternSet(options.patternsIgnoringCase ?? [], { ignoreCase: true });
    this.#hasPatterns = this.#exact.size + this.#folded.size > 0;
    const tags = (options.ifPresent ?? []).map(parseTagRule);
    this.#tags = options.caches ? [...tags, CACHE_TAG] : tags;
    this.#largest = options.largerThan ?? Infinity;
    this.oneFileSystem = options.oneFileSystem ?? false;
    this.start = { exact: this.#exact.start, folded: this.#folded.start };
  }

  /** True when the entry is left out for whatever reason. A folder on another device is kept, to be empty. */
  leavesOut({ rules, onlyTags, device }: JudgedFolder, name: Uint8Array, stat: Stat | undefined): boolean {
    if (!onlyTags.every((tag) => equalBytes(tag, name))) return true;
    if (device !== undefined && stat && stat.dev !== device && stat.kind !== "dir") return true;
    return this.excludes(rules, name, stat);
  }

  /** True when the entry of the folder that `state` belongs to is left out by its name or size. */
  excludes(state: RuleState, name: Uint8Array, stat: Stat | undefined): boolean {
    const isFolder = stat?.kind === "dir";
    if (stat !== undefined && stat.size > this.#largest && !isFolder) return true;
    if (!this.#hasPatterns) return false;
    return this.#exact.judge(state.exact, name, isFolder) === "in" ||
      this.#folded.judge(state.folded, name, isFolder) === "in";
  }

  /** How the entries of a folder that the user named by its path, and whose stat this is, are judged. */
  judgementIn(path: Uint8Array, { dev }: Stat): Pick<JudgedFolder, "rules" | "device"> {
    let rules = this.start;
    for (const component of splitPath(path)) rules = this.descend(rules, component);
    return { rules, device: this.oneFileSystem ? dev : undefined };
  }

  /** The state inside the folder `name`. */
  descend(state: RuleState, name: Uint8Array): RuleState {
    if (!this.#hasPatterns) return state;
    return {
      exact: this.#exact.descend(state.exact, name),
      folded: this.#folded.descend(state.folded, name),
    };
  }

  /** Names of the tag files that hold in a folder; where there are any, everything else in it is left out. */
  tagsIn(fs: FileSystem, folder: Fd, listing: FolderListing): Uint8Array[] {
    return this.#tags.filter((rule) => listing.has(rule.name) && tagHolds(fs, folder, rule)).map((rule) =>
      rule.name
    );
  }
}
