// Copyright the SpareGrid authors. Apache-2.0.
// Writes docs/commands.md from the commands' own help.
import { COMMANDS } from "../mod/cli/commands.ts";
import { commandText, overviewText } from "../mod/cli/help.ts";

/** Width of the help on the page, columns. */
const COLUMNS = 96;

/** The page on commands, as Markdown. */
export async function commandsPage(): Promise<string> {
  const parts = [
    "# Commands",
    "",
    "<!-- Made by scripts/commands_page.ts from the commands' help; a test compares. Do not edit. -->",
    "",
    "What `sparegrid help` and `sparegrid help COMMAND` print. Options that commands share stand in the overview.",
    "",
    "```text",
    overviewText(COMMANDS, COLUMNS),
    "```",
    "",
  ];
  for (const entry of COMMANDS) {
    const text = commandText(await entry.load(), COLUMNS);
    // The options that commands share are shown once, above.
    const own = text.replace(/\n\nOptions of every command[^\n]*:\n[^]*?(?=\n\n)/g, "");
    parts.push(`## ${entry.name}`, "", "```text", own, "```", "");
  }
  return `${parts.join("\n").trimEnd()}\n`;
}

if (import.meta.main) {
  await Deno.writeTextFile(
    `${new URL("..", import.meta.url).pathname}docs/commands.md`,
    await commandsPage(),
  );
}
