// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import type { Context } from "./command.ts";

/** Longest text that is read from standard input, characters. */
const CHARACTERS_MAX = 1024 * 1024;

/** All of standard input as text. SG1041 where it is too long. */
export async function standardInput({ terminal }: Pick<Context, "terminal">): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of terminal.stdin) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > CHARACTERS_MAX) {
      throw new SgError("SG1041", "Cannot read standard input: it is longer than a million characters");
    }
  }
  return text;
}
