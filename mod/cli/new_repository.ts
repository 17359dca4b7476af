// Copyright the SpareGrid authors. Apache-2.0.
import type { ConnectionOrder, PasswordOrder } from "../app/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Context } from "./command.ts";
import { shownText } from "./shown_text.ts";

/** A repository just made. */
export interface NewRepository {
  readonly id: string;
  readonly location: string;
  readonly password: string;
  /** Where a generated password was kept. */
  readonly passwordFile?: string;
}

/** Times that a person may try to type the same password twice. */
const TRIES_MAX = 3;

/**
 * Makes a repository. Its password comes from the sources given; else a person types it twice; else, for the default
 * repository only, it is generated and kept in a file that only the user can read.
 */
export async function makeRepository(
  connection: ConnectionOrder,
  sources: PasswordOrder,
  context: Context,
): Promise<NewRepository> {
  const app = await context.app();
  const isDefault = connection.repository === undefined;
  const given = sources.file !== undefined || sources.command !== undefined || sources.text !== undefined;
  let password: string | undefined;
  if (given) {
    const { ask: _, ...set } = sources;
    password = (await app.readPassword(set, context.signal)).text;
  } else if (sources.ask !== undefined) password = await askTwice(context, isDefault);
  let passwordFile: string | undefined;
  if (password === undefined) {
    if (!isDefault) throw new SgError("SG1024", "Cannot make a repository: no password was given");
    const kept = await app.keepPassword();
    password = kept.password;
    passwordFile = kept.file;
  }
  const made = await app.createRepository(connection, password, {
    signal: context.signal,
    note: (message) => context.output.note(message),
  });
  if (passwordFile !== undefined) {
    context.output.warn(
      `The password of the new repository is kept in ${shownText(passwordFile)}. Copy it to another ` +
        "machine or onto paper now: without it nobody can read the backup.",
    );
  }
  return { ...made, password, ...(passwordFile === undefined ? {} : { passwordFile }) };
}

/** Undefined where the person wants a generated one. */
async function askTwice(
  { terminal, output, signal }: Context,
  mayGenerate: boolean,
): Promise<string | undefined> {
  const hint = mayGenerate ? " (empty: make one up and keep it in a file)" : "";
  for (let tries = 1;; tries++) {
    const first = await terminal.readSecret(`Password for the new repository${hint}: `, signal);
    if (first === "" && !mayGenerate) {
      throw new SgError("SG1024", "Cannot make a repository: no password was given");
    }
    if (first === "") return undefined;
    if (await terminal.readSecret("The same password again: ", signal) === first) return first;
    if (tries >= TRIES_MAX) throw new SgError("SG1024", "Cannot make a repository: the two passwords differ");
    output.warn("The two passwords differ; try again");
  }
}
