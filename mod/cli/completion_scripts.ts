// Copyright the SpareGrid authors. Apache-2.0.
// Scripts that complete our command lines in a shell. They hold the whole table, so that no key press starts this program.
import { GLOBAL_OPTIONS } from "./global_options.ts";
import type { OptionSpec } from "./option_spec.ts";

/** A command as completion knows it: its name, and all options that it takes. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionSpec[];
}

/** What stands for a value that is a file or folder. */
const FILE_VALUES = /^(?:FILE|FOLDER|PATH|PLACE)$/;

/** The words that begin commands, each once, with the summary of the command or of what is below it. */
function firstWords(commands: readonly CompletedCommand[]): [word: string, summary: string][] {
  const words = new Map<string, string>();
  for (const { name, summary } of commands) {
    const [first, second] = name.split(" ") as [string, string?];
    const known = words.get(first);
    if (second === undefined) words.set(first, summary);
    else if (known === undefined) words.set(first, second);
    else if (!commands.some((command) => command.name === first)) words.set(first, `${known}, ${second}`);
  }
  return [...words];
}

/** The second words below each first one. */
function secondWords(commands: readonly CompletedCommand[]): Map<string, [word: string, summary: string][]> {
  const words = new Map<string, [string, string][]>();
  for (const { name, summary } of commands) {
    const [first, second] = name.split(" ") as [string, string?];
    if (second !== undefined) words.set(first, [...words.get(first) ?? [], [second, summary]]);
  }
  return words;
}

/** All ways to write an option: `--name`, its other names, `-x`. */
function spellings({ name, short, aliases = [] }: OptionSpec): string[] {
  return [`--${name}`, ...aliases.map((alias) => `--${alias}`), ...(short ? [`-${short}`] : [])];
}

/** Those of the options that take a value; with `files` only those whose value is a file or folder. */
function valued(options: readonly OptionSpec[], files: boolean): string[] {
  return options.filter(({ value }) => value !== undefined && (!files || FILE_VALUES.test(value)))
    .flatMap(spellings);
}

/** The script for bash, 4 and up; it needs nothing else. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const words = (list: readonly string[]) => `" ${list.join(" ")} "`;
  const facts = (options: readonly OptionSpec[]) =>
    `options=${words(options.flatMap(spellings))}; valued=${words(valued(options, false))}; ` +
    `files=${words(valued(options, true))}`;
  return `# Completion of sparegrid for bash. Use it with: source <(sparegrid completion bash)
_sparegrid_command() {
  case "$1" in
${commands.map(({ name, options }) => `    "${name}") ${facts(options)} ;;`).join("\n")}
  esac
}
_sparegrid() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local options=" --help --version " valued=${words(valued(GLOBAL_OPTIONS, false))} files=${
    words(valued(GLOBAL_OPTIONS, true))
  }
  local first="" command="" i word below=""
  # bash takes --name=value for three words.
  if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ $word == -- ]]; then return; fi
    if [[ $word == "=" ]]; then ((i++))
    elif [[ $word == -* ]]; then
      if [[ $valued == *" $word "* && "\${COMP_WORDS[i+1]}" != "=" ]]; then ((i++)); fi
    elif [[ -z $first ]]; then first="$word"; command="$word"; _sparegrid_command "$command"
    elif [[ $command == "$first" ]]; then command="$first $word"; _sparegrid_command "$command"; fi
  done
  if [[ $prev == -* && $valued == *" $prev "* ]]; then
    if [[ $files != *" $prev "* ]]; then compopt +o default +o bashdefault 2>/dev/null; fi
    return
  fi
  case "$first" in
    "") below="${firstWords(commands).map(([word]) => word).join(" ")}" ;;
${
    [...secondWords(commands)].map(([first, below]) =>
      `    "${first}") below="${below.map(([word]) => word).join(" ")}" ;;`
    ).join("\n")
  }
  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ -n $below && $command == "$first" ]]; then COMPREPLY=($(compgen -W "$below" -- "$cur")); fi
}
complete -o bashdefault -o default -F _sparegrid sparegrid
`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The script for zsh. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const described = (pairs: readonly (readonly [string, string])[]) =>
    pairs.map(([word, help]) => quoted(`${word.replaceAll(":", "\\:")}:${help}`)).join(" ");
  const pairs = (options: readonly OptionSpec[]) =>
    options.flatMap((option) => spellings(option).map((word) => [word, option.help] as const));
  const facts = (options: readonly OptionSpec[]) =>
    `options=(${described(pairs(options))}); valued=(${valued(options, false).join(" ")}); ` +
    `files=(${valued(options, true).join(" ")})`;
  return `#compdef sparegrid
# Completion of sparegrid for zsh. Use it with: source <(sparegrid completion zsh)
_sparegrid_command() {
  case "$1" in
${commands.map(({ name, options }) => `    ${quoted(name)}) ${facts(options)} ;;`).join("\n")}
  esac
}
_sparegrid() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]}" first="" command="" word i
  local -a valued files below options
  options=('--help:Show the overview' '--version:Say which version this is')
  valued=(${valued(GLOBAL_OPTIONS, false).join(" ")})
  files=(${valued(GLOBAL_OPTIONS, true).join(" ")})
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    if [[ $word == -- ]]; then _files; return; fi
    if [[ $word == -* ]]; then
      if ((\${valued[(Ie)$word]})); then ((i++)); fi
    elif [[ -z $first ]]; then first="$word"; command="$word"; _sparegrid_command "$command"
    elif [[ $command == "$first" ]]; then command="$first $word"; _sparegrid_command "$command"; fi
  done
  if ((\${valued[(Ie)$prev]})); then
    if ((\${files[(Ie)$prev]})); then _files; fi
    return
  fi
  case "$first" in
    "") below=(${described(firstWords(commands))}) ;;
${
    [...secondWords(commands)].map(([first, below]) => `    ${quoted(first)}) below=(${described(below)}) ;;`)
      .join("\n")
  }
  esac
  if [[ $cur == -* ]]; then _describe option options
  elif ((\${#below})) && [[ $command == "$first" ]]; then _describe command below
  else _files; fi
}
compdef _sparegrid sparegrid
`;
}

const fishQuoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** The script for fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const lines = [
    "# Completion of sparegrid for fish. Use it with: sparegrid completion fish | source",
    "function __sparegrid_command",
    `  set -l valued ${valued(GLOBAL_OPTIONS, false).join(" ")}`,
    "  set -l found",
    "  set -l skip 0",
    "  for word in (commandline -opc)[2..-1]",
    "    if test $skip = 1; set skip 0; continue; end",
    '    if string match -q -- "-*" $word',
    "      contains -- $word $valued; and set skip 1",
    `    else if test (count $found) = 0; or contains -- "$found $word" ${
      commands.filter(({ name }) => name.includes(" ")).map(({ name }) => fishQuoted(name)).join(" ")
    }`,
    "      set -a found $word",
    '      switch "$found"',
    ...commands.map(({ name, options }) =>
      `        case ${fishQuoted(name)}; set valued ${valued(options, false).join(" ")}`
    ),
    "      end",
    "    end",
    "  end",
    '  echo "$found"',
    "end",
    "function __sparegrid_at",
    '  test (__sparegrid_command) = "$argv"',
    "end",
    "complete -c sparegrid -e",
  ];
  const entry = (condition: string, rest: string) =>
    `complete -c sparegrid -n ${fishQuoted(condition)} ${rest}`;
  for (const [word, summary] of firstWords(commands)) {
    lines.push(entry(`test -z "$(__sparegrid_command)"`, `-f -a ${word} -d ${fishQuoted(summary)}`));
  }
  for (const [first, words] of secondWords(commands)) {
    for (const [word, summary] of words) {
      lines.push(entry(`__sparegrid_at ${first}`, `-f -a ${word} -d ${fishQuoted(summary)}`));
    }
  }
  for (const { name, options } of commands) {
    for (const { name: long, short, aliases = [], value, help } of options) {
      const takes = value === undefined ? "" : FILE_VALUES.test(value) ? " -r -F" : " -x";
      const letters = short ? ` -s ${short}` : "";
      for (const each of [long, ...aliases]) {
        lines.push(
          entry(
            `__sparegrid_at ${name}`,
            `-l ${each}${each === long ? letters : ""}${takes} -d ${fishQuoted(help)}`,
          ),
        );
      }
    }
  }
  return `${lines.join("\n")}\n`;
}
