// Copyright the SpareGrid authors. Apache-2.0.
import type { PruneOrder, PruneReport } from "../app/mod.ts";
import { parseSize } from "../base/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { Command, Context } from "./command.ts";
import { openRepository, refuseNoLock } from "./connection.ts";
import { DRY_RUN_OPTION } from "./global_options.ts";
import type { OptionSpec } from "./option_spec.ts";
import { shownText } from "./shown_text.ts";
import { shownSize } from "./units.ts";

/** What prune can be told; forget takes the same for its `--prune`. */
export const PRUNE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "max-unused",
    value: "LIMIT",
    help: "Unused data that may stay: a size, a percentage of the repository, or unlimited; default 5%",
  },
  { name: "max-repack-size", value: "SIZE", help: "Rewrite at most so much" },
  { name: "repack-small", help: "Join files that are much smaller than the target size" },
  { name: "repack-uncompressed", help: "Rewrite what is not compressed" },
];

/** Frees the space of data that no snapshot needs. */
export const pruneCommand: Command = {
  name: "prune",
  summary: "free the space of data that no snapshot needs",
  usage: ["[OPTION]…"],
  text:
    "Removes data that no snapshot refers to any more. Files that hold nothing else go first, so it works on a full " +
    "drive; files that hold some of it are rewritten as far as --max-unused asks for.",
  examples: ["sparegrid prune --dry-run", "sparegrid prune --max-unused 10%"],
  options: [...PRUNE_OPTIONS, DRY_RUN_OPTION],
  async run(args, context) {
    args.operandsBetween(0, 0, "nothing");
    refuseNoLock(args);
    const order = { ...pruneOrder(args), dryRun: args.flag("dry-run") };
    await using engine = await openRepository(args, context);
    try {
      const report = await engine.prune(order, context.output.startRun(context.signal, "prune"));
      context.output.endRun();
      sayPruned(report, order.dryRun, context);
      return 0;
    } finally {
      context.output.endRun();
    }
  },
};

/** The limits that the options set. Mistakes are SG1008. */
export function pruneOrder(args: Arguments): PruneOrder {
  const maxUnused = maxUnusedOf(args);
  const maxRepackBytes = args.size("max-repack-size");
  return {
    ...(maxUnused === undefined ? {} : { maxUnused }),
    ...(maxRepackBytes === undefined ? {} : { maxRepackBytes }),
    repackSmall: args.flag("repack-small"),
    repackUncompressed: args.flag("repack-uncompressed"),
  };
}

function maxUnusedOf(args: Arguments): PruneOrder["maxUnused"] {
  const text = args.text("max-unused");
  if (text === undefined || text === "unlimited") return text;
  const percent = /^(\d{1,3}(?:\.\d+)?)%$/.exec(text);
  if (percent && Number(percent[1]) < 100) return { part: Number(percent[1]) / 100 };
  const bytes = percent ? undefined : parseSize(text);
  if (bytes !== undefined) return { bytes };
  throw args.mistake(`Cannot use --max-unused ${shownText(text)}: it must be like 5%, 10G or unlimited`);
}

/** Prints what a prune did. */
export function sayPruned(report: PruneReport, dryRun: boolean, { output }: Context): void {
  output.summary({
    dry_run: dryRun || undefined,
    packs_kept: report.packsKept,
    packs_repacked: report.packsRepacked,
    packs_removed: report.packsRemoved,
    bytes_removed: report.bytesRemoved,
    bytes_repacked: report.bytesRepacked,
    bytes_unused_left: report.bytesUnusedLeft,
    bytes_total: report.bytesTotal,
  });
  const would = dryRun ? "would be " : "";
  output.info(
    `${shownSize(report.bytesRemoved)} ${would}freed, ${shownSize(report.bytesRepacked)} ${would}rewritten`,
  );
  output.info(
    `Files: ${report.packsKept} kept, ${report.packsRepacked} ${would}rewritten, ${report.packsRemoved} ${would}removed`,
  );
  output.info(`Left: ${shownSize(report.bytesTotal)}, of which ${shownSize(report.bytesUnusedLeft)} unused`);
}
