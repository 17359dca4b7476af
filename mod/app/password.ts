// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { readCommandOutput } from "../platform/mod.ts";
import { commandWords } from "./command_words.ts";
import type { Password, PasswordOrder } from "./orders.ts";
import { readNamedFile } from "./user_input.ts";

/** Largest password file, bytes. */
const PASSWORD_BYTES_MAX = 64 * 1024;

/**
 * The password from the first source that is set: file, command, text, the file kept for the default repository, a
 * person. White space round the content of a file or an output is dropped, as restic does. SG1024 where there is none.
 */
export async function readPassword(order: PasswordOrder, signal?: AbortSignal): Promise<Password> {
  const text = await given(order, signal);
  if (text !== undefined) {
    if (text === "") throw new SgError("SG1024", "Cannot use the password: it is empty");
    return { text, typed: false };
  }
  const typed = await order.ask?.();
  if (typed) return { text: typed, typed: true };
  throw new SgError("SG1024", "Cannot open the repository: no password was given");
}

async function given(order: PasswordOrder, signal?: AbortSignal): Promise<string | undefined> {
  const { file, command, text, keptFile } = order;
  if (file !== undefined) return await readSecretFile(file);
  if (command !== undefined) {
    const output = await readCommandOutput(commandWords(command), signal === undefined ? {} : { signal });
    return trimmed(output);
  }
  if (text !== undefined) return text;
  if (keptFile === undefined) return undefined;
  try {
    return await readSecretFile(keptFile);
  } catch (error) {
    const missing = isSgError(error, "SG1024") && error.context["missing"] === true;
    if (missing) return undefined;
    throw error;
  }
}

async function readSecretFile(path: string): Promise<string> {
  return trimmed(
    await readNamedFile(path, { what: "password file", code: "SG1024", bytesMax: PASSWORD_BYTES_MAX }),
  );
}

function trimmed(bytes: Uint8Array): string {
  return utf8Text(bytes).replace(/^\uFEFF/, "").trim();
}
