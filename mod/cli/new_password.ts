// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { Context } from "./command.ts";

/**
 * A password for something new: from the file of an option, else asked for twice without showing it. SG1024 where there is
 * none. `what` says whose it is.
 */
export async function newPassword(
  args: Arguments,
  context: Context,
  fileOption: string,
  what: string,
): Promise<string> {
  const file = args.text(fileOption);
  if (file !== undefined) return (await (await context.app()).readPassword({ file }, context.signal)).text;
  const { terminal, signal } = context;
  if (!terminal.stdinIsTerminal) {
    throw new SgError("SG1024", `Cannot set the password of the ${what}: none was given`, {
      remedy: `Give it with --${fileOption}.`,
    });
  }
  const first = await terminal.readSecret(`Password of the ${what}: `, signal);
  if (!first) throw new SgError("SG1024", `Cannot set the password of the ${what}: none was given`);
  if (await terminal.readSecret("The same password again: ", signal) !== first) {
    throw new SgError("SG1024", `Cannot set the password of the ${what}: the two differ`);
  }
  return first;
}
