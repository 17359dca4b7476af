// Copyright the SpareGrid authors. Apache-2.0.
import type { NamedSnapshot } from "../app/mod.ts";
import type { Command } from "./command.ts";
import { openRepository } from "./connection.ts";
import { FILTER_OPTIONS } from "./global_options.ts";
import { SNAPSHOT_COLUMNS, snapshotFilter, snapshotObject, snapshotRow } from "./selection.ts";
import { SET_OPTIONS } from "./set_option.ts";
import { counted } from "./units.ts";

/** Lists the snapshots. */
export const snapshotsCommand: Command = {
  name: "snapshots",
  summary: "list the snapshots",
  usage: ["[OPTION]… [SNAPSHOT]…", "[OPTION]… --set NAME"],
  text:
    "Lists the snapshots of the repository in order of their time, or those that are named. Times are those of this " +
    "machine's time zone.",
  examples: ["sparegrid snapshots", "sparegrid snapshots --host laptop --latest 3"],
  options: [
    { name: "latest", value: "N", help: "Only the last N of each host and paths" },
    { name: "compact", short: "c", help: "One short line each" },
    ...FILTER_OPTIONS,
    ...SET_OPTIONS,
  ],
  target: "either",
  async run(args, context) {
    if (args.has("set")) {
      return await (await import("./set_snapshots.ts")).snapshotsOfSet(args, context, this.options);
    }
    const latest = args.count("latest", 1);
    const filter = snapshotFilter(args);
    await using engine = await openRepository(args, context);
    const options = context.output.runOptions(context.signal, "snapshots");
    const snapshots = await engine.snapshots(
      { filter, ids: args.operands, ...(latest === undefined ? {} : { latest }) },
      options,
    );
    context.output.endRun();
    if (context.output.mode.json) {
      for (const snapshot of snapshots) {
        context.output.object({ message_type: "snapshot", ...snapshotObject(snapshot) });
      }
      return 0;
    }
    const columns = args.flag("compact") ? SNAPSHOT_COLUMNS.slice(0, 4) : SNAPSHOT_COLUMNS;
    const row = (snapshot: NamedSnapshot) => snapshotRow(snapshot).slice(0, columns.length);
    if (snapshots.length > 0) context.output.table(columns, snapshots.map(row));
    context.output.info(counted(snapshots.length, "snapshot"));
    return 0;
  },
};
