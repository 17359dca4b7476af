// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { COMMANDS, commandsOf, findCommand } from "./commands.ts";
import { commandText, overviewText, subjectText } from "./help.ts";
import { shownText } from "./shown_text.ts";
import { suggest } from "./suggest.ts";

/** Shows the overview or the help of a command. */
export const helpCommand: Command = {
  name: "help",
  summary: "show this, or the help of a command",
  usage: ["[COMMAND]"],
  text: "Shows the overview, or what a command does and which options it takes.",
  options: [],
  async run(args, { output, terminal }) {
    const columns = terminal.stdoutIsTerminal ? terminal.columns() : 100;
    output.result(await helpText(args.operands, columns));
    return 0;
  },
};

/** The help on what `words` name; the overview for none. SG1008 where there is no such command. */
export async function helpText(words: readonly string[], columns: number): Promise<string> {
  if (words.length === 0) return overviewText(COMMANDS, columns);
  const found = findCommand(words);
  if (found !== undefined) return commandText(await found.entry.load(), columns);
  const below = commandsOf(words[0]!);
  if (below.length > 0 && words.length === 1) {
    return subjectText(await Promise.all(below.map((entry) => entry.load())), columns);
  }
  throw unknownCommand(words);
}

/** The mistake of naming a command that does not exist. */
export function unknownCommand(words: readonly string[]): SgError {
  const word = words[0] ?? "";
  const below = commandsOf(word);
  const remedy = "See the list: sparegrid help";
  if (below.length > 0) {
    const names = below.map((entry) => entry.name);
    return new SgError("SG1008", `Cannot run ${word}: say which of ${names.join(", ")}`, { remedy });
  }
  const near = suggest(word, [...new Set(COMMANDS.flatMap(({ name }) => [name, name.split(" ")[0]!]))]);
  return new SgError(
    "SG1008",
    `There is no command ${shownText(word)}` + (near === undefined ? "" : `; did you mean ${near}?`),
    { remedy },
  );
}
