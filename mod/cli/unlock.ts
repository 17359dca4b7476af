// Copyright the SpareGrid authors. Apache-2.0.
import type { Command } from "./command.ts";
import { openRepository } from "./connection.ts";
import { counted } from "./units.ts";

/** Removes locks that crashed programs left. */
export const unlockCommand: Command = {
  name: "unlock",
  summary: "remove locks that crashed programs left",
  usage: ["[OPTION]…"],
  text:
    "Removes locks whose program has ended or not refreshed them for half an hour. --remove-all removes the locks of " +
    "running programs too, which can do harm: be sure that none is using the repository.",
  options: [{ name: "remove-all", help: "Remove all locks" }],
  async run(args, context) {
    args.operandsBetween(0, 0, "nothing");
    await using engine = await openRepository(args, context);
    const all = args.flag("remove-all");
    const removed = await engine.unlock({ all }, context.output.runOptions(context.signal, "unlock"));
    context.output.endRun();
    context.output.summary({ locks_removed: removed });
    context.output.info(`${counted(removed, "lock")} removed`);
    return 0;
  },
};
