// Copyright the SpareGrid authors. Apache-2.0.
import type { Command, Context } from "./command.ts";
import type { Arguments } from "./arguments.ts";
import { passwordOrder, resolvedConnection } from "./connection.ts";
import { makeRepository, type NewRepository } from "./new_repository.ts";
import { shownText } from "./shown_text.ts";

/** Makes a new repository. */
export const initCommand: Command = {
  name: "init",
  summary: "make a new repository",
  usage: ["[OPTION]…"],
  text:
    "Makes a new, empty, encrypted repository at the place that --repo names; without it, the default repository " +
    "in your data folder.\n\nThe address of a server that asks for a name and a password holds both, as in " +
    "rest:https://NAME:PASSWORD@nas:8000/me/. Keep it in a file (--repository-file) or in SPAREGRID_REPOSITORY: others " +
    "on the machine can see the arguments of a command.\n\nWhoever loses the password loses the data: there is no way " +
    "to read the repository without it. Keep a copy of it in a place that does not burn with this machine.",
  examples: ["sparegrid init -r /mnt/usb/backup", "sparegrid init --repository-file ~/.config/nas.txt"],
  options: [],
  async run(args, context) {
    args.operandsBetween(0, 0, "nothing");
    const made = await initRepository(args, context);
    if (context.output.mode.json) {
      context.output.object({ message_type: "initialized", id: made.id, repository: made.location });
    } else {
      context.output.info(`Made repository ${made.id.slice(0, 10)} at ${shownText(made.location)}`);
      if (made.passwordFile === undefined) {
        context.output.info("Keep its password safe: without it the data cannot be read by anybody.");
      }
    }
    return 0;
  },
};

async function initRepository(args: Arguments, context: Context): Promise<NewRepository> {
  const connection = await resolvedConnection(args, context);
  return makeRepository(connection, passwordOrder(args, context, ""), context);
}
