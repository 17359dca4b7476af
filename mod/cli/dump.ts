// Copyright the SpareGrid authors. Apache-2.0.
import type { RunOptions } from "../app/mod.ts";
import { EXIT } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { openRepository } from "./connection.ts";
import { FILTER_OPTIONS } from "./global_options.ts";
import { snapshotFilter } from "./selection.ts";

/** Writes a file, or a folder as an archive, to standard output. */
export const dumpCommand: Command = {
  name: "dump",
  summary: "print a file, or a folder as tar or zip",
  usage: ["[OPTION]… SNAPSHOT PATH"],
  text:
    "Writes a file of a snapshot to standard output; a folder is written as a tar or zip archive. PATH / means the " +
    "whole snapshot.",
  examples: [
    "sparegrid dump latest /etc/fstab",
    "sparegrid dump --archive zip latest /home/me/Documents > documents.zip",
  ],
  options: [
    { name: "archive", short: "a", value: "FORMAT", help: "tar or zip; default tar" },
    ...FILTER_OPTIONS,
  ],
  exits: [[EXIT.incomplete, "some entries could not be read, or an archive cannot hold them"]],
  async run(args, context) {
    const [snapshot, path] = args.operandsBetween(2, 2, "the path") as [string, string];
    const archive = args.choice("archive", ["tar", "zip"]) ?? "tar";
    if (context.output.mode.json) {
      throw args.mistake("Cannot use --json with dump: its output is the file itself");
    }
    await using engine = await openRepository(args, context);
    const order = { snapshot, path, archive, filter: snapshotFilter(args) };
    const run = context.output.runOptions(context.signal, "dump");
    let problems = 0;
    const observer: RunOptions["observer"] = {
      ...run.observer,
      problem(problem) {
        problems++;
        run.observer.problem(problem);
      },
    };
    for await (const bytes of engine.dump(order, { ...run, observer })) {
      await context.terminal.writeStream(bytes);
    }
    return problems === 0 ? EXIT.done : EXIT.incomplete;
  },
};
