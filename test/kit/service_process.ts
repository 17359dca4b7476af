// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { ServiceStart } from "../../mod/app/mod.ts";
import { sparegridArgv } from "./command_line.ts";

/** A service that runs as a process of its own. Disposing it kills it. */
export interface ServiceProcess extends AsyncDisposable {
  readonly pid: number;
  /** What it said when all was up. */
  readonly start: ServiceStart;
  /** Lines of its log so far. */
  log(): Record<string, unknown>[];
  /** All that it wrote so far. */
  text(): string;
  /** Sends a signal and waits for its end. */
  end(signal: Deno.Signal): Promise<{ readonly code: number; readonly tookMs: number }>;
}

/** How to start it. */
export interface ServiceProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A program with its arguments put in front, such as `nohup`. */
  readonly under?: readonly string[];
  /** Wait for this file instead of the start's end; then `start` is empty. */
  readonly untilFile?: string;
}

/** Ports that the system chooses, so that tests do not meet. */
const ANY_PORTS = ["backup-port", "backup-tls-port", "console-port", "console-tls-port"]
  .flatMap((name) => [`--${name}`, "any"]);

/** Starts `sparegrid serve` on a data folder and waits until it is up. Ports that `args` do not name are free ones. */
export async function startService(
  data: string,
  args: readonly string[] = [],
  { env = {}, untilFile, under = [] }: ServiceProcessOptions = {},
): Promise<ServiceProcess> {
  const argv = [...under, ...sparegridArgv("serve", "--data", data, "--json", ...ANY_PORTS, ...args)];
  const child = new Deno.Command(argv[0]!, {
    args: argv.slice(1),
    env: { ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const out = collect(child.stdout), err = collect(child.stderr);
  const status = child.status;
  let ended = false;
  void status.then(() => ended = true);
  const end = async (signal: Deno.Signal) => {
    const before = performance.now();
    if (!ended) child.kill(signal);
    const { code } = await status;
    await Promise.all([out.done, err.done]);
    return { code, tookMs: performance.now() - before };
  };
  const text = () => `${out.text()}\n${err.text()}`;
  let start: ServiceStart | undefined;
  try {
    if (untilFile === undefined) {
      const line = await Promise.race([out.line(), status.then(() => undefined)]);
      assert.ok(line, `the service did not start:\n${text()}`);
      start = JSON.parse(line) as ServiceStart;
    } else {
      while (!await exists(untilFile)) assert.ok(!ended, `the service ended:\n${text()}`);
    }
  } catch (error) {
    await end("SIGKILL");
    throw error;
  }
  return {
    pid: child.pid,
    start: start!,
    text,
    log: () => err.text().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)),
    end,
    [Symbol.asyncDispose]: async () => void await end("SIGKILL"),
  };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Keeps what a stream says, and tells its first line. */
function collect(stream: ReadableStream<Uint8Array>) {
  let text = "";
  const first = Promise.withResolvers<string | undefined>();
  const done = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      text += decoder.decode(bytes, { stream: true });
      const end = text.indexOf("\n");
      if (end >= 0) first.resolve(text.slice(0, end));
    }
    first.resolve(undefined);
  })();
  return { text: () => text, line: () => first.promise, done };
}
