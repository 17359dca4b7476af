// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, systemClock } from "../base/mod.ts";
import { EXIT, isSgError, SgError, toSgError } from "../errors/mod.ts";
import type { AppFace, Command, Context } from "./command.ts";
import { commandOptions } from "./command_options.ts";
import { findCommand } from "./commands.ts";
import { GLOBAL_OPTIONS } from "./global_options.ts";
import { Interruption } from "./interruption.ts";
import { Output, type OutputMode } from "./output.ts";
import { commandIndex, parseArguments } from "./parse.ts";
import { OutputClosed, systemTerminal, type Terminal } from "./terminal.ts";

/** What the command line runs on; tests replace parts. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly env: (name: string) => string | undefined;
  readonly app: () => Promise<AppFace>;
}

const SYSTEM: Surroundings = {
  terminal: systemTerminal,
  clock: systemClock,
  env: (name) => Deno.env.get(name) || undefined,
  app: () => import("../app/mod.ts"),
};

/** Runs one command line (without the program's name) and answers the exit status. Never throws. */
export async function runCommandLine(
  argv: readonly string[],
  surroundings: Surroundings = SYSTEM,
): Promise<number> {
  const { terminal, clock } = surroundings;
  let output = new Output(terminal, earlyMode(argv), clock);
  using interruption = new Interruption(terminal, clock);
  try {
    const { command, words, rest } = await chooseCommand(argv);
    const args = parseArguments(words, rest, commandOptions(command));
    const mode: OutputMode = {
      json: args.flag("json"),
      quiet: args.flag("quiet"),
      verbose: args.level("verbose"),
    };
    output = new Output(terminal, mode, clock);
    if (args.flag("help")) {
      const { helpText } = await import("./help_command.ts");
      output.result(
        await helpText(command.name.split(" "), terminal.stdoutIsTerminal ? terminal.columns() : 100),
      );
      output.flush();
      return EXIT.done;
    }
    const context: Context = {
      terminal,
      clock,
      output,
      env: surroundings.env,
      app: surroundings.app,
      signal: interruption.signal,
    };
    const status = await command.run(args, context);
    output.flush();
    return status;
  } catch (error) {
    output.endRun();
    return endWith(error, output, interruption);
  }
}

function endWith(error: unknown, output: Output, interruption: Interruption): number {
  if (error instanceof OutputClosed) return EXIT.failed;
  const failure = failureOf(error, interruption);
  try {
    output.flush();
  } catch {
    // Standard output is gone; the error below is still worth saying.
  }
  output.failure(failure, failure.exit);
  if (isSgError(failure, "SG1023") && error instanceof Error && output.mode.verbose > 0) {
    output.warn(error.stack ?? "no stack");
  }
  return failure.exit;
}

/** After Ctrl-C whatever broke off is an interruption, except what the work itself found out before. */
function failureOf(error: unknown, interruption: Interruption): SgError {
  const failure = toSgError(error);
  if (interruption.signal.aborted && (failure.code === "SG1023" || failure.code === "SG1016")) {
    return new SgError("SG1016", "The command was interrupted", { cause: error });
  }
  return failure;
}

/** Before the options are parsed, an error must still come out in the form that was asked for. */
function earlyMode(argv: readonly string[]): OutputMode {
  const end = argv.indexOf("--");
  const options = end < 0 ? argv : argv.slice(0, end);
  return { json: options.includes("--json"), quiet: false, verbose: 0 };
}

interface Chosen {
  readonly command: Command;
  /** The command's name as typed, for messages. */
  readonly words: string;
  /** All words but the command's name. */
  readonly rest: readonly string[];
}

async function chooseCommand(argv: readonly string[]): Promise<Chosen> {
  const { helpCommand, unknownCommand } = await import("./help_command.ts");
  const at = commandIndex(argv, GLOBAL_OPTIONS);
  if (at < 0) {
    if (argv.includes("--version")) {
      const { versionCommand } = await import("./version.ts");
      return { command: versionCommand, words: "version", rest: argv.filter((word) => word !== "--version") };
    }
    const wantsHelp = argv.length === 0 || argv.includes("--help") || argv.includes("-h");
    if (!wantsHelp) parseArguments("", argv, GLOBAL_OPTIONS);
    return { command: helpCommand, words: "help", rest: wantsHelp ? [] : argv };
  }
  const found = findCommand(argv.slice(at));
  if (found === undefined) {
    if (argv.includes("--help") || argv.includes("-h")) {
      return { command: helpCommand, words: "help", rest: [argv[at]!] };
    }
    throw unknownCommand(argv.slice(at));
  }
  const rest = [...argv.slice(0, at), ...argv.slice(at + found.words)];
  return { command: await found.entry.load(), words: found.entry.name, rest };
}
