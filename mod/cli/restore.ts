// Copyright the SpareGrid authors. Apache-2.0.
import type { RestoreOrder, RestoreReport } from "../app/mod.ts";
import { EXIT } from "../errors/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { Command, Context } from "./command.ts";
import { openRepository } from "./connection.ts";
import { EXCLUDE_PATTERN_OPTIONS, patternsOf } from "./exclude_options.ts";
import { DRY_RUN_OPTION, FILTER_OPTIONS } from "./global_options.ts";
import type { OptionSpec } from "./option_spec.ts";
import { SET_OPTIONS } from "./set_option.ts";
import { shortId, snapshotFilter } from "./selection.ts";
import { shownText } from "./shown_text.ts";
import { counted, shownDuration, shownSize } from "./units.ts";

const OPTIONS: readonly OptionSpec[] = [
  { name: "target", short: "t", value: "FOLDER", help: "Restore into this folder; / is the original place" },
  {
    name: "include",
    short: "i",
    value: "PATTERN",
    repeat: true,
    help: "Restore only what matches (repeatable)",
  },
  {
    name: "iinclude",
    value: "PATTERN",
    repeat: true,
    help: "As --include, upper and lower case being the same",
  },
  { name: "include-file", value: "FILE", repeat: true, help: "Read --include patterns from a file" },
  { name: "iinclude-file", value: "FILE", repeat: true, help: "Read --iinclude patterns from a file" },
  ...EXCLUDE_PATTERN_OPTIONS,
  {
    name: "overwrite",
    value: "WHEN",
    help: "What to do with files that exist: always, if-changed, if-newer, never; default always",
  },
  { name: "delete", help: "Remove what is in the target's folders but not in the snapshot" },
  { name: "verify", help: "Read everything back and compare" },
  { name: "sparse", help: "Accepted for restic's sake: zeros always become holes" },
  DRY_RUN_OPTION,
  ...FILTER_OPTIONS,
  ...SET_OPTIONS,
];

/** Restores. */
export const restoreCommand: Command = {
  name: "restore",
  summary: "bring files back from a snapshot",
  usage: [
    "[OPTION]… SNAPSHOT[:FOLDER] --target FOLDER",
    "[OPTION]… --set NAME SNAPSHOT[:PATH] --target FOLDER",
  ],
  text:
    "Brings the files of a snapshot back. SNAPSHOT is an ID, the beginning of one, or latest (--host, --tag and --path " +
    "say of what). With SNAPSHOT:FOLDER only what is in that folder comes back, without the path above it.\n\nFiles that " +
    "exist are changed only in the blocks that differ. Nothing outside the target is ever touched. --target / restores " +
    "to the original place.\n\nWithout --delete nothing is removed; try it with --dry-run first.",
  examples: [
    "sparegrid restore latest --target ~/restored",
    "sparegrid restore latest --target ~/restored --include '*.odt'",
    "sparegrid restore 4f2a91c0:/home/me/Documents --target /home/me/Documents --overwrite if-changed",
  ],
  options: OPTIONS,
  exits: [[EXIT.incomplete, "some entries could not be restored, or not with all of their metadata"]],
  target: "either",
  async run(args, context) {
    if (args.has("set")) return await (await import("./set_entries.ts")).restoreOfSet(args, context, OPTIONS);
    const order = await restoreOrder(args, context);
    await using engine = await openRepository(args, context);
    try {
      const report = await engine.restore(order, context.output.startRun(context.signal, "restore"));
      sayResult(order, report, context);
      return report.complete ? EXIT.done : EXIT.incomplete;
    } finally {
      context.output.endRun();
    }
  },
};

async function restoreOrder(args: Arguments, context: Context): Promise<RestoreOrder> {
  const [snapshot] = args.operandsBetween(1, 1, "the snapshot (an ID or latest)") as [string];
  const target = args.text("target");
  if (target === undefined) {
    throw args.mistake("Cannot restore: --target FOLDER is missing (/ is the original place)");
  }
  if (target === "") throw args.mistake("Cannot use --target: it is empty");
  const overwrite = args.choice("overwrite", ["always", "if-changed", "if-newer", "never"]);
  const lists = await patternLists(args, context);
  if (lists.includes.length + lists.includesIgnoringCase.length > 0) {
    if (lists.excludes.length + lists.excludesIgnoringCase.length > 0) {
      throw args.mistake("Cannot use --include together with --exclude");
    }
  }
  if (args.flag("dry-run") && args.flag("verify")) {
    throw args.mistake("Cannot use --dry-run together with --verify");
  }
  const root = target === "/";
  if (root && args.flag("delete") && lists.includes.length + lists.includesIgnoringCase.length === 0) {
    throw args.mistake("Cannot use --delete with --target / unless --include says what may be removed");
  }
  return {
    snapshot,
    ...(root ? {} : { target }),
    ...lists,
    ...(overwrite === undefined ? {} : { overwrite }),
    delete: args.flag("delete"),
    verify: args.flag("verify"),
    dryRun: args.flag("dry-run"),
    filter: snapshotFilter(args),
  };
}

interface PatternLists {
  readonly includes: string[];
  readonly includesIgnoringCase: string[];
  readonly excludes: string[];
  readonly excludesIgnoringCase: string[];
}

async function patternLists(args: Arguments, context: Context): Promise<PatternLists> {
  return {
    includes: await patternsOf("include", args, context),
    includesIgnoringCase: await patternsOf("iinclude", args, context),
    excludes: await patternsOf("exclude", args, context),
    excludesIgnoringCase: await patternsOf("iexclude", args, context),
  };
}

function sayResult(order: RestoreOrder, report: RestoreReport, { output }: Context): void {
  const elapsedMs = output.endRun();
  const files = report.filesRestored + report.filesUpdated;
  output.summary({
    dry_run: order.dryRun || undefined,
    snapshot_id: report.snapshotId,
    seconds_elapsed: Math.floor(elapsedMs / 1000),
    total_files: files + report.filesKept,
    files_restored: files,
    files_updated: report.filesUpdated,
    files_skipped: report.filesKept,
    files_deleted: report.filesDeleted,
    files_verified: report.filesVerified,
    dirs_restored: report.foldersRestored,
    total_bytes: report.bytesTotal,
    bytes_restored: report.bytesWritten,
    error_count: report.problems,
  });
  const place = order.target === undefined ? "its original place" : shownText(order.target);
  output.info("");
  output.info(
    `Snapshot ${shortId(report.snapshotId)} ${order.dryRun ? "would be restored" : "restored"} to ${place}`,
  );
  if (order.dryRun) sayIntent(report, output);
  else sayDeed(report, elapsedMs, output);
  if (order.verify) output.info(`Verified  ${counted(report.filesVerified, "file")}`);
  if (report.problems > 0) {
    output.incomplete(
      `${counted(report.problems, "problem")} while restoring: see above. The restore is incomplete.`,
    );
  }
}

function sayDeed(report: RestoreReport, elapsedMs: number, output: Context["output"]): void {
  const { filesRestored, filesUpdated, filesKept, filesDeleted } = report;
  output.info(
    `Files:    ${filesRestored} restored, ${filesUpdated} updated, ${filesKept} kept, ${filesDeleted} deleted`,
  );
  output.info(`Folders:  ${report.foldersRestored}, other entries: ${report.othersRestored}`);
  const written = shownSize(report.bytesWritten), total = shownSize(report.bytesTotal);
  output.info(`Written   ${written} of ${total} in ${shownDuration(elapsedMs)}`);
}

/** A dry run compares no content, so of what would be written it knows only the most. */
function sayIntent(report: RestoreReport, output: Context["output"]): void {
  const { filesRestored, filesUpdated, filesKept, filesDeleted } = report;
  output.info(
    `Would restore ${counted(filesRestored, "file")}, update ${filesUpdated}, keep ${filesKept}, ` +
      `delete ${filesDeleted}`,
  );
  output.info(`Folders:  ${report.foldersRestored}, other entries: ${report.othersRestored}`);
  output.info(`Would write at most ${shownSize(report.bytesTotal)}`);
}
