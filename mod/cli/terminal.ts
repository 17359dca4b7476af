// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";

/** Standard output is closed: its reader (`head`, a pager) has left. Ends a listing quietly. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** The port to the person or program in front: the three standard streams and Ctrl-C. Tests replace it. */
export interface Terminal {
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Columns of the terminal; 80 where unknown. */
  columns(): number;
  /** Writes all bytes to standard output. {@link OutputClosed} when nobody reads it any more. */
  write(bytes: Uint8Array): void;
  /** As {@link write}, without blocking the thread while the reader is slow. For streams of data. */
  writeStream(bytes: Uint8Array): Promise<void>;
  /** Writes to standard error; never fails. */
  writeError(text: string): void;
  /** Asks for a line that is not shown while typed. An `AbortError` on Ctrl-C. */
  readSecret(prompt: string, signal: AbortSignal): Promise<string>;
  /** Asks for a line. Rejects with the signal's reason on Ctrl-C. */
  readLine(prompt: string, signal: AbortSignal): Promise<string>;
  /** Standard input as bytes. */
  readonly stdin: ReadableStream<Uint8Array>;
  /** Calls `listener` for each request to end: Ctrl-C, SIGTERM, a closed terminal where there was one. Undo with the result. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process on the spot. */
  exit(status: number): never;
}

/** The process's own streams. */
export const systemTerminal: Terminal = {
  get stdinIsTerminal() {
    return Deno.stdin.isTerminal();
  },
  get stdoutIsTerminal() {
    return Deno.stdout.isTerminal();
  },
  get stderrIsTerminal() {
    return Deno.stderr.isTerminal();
  },
  columns() {
    try {
      return Deno.consoleSize().columns || 80;
    } catch {
      return 80;
    }
  },
  write(bytes) {
    for (let at = 0; at < bytes.length;) at += outputCall(() => Deno.stdout.writeSync(bytes.subarray(at)));
  },
  async writeStream(bytes) {
    try {
      for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
    } catch (error) {
      throw outputError(error);
    }
  },
  writeError(text) {
    const bytes = utf8(text);
    try {
      for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
    } catch {
      // Nobody listens; there is nowhere to say so.
    }
  },
  async readSecret(prompt, signal) {
    const { promptSecret } = await import("../app/mod.ts");
    return await promptSecret(prompt, undefined, undefined, signal);
  },
  async readLine(prompt, signal) {
    const { promptLine } = await import("../app/mod.ts");
    return await promptLine(prompt, signal);
  },
  get stdin() {
    return Deno.stdin.readable;
  },
  onInterrupt(listener) {
    const atTerminal = this.stdinIsTerminal || this.stdoutIsTerminal || this.stderrIsTerminal;
    const listeners: [Deno.Signal, () => void][] = [["SIGINT", listener]];
    if (Deno.build.os !== "windows") {
      // Where there is no terminal, none was closed: who started us with nohup wants us to go on, and the runtime has
      // undone what nohup did.
      listeners.push(["SIGTERM", listener], ["SIGHUP", atTerminal ? listener : () => {}]);
    }
    for (const [signal, each] of listeners) Deno.addSignalListener(signal, each);
    return () => {
      for (const [signal, each] of listeners) Deno.removeSignalListener(signal, each);
    };
  },
  exit: (status) => Deno.exit(status),
};

function outputCall(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      // A pipe that somebody else made non-blocking: wait until it drains.
      if (error instanceof Deno.errors.WouldBlock) continue;
      throw outputError(error);
    }
  }
}

function outputError(error: unknown): Error {
  if (error instanceof Deno.errors.BrokenPipe) return new OutputClosed("Standard output is closed");
  const why = error instanceof Error ? error.message : String(error);
  return new SgError("SG1015", `Cannot write to standard output: ${why}`, {
    cause: error,
    remedy: "Check where the output goes to.",
  });
}
