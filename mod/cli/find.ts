// Copyright the SpareGrid authors. Apache-2.0.
import type { NamedSnapshot } from "../app/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { openRepository } from "./connection.ts";
import { FILTER_OPTIONS } from "./global_options.ts";
import { entryLine, entryObject, shortId, snapshotFilter } from "./selection.ts";
import { SET_OPTIONS } from "./set_option.ts";
import { shownText } from "./shown_text.ts";
import { shownTime } from "./units.ts";

/** Finds files in snapshots by name. */
export const findCommand: Command = {
  name: "find",
  summary: "find files by name in all snapshots",
  usage: ["[OPTION]… PATTERN…", "[OPTION]… --set NAME PATTERN…"],
  text:
    "Looks in all snapshots, or in those chosen, for files and folders whose name matches a pattern. A pattern with " +
    "a slash is compared with the path.",
  examples: ["sparegrid find 'invoice*.pdf'", "sparegrid find -l --newest 2026-01-31 notes.txt"],
  options: [
    { name: "ignore-case", short: "i", help: "Upper and lower case are the same" },
    { name: "long", short: "l", help: "Show mode, owner, size and time too" },
    { name: "newest", short: "N", value: "TIME", help: "Only what was changed at this time or before" },
    { name: "oldest", short: "O", value: "TIME", help: "Only what was changed at this time or later" },
    {
      name: "snapshot",
      short: "s",
      value: "SNAPSHOT",
      repeat: true,
      help: "Only in this snapshot (repeatable)",
    },
    ...FILTER_OPTIONS,
    ...SET_OPTIONS,
  ],
  target: "either",
  async run(args, context) {
    if (args.has("set")) {
      return await (await import("./set_snapshots.ts")).findInSet(args, context, this.options);
    }
    const patterns = args.operandsBetween(1, Infinity, "the pattern");
    const newest = args.time("newest"), oldest = args.time("oldest");
    const long = args.flag("long");
    const order = {
      patterns,
      ignoreCase: args.flag("ignore-case"),
      snapshots: args.list("snapshot"),
      ...(newest === undefined ? {} : { newest }),
      ...(oldest === undefined ? {} : { oldest }),
      filter: snapshotFilter(args),
    };
    await using engine = await openRepository(args, context);
    const { output } = context;
    let last: NamedSnapshot | undefined;
    for await (const { snapshot, entry } of engine.find(order, output.runOptions(context.signal, "find"))) {
      if (output.mode.json) {
        output.object({ message_type: "match", snapshot: snapshot.id, ...entryObject(entry) });
      } else {
        if (last?.id !== snapshot.id) {
          if (last !== undefined) output.result("");
          output.result(`Found in snapshot ${shortId(snapshot.id)} of ${shownTime(snapshot.snapshot.time)}`);
        }
        output.result(entryLine(entry, long));
      }
      last = snapshot;
    }
    if (last === undefined) {
      throw new SgError(
        "SG1011",
        `Cannot find ${patterns.map(shownText).join(", ")}: nothing in the snapshots matches`,
      );
    }
    return 0;
  },
};
