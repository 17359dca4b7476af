// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import configuration from "../../deno.json" with { type: "json" };

/** What a program said and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  /** The bytes that `out` is the text of. */
  readonly bytes: Uint8Array;
  readonly err: string;
}

/** How to start a program. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Bytes for its standard input; closed where left out. */
  readonly input?: string | Uint8Array;
  /** A program with its arguments put in front, such as `setpriv --reuid 65534 …`. */
  readonly under?: readonly string[];
}

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
/** What the task `sparegrid` gives the engine, such as `--v8-flags`. */
const ENGINE_FLAGS = configuration.tasks.sparegrid.split(" ").filter((word) =>
  word.startsWith("--v8-flags=")
);

/** The command that starts SpareGrid from source, as the task `sparegrid` does. */
export function sparegridArgv(...args: string[]): string[] {
  return [Deno.execPath(), "run", ...ENGINE_FLAGS, "-A", "--no-check", "--cached-only", MAIN, ...args];
}

/** Starts SpareGrid as a user would and waits for its end. The password is `test` unless `env` says otherwise. */
export function sparegrid(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return start(sparegridArgv(...args), withPassword(options));
}

/** Starts the real restic, with the same password. */
export function restic(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return start(["restic", "--no-cache", ...args], withPassword(options));
}

/** As {@link sparegrid}; fails the test unless it ends with 0. */
export async function sparegridDone(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return expectDone(["sparegrid", ...args], await sparegrid(args, options));
}

/** As {@link restic}; fails the test unless it ends with 0. */
export async function resticDone(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return expectDone(["restic", ...args], await restic(args, options));
}

/** Runs any program to its end. */
export async function start(argv: readonly string[], options: StartOptions = {}): Promise<Ended> {
  const all = [...(options.under ?? []), ...argv];
  const child = new Deno.Command(all[0]!, {
    args: all.slice(1),
    env: { ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: options.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (options.input !== undefined) {
    const writer = child.stdin.getWriter();
    const input = typeof options.input === "string" ? new TextEncoder().encode(options.input) : options.input;
    // A program that ends before it has read all closes the pipe; what matters is what it said.
    await writer.write(input).catch(() => {});
    await writer.close().catch(() => {});
  }
  const { code, stdout, stderr } = await child.output();
  return {
    code,
    out: new TextDecoder().decode(stdout),
    bytes: stdout,
    err: new TextDecoder().decode(stderr),
  };
}

function withPassword(options: StartOptions): StartOptions {
  return { ...options, env: { SPAREGRID_PASSWORD: "test", RESTIC_PASSWORD: "test", ...options.env } };
}

function expectDone(argv: readonly string[], ended: Ended): Ended {
  assert.equal(
    ended.code,
    0,
    `${argv.join(" ")} ended with ${ended.code}:\n${ended.out.slice(-2000)}\n${ended.err.slice(-2000)}`,
  );
  return ended;
}
