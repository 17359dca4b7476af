// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";

/**
 * Splits a command as typed into `--password-command` into its words, as restic does: blanks separate, single and double
 * quotes hold together, a backslash takes the next character as it is (not in single quotes). No shell is involved.
 * SG1008 for an open quote; the message does not show the command, which may hold a secret.
 */
export function commandWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quote === "" && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === quote) quote = "";
    else if (quote === "" && (character === "'" || character === '"')) {
      quote = character;
      word ??= "";
    } else if (character === "\\" && quote !== "'" && i + 1 < text.length) word = (word ?? "") + text[++i]!;
    else word = (word ?? "") + character;
  }
  if (quote !== "") throw new SgError("SG1008", "Cannot use the password command: a quote is not closed");
  if (word !== undefined) words.push(word);
  if (words.length === 0) throw new SgError("SG1008", "Cannot use the password command: it is empty");
  return words;
}
