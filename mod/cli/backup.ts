// Copyright the SpareGrid authors. Apache-2.0.
import type { BackupOrder, BackupReport, Engine } from "../app/mod.ts";
import { EXIT } from "../errors/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { Command, Context } from "./command.ts";
import { openRepository, passwordOrder, refuseNoLock, resolvedConnection } from "./connection.ts";
import { EXCLUDE_OPTIONS, excludesOf } from "./exclude_options.ts";
import { DRY_RUN_OPTION } from "./global_options.ts";
import { makeRepository } from "./new_repository.ts";
import type { OptionSpec } from "./option_spec.ts";
import { programCall } from "./program_call.ts";
import { summaryObject, tagList } from "./selection.ts";
import { shownName, shownText } from "./shown_text.ts";
import { counted, shownDuration, shownSize } from "./units.ts";

const OPTIONS: readonly OptionSpec[] = [
  ...EXCLUDE_OPTIONS,
  {
    name: "files-from",
    value: "FILE",
    repeat: true,
    help: "Read paths from a file; wildcards and # comments count",
  },
  {
    name: "files-from-verbatim",
    value: "FILE",
    repeat: true,
    help: "Read paths from a file, one a line, as they stand",
  },
  {
    name: "files-from-raw",
    value: "FILE",
    repeat: true,
    help: "Read paths from a file, each ended by a NUL byte",
  },
  { name: "tag", value: "TAG[,TAG…]", repeat: true, help: "Give the snapshot these tags (repeatable)" },
  { name: "host", short: "H", value: "NAME", help: "The machine's name in the snapshot" },
  { name: "time", value: "TIME", help: "The snapshot's time; default now" },
  {
    name: "parent",
    value: "SNAPSHOT",
    help: "Compare with this snapshot; default the latest of the same host and paths",
  },
  { name: "full", short: "f", aliases: ["force"], help: "Read every file again, even if it seems unchanged" },
  DRY_RUN_OPTION,
  { name: "with-atime", help: "Keep the times of the last access too" },
  { name: "ignore-inode", help: "Do not take a file for changed because of its inode number" },
  { name: "ignore-ctime", help: "Do not take a file for changed because of its ctime" },
  { name: "skip-if-unchanged", help: "Make no snapshot if nothing changed" },
  { name: "stdin", help: "Back up what comes from standard input, as one file" },
  { name: "stdin-filename", value: "NAME", help: "Name of that file; default stdin" },
  { name: "stdin-from-command", help: "Take the arguments as a command and back up what it prints" },
];

/** Backs up. */
export const backupCommand: Command = {
  name: "backup",
  summary: "back up folders and files",
  usage: ["[OPTION]… PATH…", "[OPTION]… --stdin", "[OPTION]… --stdin-from-command -- COMMAND [ARGUMENT]…"],
  text:
    "Stores the files and folders at each PATH as a new snapshot. Only what changed since the last snapshot is read, " +
    "and only what is new is stored.\n\nWithout --repo and SPAREGRID_REPOSITORY the default repository in your data folder " +
    "is used, and made at the first backup. It lies on this machine; a backup on another drive or machine is safer.\n\n" +
    "A file that cannot be read is reported, the rest is backed up, and the exit status is 3.\n\nPatterns are those of " +
    ".gitignore: see docs/patterns.md.",
  examples: [
    "sparegrid backup ~/Documents ~/Pictures",
    "sparegrid -r /mnt/usb/backup backup --exclude '*.tmp' --exclude-caches /home",
    "sparegrid --repository-file ~/.config/nas.txt backup /etc",
  ],
  options: OPTIONS,
  exits: [[
    EXIT.incomplete,
    "some paths or files could not be read; a snapshot was made of the rest, if there was any",
  ]],
  async run(args, context) {
    refuseNoLock(args);
    const ordered = await backupOrder(args, context);
    using ahead = (await context.app()).lookAhead(ordered);
    const order = { ...ordered, ...(ahead ? { ahead } : {}) };
    await using engine = await openOrMake(args, context);
    await warnIfTogether(order, engine, context);
    try {
      const report = await engine.backup(order, context.output.startRun(context.signal, "backup"));
      sayResult(order, report, engine, context);
      return report.complete ? EXIT.done : EXIT.incomplete;
    } finally {
      context.output.endRun();
    }
  },
};

async function backupOrder(args: Arguments, context: Context): Promise<BackupOrder> {
  const source = await sourceOf(args, context);
  const excludes = await excludesOf(args, context);
  const hostname = args.text("host") ?? context.env("SPAREGRID_HOST");
  const time = args.time("time");
  const parent = args.text("parent");
  return {
    ...source,
    excludes,
    tags: args.list("tag").flatMap(tagList),
    ...(hostname === undefined ? {} : { hostname }),
    ...(time === undefined ? {} : { time }),
    ...(parent === undefined ? {} : { parent }),
    full: args.flag("full"),
    dryRun: args.flag("dry-run"),
    withAtime: args.flag("with-atime"),
    ignoreInode: args.flag("ignore-inode"),
    ignoreCtime: args.flag("ignore-ctime"),
    skipIfUnchanged: args.flag("skip-if-unchanged"),
  };
}

async function sourceOf(
  args: Arguments,
  context: Context,
): Promise<Pick<BackupOrder, "paths"> & Partial<Pick<BackupOrder, "stdin" | "command">>> {
  const lists = (["files-from", "files-from-verbatim", "files-from-raw"] as const).filter((name) =>
    args.has(name)
  );
  const name = args.text("stdin-filename") ?? "stdin";
  if (name === "" || name.includes("\0")) {
    throw args.mistake("Cannot use --stdin-filename: it is not a file name");
  }
  const stdin = args.flag("stdin"), command = args.flag("stdin-from-command");
  if ((stdin || command) && lists.length > 0) {
    throw args.mistake(`Cannot use --${lists[0]} together with --${stdin ? "stdin" : "stdin-from-command"}`);
  }
  if (command) {
    if (stdin) throw args.mistake("Cannot use --stdin together with --stdin-from-command");
    const argv = args.operandsBetween(1, Infinity, "the command");
    return { paths: [], command: { name, argv } };
  }
  if (stdin) {
    args.operandsBetween(0, 0, "nothing");
    return { paths: [], stdin: { name, stream: context.terminal.stdin } };
  }
  if (args.has("stdin-filename")) throw args.mistake("Cannot use --stdin-filename without --stdin");
  const paths: (string | Uint8Array)[] = [...args.operands];
  if (paths.includes("")) throw args.mistake("Cannot back up an empty path");
  if (lists.length > 0) {
    const { readPathFile } = await context.app();
    for (const list of lists) {
      const form = list === "files-from" ? "patterns" : list === "files-from-raw" ? "raw" : "lines";
      for (const file of args.list(list)) {
        const read = await readPathFile(file, form, context.signal);
        for (const pattern of read.unmatched) {
          context.output.warn(`${shownText(pattern)} in ${shownText(file)} matches nothing`);
        }
        for (const path of read.paths) paths.push(path);
      }
    }
  }
  if (paths.length === 0) throw args.mistake("Cannot back up: no path is given");
  return { paths };
}

/** Opens the repository; the default one is made where it does not exist yet. */
async function openOrMake(args: Arguments, context: Context): Promise<Engine> {
  const app = await context.app();
  const connection = await resolvedConnection(args, context);
  if (connection.repository !== undefined || args.flag("dry-run") || app.defaultRepositoryExists()) {
    return openRepository(args, context);
  }
  const { password, location } = await makeRepository(connection, passwordOrder(args, context, ""), context);
  context.output.note(`Made the default repository at ${location}`);
  return app.openEngine(connection, { text: password, typed: false }, {
    signal: context.signal,
    note: (message) => context.output.note(message),
  });
}

/** A backup on the drive that it protects is lost together with it. */
async function warnIfTogether(order: BackupOrder, engine: Engine, context: Context): Promise<void> {
  if (context.output.mode.quiet) return;
  const { sharesFileSystem } = await context.app();
  const path = order.paths.find((path) => sharesFileSystem(engine.location, path));
  if (path === undefined) return;
  context.output.warn(
    `The repository ${engine.location} lies on the same file system as ${shownName(path)}: if that drive ` +
      "fails, both are lost. Keep a backup on another drive or machine too (--repo).",
  );
}

function sayResult(order: BackupOrder, report: BackupReport, engine: Engine, context: Context): void {
  const { output } = context;
  const elapsedMs = output.endRun();
  const { summary } = report;
  output.summary({
    dry_run: order.dryRun || undefined,
    ...summaryObject(summary),
    total_duration: elapsedMs / 1000,
    error_count: report.problems,
    ...(report.snapshotId === undefined ? {} : { snapshot_id: report.snapshotId }),
  });
  const sum = (fresh: number, changed: number, same: number) =>
    `${fresh} new, ${changed} changed, ${same} unmodified`;
  output.info("");
  output.info(`Files:    ${sum(summary.filesNew, summary.filesChanged, summary.filesUnmodified)}`);
  output.info(`Folders:  ${sum(summary.dirsNew, summary.dirsChanged, summary.dirsUnmodified)}`);
  const would = order.dryRun ? "Would add" : "Added";
  output.info(
    `${would.padEnd(9)} ${shownSize(summary.dataAdded)} (${shownSize(summary.dataAddedPacked)} stored)`,
  );
  output.info(
    `Processed ${counted(summary.totalFilesProcessed, "file")}, ${shownSize(summary.totalBytesProcessed)} ` +
      `in ${shownDuration(elapsedMs)}`,
  );
  if (report.problems > 0) {
    output.incomplete(
      `${
        counted(report.problems, "entry", "entries")
      } could not be read: see above. The snapshot is incomplete.`,
    );
  }
  if (report.snapshotId === undefined) {
    output.info(order.dryRun ? "Dry run: nothing was stored." : "Nothing changed: no snapshot was made.");
    return;
  }
  const id = report.snapshotId.slice(0, 8);
  output.info(`Snapshot ${id} saved`);
  output.info("");
  output.info(
    `To restore it: ${programCall()} ${repositoryOption(engine, context)}restore ${id} --target FOLDER`,
  );
}

function repositoryOption(engine: Engine, context: Context): string {
  if (engine.isDefault || context.env("SPAREGRID_REPOSITORY") !== undefined) return "";
  return `-r ${shownText(engine.location)} `;
}
