// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock } from "../base/mod.ts";
import type * as App from "../app/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { CommandTarget } from "./global_options.ts";
import type { OptionSpec } from "./option_spec.ts";
import type { Output } from "./output.ts";
import type { Terminal } from "./terminal.ts";

/** What the door hands to the command it opens: everything outside the command reaches it through this. */
export interface Context {
  readonly terminal: Terminal;
  readonly output: Output;
  readonly clock: Clock;
  /** Environment variables by name; undefined or empty means not set. */
  readonly env: (name: string) => string | undefined;
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal;
  /** Loads the engine; commands that need none never call it. */
  readonly app: () => Promise<AppFace>;
}

/** The part of mod/app that the commands use; tests pass a double. */
export type AppFace = Pick<
  typeof App,
  | "createRepository"
  | "openEngine"
  | "lookAhead"
  | "defaultPlaces"
  | "defaultRepositoryExists"
  | "readPassword"
  | "readPatternFile"
  | "readPathFile"
  | "sharesFileSystem"
  | "keepPassword"
  | "runService"
  | "resolveSettings"
  | "dataFolderOf"
  | "openApi"
  | "absolutePath"
  | "readTextFile"
>;

/** One command of the program: its options, its help and what it does. One file each. */
export interface Command {
  /** As typed, with its subject where it has one: `backup`, `repair index`. */
  readonly name: string;
  /** A few words for the list of commands. */
  readonly summary: string;
  /** What may follow the name, one line per form: `[OPTION]… PATH…`. */
  readonly usage: readonly string[];
  /** What it does, in plain paragraphs. */
  readonly text: string;
  /** Lines that can be typed as they stand. */
  readonly examples?: readonly string[];
  readonly options: readonly OptionSpec[];
  /** What it works on: decides which options it shares with others. A repository where left out. */
  readonly target?: CommandTarget;
  /** Exit statuses besides 0, 1, 2 and 130, in words. */
  readonly exits?: readonly (readonly [status: number, meaning: string])[];
  /** Does the work and answers the exit status. Failures are thrown. */
  run(args: Arguments, context: Context): Promise<number>;
}
