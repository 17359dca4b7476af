// Copyright the SpareGrid authors. Apache-2.0.
import { concatBytes } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";

/** How a command ended. */
export interface CommandStatus {
  readonly success: boolean;
  readonly code: number;
  /** The signal that ended it, such as `SIGTERM`; undefined when it ended by itself. */
  readonly signal: string | undefined;
}

/** A command that runs. */
export interface RunningCommand {
  /** Its output; the command waits while nobody reads. Cancel it to close the pipe. */
  readonly stdout: ReadableStream<Uint8Array>;
  readonly status: Promise<CommandStatus>;
}

/** How to run a command. */
export interface RunCommandOptions {
  /** Gets what it says on standard error, in pieces as they come. Default: passed on to our own. */
  onStderr?: (text: string) => void;
  /** Ends the command (SIGTERM) when it aborts. */
  signal?: AbortSignal;
}

/**
 * Starts `command` (program and arguments; no shell) with nothing on its standard input.
 * `SG1027` when it cannot be started. Messages name the program only: its arguments may hold secrets.
 */
export function runCommand(command: readonly string[], options: RunCommandOptions = {}): RunningCommand {
  const [program, ...args] = command;
  if (program === undefined) throw new SgError("SG1027", "Cannot run the command: it is empty");
  options.signal?.throwIfAborted();
  const { onStderr, signal } = options;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: onStderr ? "piped" : "inherit",
      ...(signal ? { signal } : {}),
    }).spawn();
  } catch (cause) {
    throw new SgError("SG1027", `Cannot run "${program}": ${startFailure(cause)}`, { cause });
  }
  const said = onStderr ? passOn(child.stderr, onStderr) : Promise.resolve();
  const status = Promise.all([child.status, said]).then(([{ success, code, signal }]) => ({
    success,
    code,
    signal: signal ?? undefined,
  }));
  return { stdout: child.stdout, status };
}

/** Longest output of a command that answers with a password or the like, bytes. */
const OUTPUT_BYTES_MAX = 1024 * 1024;

/**
 * Runs `command` and gives what it printed, at most 1 MiB. `SG1027` when it cannot be started, fails, or prints more;
 * the output, which may be a secret, is in no message.
 */
export async function readCommandOutput(
  command: readonly string[],
  options: RunCommandOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { stdout, status } = runCommand(command, options);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stdout) {
    parts.push(part);
    length += part.length;
    if (length > OUTPUT_BYTES_MAX) break; // leaving the loop closes the pipe, which ends the command
  }
  const { success, code, signal } = await status;
  options.signal?.throwIfAborted();
  if (length > OUTPUT_BYTES_MAX) {
    throw new SgError("SG1027", `Cannot use the output of "${command[0]}": it is longer than 1 MiB`);
  }
  if (!success) {
    const how = signal === undefined ? `exit status ${code}` : `ended by ${signal}`;
    throw new SgError("SG1027", `Cannot use the output of "${command[0]}": the command failed (${how})`);
  }
  return concatBytes(parts);
}

async function passOn(stream: ReadableStream<Uint8Array>, onText: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    const text = decoder.decode(bytes, { stream: true });
    if (text !== "") onText(text);
  }
  const rest = decoder.decode();
  if (rest !== "") onText(rest);
}

function startFailure(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) return "there is no such program";
  if (cause instanceof Deno.errors.PermissionDenied) return "permission denied";
  return "the system could not start it";
}
