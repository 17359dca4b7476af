// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Source: what can be read for a backup: a tree of files, standard input, the output of a command; and the rules that
 * say what of it is left out.
 *
 * It lists one folder at a time and judges names; it does not walk, read content or know what was stored before
 * (`archiver`). The pattern language is restic's with gitignore's folder patterns, see {@link PatternSet}; the same
 * class serves the restore's includes and excludes.
 *
 * Invariants: names are bytes from end to end; nothing is skipped without a rule that says so; a tag file that cannot
 * be read is no tag.
 * @module
 */
export { type ExcludeRuleOptions, ExcludeRules, type JudgedFolder, type RuleState } from "./exclude_rules.ts";
export { type FolderListing, listFolder, listingOf, listOnly } from "./folder_listing.ts";
export { compileGlob, type ComponentTest } from "./glob.ts";
export { parseFilesFrom, parseFilesFromRaw, parseFilesFromVerbatim } from "./path_lists.ts";
export { absolutePath, cleanComponents, joinPath, splitPath } from "./paths.ts";
export { type Environment, parsePatternFile } from "./pattern_file.ts";
export { PatternSet, type PatternState, type Verdict } from "./pattern_set.ts";
export type { FileTreeSource, Source, StreamSource } from "./source.ts";
export { CACHE_TAG, parseTagRule, tagHolds, type TagRule } from "./tag_rules.ts";
export { childOf, type Target, targetTree } from "./targets.ts";
