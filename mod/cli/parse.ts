// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { Arguments, optionNames } from "./arguments.ts";
import type { OptionSpec } from "./option_spec.ts";
import { shownText } from "./shown_text.ts";
import { suggest } from "./suggest.ts";

/**
 * Parses what follows the command's name against its option table: `--name=value`, `--name value`, `-x value`,
 * `-xvalue`, `-abc`, `--` (all after it are operands). A single `-` is an operand. Unknown options, missing values
 * and values for switches are SG1008.
 */
export function parseArguments(
  command: string,
  argv: readonly string[],
  options: readonly OptionSpec[],
): Arguments {
  const operands: string[] = [];
  const values = new Map<string, string[]>();
  const mistake = (message: string) => new Arguments(command, [], new Map()).mistake(message);
  const add = (option: OptionSpec, value: string) => {
    const list = values.get(option.name);
    if (list) list.push(value);
    else values.set(option.name, [value]);
  };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "--") {
      for (const rest of argv.slice(i + 1)) operands.push(rest);
      break;
    }
    const found = word.startsWith("--")
      ? findLong(word, options, mistake)
      : word.length > 1 && word.startsWith("-")
      ? findShort(word, options, add, mistake)
      : undefined;
    if (found === undefined) {
      if (!word.startsWith("-") || word === "-") operands.push(word);
    } else if (found.value !== undefined) add(found.option, found.value);
    else if (found.option.value === undefined) add(found.option, "true");
    else if (i + 1 < argv.length) add(found.option, argv[++i]!);
    else throw mistake(`Cannot use ${shownText(word)}: its value, ${found.option.value}, is missing`);
  }
  return new Arguments(command, operands, values);
}

interface Found {
  readonly option: OptionSpec;
  /** Undefined where the value, if one is needed, is the next word. */
  readonly value: string | undefined;
}

function findLong(word: string, options: readonly OptionSpec[], mistake: (text: string) => SgError): Found {
  const equals = word.indexOf("=");
  const name = word.slice(2, equals < 0 ? undefined : equals);
  const option = options.find((candidate) => candidate.name === name || candidate.aliases?.includes(name));
  if (option === undefined) {
    const near = suggest(name, optionNames(options));
    throw mistake(
      `There is no option --${shownText(name)}` + (near === undefined ? "" : `; did you mean --${near}?`),
    );
  }
  return { option, value: equals < 0 ? undefined : word.slice(equals + 1) };
}

/** Reads `-abc`: switches go to `add` at once; the last letter, or the one that takes a value, is returned. */
function findShort(
  word: string,
  options: readonly OptionSpec[],
  add: (option: OptionSpec, value: string) => void,
  mistake: (text: string) => SgError,
): Found {
  const letters = [...word.slice(1)];
  for (let i = 0;; i++) {
    const letter = letters[i]!;
    const option = options.find((candidate) => candidate.short === letter);
    if (option === undefined) {
      const near = suggest(word.slice(1), optionNames(options));
      throw mistake(
        `There is no option -${shownText(letter)}` +
          (word.length > 3 && near !== undefined ? `; did you mean --${near}?` : ""),
      );
    }
    const rest = letters.slice(i + 1).join("");
    if (rest === "") return { option, value: undefined };
    if (option.value !== undefined) return { option, value: rest.startsWith("=") ? rest.slice(1) : rest };
    if (rest.startsWith("=")) return { option, value: rest.slice(1) };
    add(option, "true");
  }
}

/** Where the command's name stands among the words: options of `table` may come before it. -1 where there is none. */
export function commandIndex(argv: readonly string[], table: readonly OptionSpec[]): number {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "--") return -1;
    if (!word.startsWith("-") || word === "-") return i;
    if (takesNextWord(word, table)) i++;
  }
  return -1;
}

function takesNextWord(word: string, table: readonly OptionSpec[]): boolean {
  if (word.startsWith("--")) {
    if (word.includes("=")) return false;
    const name = word.slice(2);
    return table.some((option) =>
      option.value !== undefined && (option.name === name || (option.aliases ?? []).includes(name))
    );
  }
  const letters = [...word.slice(1)];
  for (const [i, letter] of letters.entries()) {
    const option = table.find((candidate) => candidate.short === letter);
    if (option?.value !== undefined) return i === letters.length - 1;
  }
  return false;
}
