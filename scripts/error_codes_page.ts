// Copyright the SpareGrid authors. Apache-2.0.
// Writes docs/error-codes.md and test/data/sg_codes.json from the catalogue in mod/errors.
import { CODES } from "../mod/errors/mod.ts";

const RETRY = {
  never: "no, not before something is changed",
  later: "yes, later",
  now: "yes, at once",
} as const;

/** The page on error codes, as Markdown. */
export function errorCodesPage(): string {
  const entries = Object.entries(CODES).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    "# Error codes",
    "",
    "<!-- Made by scripts/error_codes_page.ts from mod/errors/codes.ts; a test compares. Do not edit. -->",
    "",
    "Every error ends in a code in brackets. The code never changes its meaning, in no version. Those below SG1000",
    "come from StoreGrid. The exit status is that of a command that ends with this error.",
    "",
    "| code | title | exit status |",
    "|---|---|---|",
    ...entries.map(([code, { title, exit }]) => `| [${code}](#${code.toLowerCase()}) | ${title} | ${exit} |`),
    "",
    ...entries.flatMap(([code, { title, meaning, remedy, severity, retry, exit }]) => [
      `## ${code}`,
      "",
      `**${title}.** ${meaning}`,
      "",
      `What to do: ${remedy}${/[.!]$/.test(remedy) ? "" : "."}`,
      "",
      `Severity: ${severity}. Worth trying again: ${RETRY[retry]}. Exit status: ${exit}.`,
      "",
    ]),
  ].join("\n").trimEnd() + "\n";
}

if (import.meta.main) {
  const root = new URL("..", import.meta.url).pathname;
  await Deno.writeTextFile(`${root}docs/error-codes.md`, errorCodesPage());
  const list = `${root}test/data/sg_codes.json`;
  const before: string[] = JSON.parse(await Deno.readTextFile(list).catch(() => "[]"));
  const all = [...new Set([...before, ...Object.keys(CODES)])].sort();
  await Deno.writeTextFile(list, `${JSON.stringify(all, null, 2)}\n`);
}
