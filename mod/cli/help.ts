// Copyright the SpareGrid authors. Apache-2.0.
import { EXIT } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { OPTION_GROUPS, type OptionGroup, sharedGroups } from "./global_options.ts";
import type { OptionSpec } from "./option_spec.ts";
import { padText, textWidth } from "./shown_text.ts";

/** Widest help line, columns; narrower terminals get narrower lines. */
const COLUMNS_MAX = 100;
/** Where the explanation of an option starts, columns. */
const OPTION_COLUMN = 32;

/** A command as the list of commands shows it. */
export interface CommandLine {
  readonly name: string;
  readonly summary: string;
  /** Where it stands in the overview. */
  readonly group: CommandGroup;
}

/** What commands have to do with. */
export type CommandGroup = "repository" | "service" | "other";

const GROUP_TITLES: Readonly<Record<CommandGroup, string>> = {
  repository: "Commands on a repository:",
  service: "The service, and commands that ask it:",
  other: "Other commands:",
};

/** The exit statuses that every command can have. */
const COMMON_EXITS: readonly (readonly [number, string])[] = [
  [EXIT.done, "done"],
  [EXIT.failed, "failed; nothing, or not all, was done"],
  [EXIT.usage, "the command line has a mistake"],
];

const INTERRUPTED: readonly [number, string] = [EXIT.interrupted, "interrupted by Ctrl-C or a signal"];

const REPOSITORY_EXITS: readonly (readonly [number, string])[] = [
  [EXIT.noRepository, "there is no repository at this place"],
  [EXIT.locked, "the repository is locked by another program"],
  [EXIT.wrongPassword, "the password is wrong"],
  INTERRUPTED,
];

/** The overview: `sparegrid help`. */
export function overviewText(commands: readonly CommandLine[], columns: number): string {
  const width = Math.min(columns, COLUMNS_MAX);
  const names = Math.max(...commands.map((command) => command.name.length)) + 2;
  const lines = [
    "SpareGrid backs up folders into an encrypted repository, and restores them.",
    "",
    "Usage: sparegrid COMMAND [OPTION]… [ARGUMENT]…",
    "",
    ...Object.entries(GROUP_TITLES).flatMap(([group, title]) => [
      title,
      ...commands.filter((command) => command.group === group)
        .map((command) => `  ${padText(command.name, names)}${command.summary}`),
      "",
    ]),
    "To begin:",
    "  sparegrid backup ~/Documents      back up a folder; makes a repository at first use",
    "  sparegrid snapshots               what is there",
    "  sparegrid restore latest --target ~/restored",
    "  sparegrid serve                   run the service, with its console and its API",
    "",
    ...groupLines(OPTION_GROUPS, width),
    "",
    "Exit status:",
    ...exitLines([...COMMON_EXITS, [EXIT.incomplete, incompleteText], ...REPOSITORY_EXITS], width),
    "",
    "More: sparegrid help COMMAND. Error codes (SG…) are explained in docs/error-codes.md.",
  ];
  return lines.join("\n");
}

const incompleteText = "done, but some entries could not be read or written";

/** The help of one command: `sparegrid help COMMAND`. */
export function commandText(command: Command, columns: number): string {
  const width = Math.min(columns, COLUMNS_MAX);
  return [
    ...ownLines(command, width),
    "",
    ...commonLines([command], width),
    "",
    ...statusLines(command, width),
  ]
    .join("\n");
}

/** The help of the commands below a subject, `sparegrid help repair`: what all of them share stands once, at the end. */
export function subjectText(commands: readonly Command[], columns: number): string {
  const width = Math.min(columns, COLUMNS_MAX);
  const rule = ["", "-".repeat(width), ""];
  const texts = commands.flatMap((command) => [
    ...ownLines(command, width),
    "",
    ...statusLines(command, width),
    ...rule,
  ]);
  return [...texts, ...commonLines(commands, width)].join("\n");
}

/** What a command does and takes, without what all commands take. */
function ownLines(command: Command, width: number): string[] {
  const lines = command.usage.map((usage, i) =>
    `${i === 0 ? "Usage:" : "      "} sparegrid ${command.name} ${usage}`.trimEnd()
  );
  lines.push("", ...command.text.trim().split("\n\n").flatMap((text) => [...wrapText(text, width), ""]));
  if (command.examples?.length) {
    lines.push("Examples:", ...command.examples.map((example) => `  ${example}`), "");
  }
  if (command.options.length > 0) lines.push("Options:", ...optionLines(command.options, width), "");
  return lines.slice(0, -1);
}

/** The options of every command, without the letters that one of these commands uses otherwise. */
function commonLines(commands: readonly Command[], width: number): string[] {
  const taken = new Set(commands.flatMap(({ options }) => options.map(({ short }) => short)));
  const named = new Set(commands.flatMap(({ options }) => options.map(({ name }) => name)));
  const groups = sharedGroups(commands[0]!.target).map(({ title, options }) => ({
    title,
    options: options.filter(({ name }) => !named.has(name))
      .map((option) => taken.has(option.short) ? withoutShort(option) : option),
  }));
  return groupLines(groups, width);
}

/** Groups of options, each below its headline. */
function groupLines(groups: readonly OptionGroup[], width: number): string[] {
  return groups.flatMap(({ title, options }, i) => [
    ...(i === 0 ? [] : [""]),
    `${title}:`,
    ...optionLines(options, width),
  ]);
}

function statusLines(command: Command, width: number): string[] {
  const onRepository = command.target !== "service" && command.target !== "nothing";
  const statuses = [
    ...COMMON_EXITS,
    ...(command.exits ?? []),
    ...(onRepository ? REPOSITORY_EXITS : [INTERRUPTED]),
  ];
  return ["Exit status:", ...exitLines(statuses.sort((a, b) => a[0] - b[0]), width)];
}

function withoutShort(option: OptionSpec): OptionSpec {
  const { short: _, ...rest } = option;
  return rest;
}

function exitLines(statuses: readonly (readonly [number, string])[], width: number): string[] {
  return statuses.flatMap(([status, meaning]) =>
    hanging(`  ${String(status).padStart(3)}  `, meaning, width)
  );
}

function optionLines(options: readonly OptionSpec[], width: number): string[] {
  return options.flatMap((option) => {
    const short = option.short === undefined ? "    " : `-${option.short}, `;
    const head = `  ${short}--${option.name}${option.value === undefined ? "" : ` ${option.value}`}`;
    const also = option.aliases?.length ? ` (also --${option.aliases.join(", --")})` : "";
    const text = option.help + also;
    if (textWidth(head) + 2 <= OPTION_COLUMN) return hanging(padText(head, OPTION_COLUMN), text, width);
    return [head, ...hanging(" ".repeat(OPTION_COLUMN), text, width)];
  });
}

/** `text` behind `head`, wrapped, its further lines below its first. */
function hanging(head: string, text: string, width: number): string[] {
  const indent = textWidth(head);
  return wrapText(text, Math.max(20, width - indent)).map((line, i) =>
    (i === 0 ? head : " ".repeat(indent)) + line
  );
}

/** Lines of at most `width` columns, broken at spaces. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (line !== "" && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
