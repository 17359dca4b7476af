// Copyright the SpareGrid authors. Apache-2.0.
import type { Command, Context } from "./command.ts";
import { openRepository } from "./connection.ts";
import { newPassword } from "./new_password.ts";
import type { OptionSpec } from "./option_spec.ts";
import { shortId } from "./selection.ts";
import { shownText } from "./shown_text.ts";
import { machineTime, shownTime } from "./units.ts";

const NEW_PASSWORD_OPTIONS: readonly OptionSpec[] = [
  { name: "new-password-file", value: "FILE", help: "Read the new password from a file instead of asking" },
  { name: "user", value: "NAME", help: "The user's name in the new key" },
  { name: "host", value: "NAME", help: "The machine's name in the new key" },
];

/** Lists the keys. */
export const keyListCommand: Command = {
  name: "key list",
  summary: "list the keys (passwords) of the repository",
  usage: ["[OPTION]…"],
  text:
    "Lists the keys of the repository: each is a password that opens it. The one in use is marked by a star.",
  options: [],
  async run(args, context) {
    args.operandsBetween(0, 0, "nothing");
    await using engine = await openRepository(args, context);
    const keys = await engine.keys(context.output.runOptions(context.signal, "key"));
    context.output.endRun();
    if (context.output.mode.json) {
      for (const key of keys) {
        context.output.object({
          message_type: "key",
          current: key.current,
          id: key.id,
          userName: key.username,
          hostName: key.hostname,
          created: machineTime(key.created),
        });
      }
      return 0;
    }
    context.output.table(
      [{ title: "" }, { title: "ID" }, { title: "User" }, { title: "Host" }, { title: "Created" }],
      keys.map((key) => [
        key.current ? "*" : "",
        shortId(key.id),
        shownText(key.username),
        shownText(key.hostname),
        shownTime(key.created),
      ]),
    );
    return 0;
  },
};

/** Adds a password. */
export const keyAddCommand: Command = {
  name: "key add",
  summary: "add a key (password)",
  usage: ["[OPTION]…"],
  text: "Adds a password that opens the repository, besides those that exist.",
  options: NEW_PASSWORD_OPTIONS,
  async run(args, context) {
    args.operandsBetween(0, 0, "nothing");
    await using engine = await openRepository(args, context);
    const password = await newPassword(args, context, "new-password-file", "repository");
    const user = args.text("user"), host = args.text("host");
    const label = {
      ...(user === undefined ? {} : { username: user }),
      ...(host === undefined ? {} : { hostname: host }),
    };
    const id = await engine.addKey(password, label, context.output.runOptions(context.signal, "key"));
    return done(context, "added", id);
  },
};

/** Removes a password. */
export const keyRemoveCommand: Command = {
  name: "key remove",
  summary: "remove a key (password)",
  usage: ["[OPTION]… ID"],
  text:
    "Removes a key, so that its password does not open the repository any more. The key in use cannot be removed. " +
    "Whoever copied the key file before can still use that copy.",
  options: [],
  async run(args, context) {
    const [wanted] = args.operandsBetween(1, 1, "the key's ID") as [string];
    await using engine = await openRepository(args, context);
    const id = await engine.removeKey(wanted, context.output.runOptions(context.signal, "key"));
    return done(context, "removed", id);
  },
};

/** Changes the password. */
export const keyPasswdCommand: Command = {
  name: "key passwd",
  summary: "change the password",
  usage: ["[OPTION]…"],
  text: "Replaces the key in use by one with another password.",
  options: NEW_PASSWORD_OPTIONS.slice(0, 1),
  async run(args, context) {
    args.operandsBetween(0, 0, "nothing");
    await using engine = await openRepository(args, context);
    const password = await newPassword(args, context, "new-password-file", "repository");
    const id = await engine.changePassword(password, context.output.runOptions(context.signal, "key"));
    if (engine.isDefault) {
      context.output.warn("If the old password is kept in a file, write the new one there");
    }
    return done(context, "changed", id);
  },
};

function done({ output }: Context, what: string, id: string): number {
  output.endRun();
  output.summary({ action: what, key: id });
  output.info(`Key ${shortId(id)} ${what}`);
  return 0;
}
