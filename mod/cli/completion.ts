// Copyright the SpareGrid authors. Apache-2.0.
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import {
  bashCompletion,
  type CompletedCommand,
  fishCompletion,
  zshCompletion,
} from "./completion_scripts.ts";
import { commandOptions } from "./command_options.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** Prints a script that completes command lines. */
export const completionCommand: Command = {
  name: "completion",
  summary: "print a script that completes command lines in a shell",
  usage: ["bash", "zsh", "fish"],
  text:
    "Prints a script that completes commands, options and files. Load it where the shell starts: for bash " +
    "source <(sparegrid completion bash) in ~/.bashrc, for zsh source <(sparegrid completion zsh) in ~/.zshrc behind compinit, " +
    "for fish sparegrid completion fish | source in ~/.config/fish/config.fish.",
  examples: ["sparegrid completion bash > /etc/bash_completion.d/sparegrid"],
  options: [],
  target: "nothing",
  async run(args, { output }) {
    const [shell] = args.operandsBetween(1, 1, "the shell") as [string];
    if (!(shell in SHELLS) || !Object.hasOwn(SHELLS, shell)) {
      throw args.mistake(
        `Cannot complete in that shell: it must be one of ${Object.keys(SHELLS).join(", ")}`,
      );
    }
    for (
      const line of SHELLS[shell as keyof typeof SHELLS](await completedCommands()).trimEnd().split("\n")
    ) {
      output.result(line);
    }
    return 0;
  },
};

/** All commands with all options that they take. */
export function completedCommands(): Promise<CompletedCommand[]> {
  return Promise.all(COMMANDS.map(async ({ name, summary, load }) => ({
    name,
    summary,
    options: commandOptions(await load()),
  })));
}
