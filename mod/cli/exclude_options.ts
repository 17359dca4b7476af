// Copyright the SpareGrid authors. Apache-2.0.
// What to leave out: the options of backups and sets, and those of them that restores have too.
import type { ExcludeOptions } from "../app/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { Context } from "./command.ts";
import type { OptionSpec } from "./option_spec.ts";

/** The options that name patterns of what to leave out. */
export const EXCLUDE_PATTERN_OPTIONS: readonly OptionSpec[] = [
  {
    name: "exclude",
    short: "e",
    value: "PATTERN",
    repeat: true,
    help: "Leave out what matches (repeatable)",
  },
  {
    name: "iexclude",
    value: "PATTERN",
    repeat: true,
    help: "As --exclude, upper and lower case being the same",
  },
  { name: "exclude-file", value: "FILE", repeat: true, help: "Read --exclude patterns from a file" },
  { name: "iexclude-file", value: "FILE", repeat: true, help: "Read --iexclude patterns from a file" },
];

/** All options of what a backup leaves out; {@link excludesOf} reads them. */
export const EXCLUDE_OPTIONS: readonly OptionSpec[] = [
  ...EXCLUDE_PATTERN_OPTIONS,
  {
    name: "exclude-if-present",
    value: "NAME[:HEADER]",
    repeat: true,
    help: "Leave out what is in a folder with this file (whose text begins with HEADER)",
  },
  { name: "exclude-caches", help: "Leave out what is in folders marked by a CACHEDIR.TAG" },
  { name: "exclude-larger-than", value: "SIZE", help: "Leave out larger files, such as 500M or 2G" },
  { name: "one-file-system", short: "x", help: "Do not go into other file systems mounted below a path" },
];

/** The patterns of an option (`exclude`, `iinclude`), and behind them those of the files of its `-file` option. SG1021. */
export async function patternsOf(option: string, args: Arguments, context: Context): Promise<string[]> {
  const lists: (readonly string[])[] = [args.list(option)];
  for (const file of args.list(`${option}-file`)) {
    lists.push(await (await context.app()).readPatternFile(file, context.env, context.signal));
  }
  return lists.flat();
}

/** What {@link EXCLUDE_OPTIONS} say; what was not given is left out. */
export async function excludesOf(args: Arguments, context: Context): Promise<ExcludeOptions> {
  const patterns = await patternsOf("exclude", args, context);
  const patternsIgnoringCase = await patternsOf("iexclude", args, context);
  const largerThan = args.size("exclude-larger-than");
  return {
    ...(patterns.length > 0 ? { patterns } : {}),
    ...(patternsIgnoringCase.length > 0 ? { patternsIgnoringCase } : {}),
    ...(args.has("exclude-if-present") ? { ifPresent: args.list("exclude-if-present") } : {}),
    ...(args.flag("exclude-caches") ? { caches: true } : {}),
    ...(largerThan === undefined ? {} : { largerThan }),
    ...(args.flag("one-file-system") ? { oneFileSystem: true } : {}),
  };
}
