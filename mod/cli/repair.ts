// Copyright the SpareGrid authors. Apache-2.0.
import type { Engine, RepairReport, RunOptions } from "../app/mod.ts";
import { isId } from "../base/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { Command, Context } from "./command.ts";
import { openRepository, refuseNoLock } from "./connection.ts";
import { DRY_RUN_OPTION, FILTER_OPTIONS } from "./global_options.ts";
import { snapshotFilter } from "./selection.ts";
import { shownText } from "./shown_text.ts";
import { counted } from "./units.ts";

/** Makes a new index from the data files. */
export const repairIndexCommand: Command = {
  name: "repair index",
  summary: "make a new index from the stored files",
  usage: ["[OPTION]…"],
  text:
    "Makes the index right again: forgets files that are gone and takes in files that it does not know. With " +
    "--read-all-packs it is made anew from all files.",
  options: [{ name: "read-all-packs", help: "Read every file, do not trust the old index at all" }],
  async run(args, context) {
    args.operandsBetween(0, 0, "nothing");
    const order = { readAllPacks: args.flag("read-all-packs") };
    return await repair(args, context, (engine, options) => engine.repairIndex(order, options));
  },
};

/** Saves what is readable of damaged data files. */
export const repairPacksCommand: Command = {
  name: "repair packs",
  summary: "save what is readable of damaged stored files",
  usage: ["[OPTION]… ID…"],
  text:
    "Takes what is still readable out of the damaged files that check named, stores it anew and removes the damaged " +
    "files. A copy of each damaged file is kept in the current folder as pack-ID. Then run repair " +
    "snapshots --forget, to mend the snapshots that miss what was lost.",
  options: [],
  async run(args, context) {
    const ids = args.operandsBetween(1, Infinity, "the ID of a damaged file");
    const odd = ids.find((id) => !isId(id));
    if (odd !== undefined) {
      throw args.mistake(`Cannot repair ${shownText(odd)}: it is not the ID of a stored file`);
    }
    return await repair(args, context, (engine, options) => engine.repairPacks({ ids }, options));
  },
};

/** Takes what is lost out of the snapshots. */
export const repairSnapshotsCommand: Command = {
  name: "repair snapshots",
  summary: "take lost files and folders out of the snapshots",
  usage: ["[OPTION]… [SNAPSHOT]…"],
  text:
    "Makes new snapshots without the files and folders whose data is lost, so that what is left can be restored. The " +
    "damaged snapshots stay, unless --forget is given. Run repair index first.",
  options: [
    { name: "forget", help: "Remove the damaged snapshots once they are replaced" },
    DRY_RUN_OPTION,
    ...FILTER_OPTIONS,
  ],
  async run(args, context) {
    const order = {
      ids: args.operands,
      filter: snapshotFilter(args),
      forget: args.flag("forget"),
      dryRun: args.flag("dry-run"),
    };
    return await repair(args, context, (engine, options) => engine.repairSnapshots(order, options));
  },
};

async function repair(
  args: Arguments,
  context: Context,
  work: (engine: Engine, options: RunOptions) => Promise<RepairReport>,
): Promise<number> {
  refuseNoLock(args);
  await using engine = await openRepository(args, context);
  const { output } = context;
  try {
    const report = await work(engine, output.startRun(context.signal, "repair"));
    output.endRun();
    output.summary({ changed: report.changed, notes: report.notes });
    for (const note of report.notes) output.info(shownText(note));
    output.info(report.changed === 0 ? "Nothing to repair" : `${counted(report.changed, "change")} made`);
    return 0;
  } finally {
    output.endRun();
  }
}
