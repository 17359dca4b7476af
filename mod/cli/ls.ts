// Copyright the SpareGrid authors. Apache-2.0.
import type { Command } from "./command.ts";
import { openRepository } from "./connection.ts";
import { FILTER_OPTIONS } from "./global_options.ts";
import { entryLine, entryObject, snapshotFilter } from "./selection.ts";
import { SET_OPTIONS } from "./set_option.ts";
import { shownText } from "./shown_text.ts";

/** Lists what is in a snapshot. */
export const lsCommand: Command = {
  name: "ls",
  summary: "list the files in a snapshot",
  usage: ["[OPTION]… SNAPSHOT[:FOLDER] [FOLDER]…", "[OPTION]… --set NAME SNAPSHOT[:FOLDER] [FOLDER]…"],
  text:
    "Lists the files and folders in a snapshot. Behind the snapshot may stand folders, as absolute paths: then only " +
    "what is in them is listed, and with --recursive what is below them too.\n\nCharacters that a terminal would obey " +
    "are shown as \\xNN; use --json where another program reads the list.",
  examples: ["sparegrid ls latest", "sparegrid ls -l latest /home/me/Documents"],
  options: [
    { name: "long", short: "l", help: "Show mode, owner, size and time too" },
    { name: "recursive", help: "With folders given: list their sub-folders' content too" },
    ...FILTER_OPTIONS,
    ...SET_OPTIONS,
  ],
  target: "either",
  async run(args, context) {
    if (args.has("set")) {
      return await (await import("./set_entries.ts")).listOfSet(args, context, this.options);
    }
    const [snapshot, ...paths] = args.operandsBetween(1, Infinity, "the snapshot (an ID or latest)") as [
      string,
    ];
    const relative = paths.find((path: string) => !path.startsWith("/"));
    if (relative !== undefined) {
      throw args.mistake(
        `Cannot list ${shownText(relative)}: a folder in a snapshot is named by its absolute path`,
      );
    }
    const long = args.flag("long");
    const order = { snapshot, paths, recursive: args.flag("recursive"), filter: snapshotFilter(args) };
    await using engine = await openRepository(args, context);
    const { output } = context;
    for await (const entry of engine.list(order, output.runOptions(context.signal, "ls"))) {
      if (output.mode.json) {
        output.object({ message_type: "node", struct_type: "node", ...entryObject(entry) });
      } else output.result(entryLine(entry, long));
    }
    return 0;
  },
};
