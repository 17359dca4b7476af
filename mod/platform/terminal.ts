// Copyright the SpareGrid authors. Apache-2.0.
import { utf8, utf8Text } from "../base/mod.ts";

/** True when the stream is a terminal, so that a person sits there. */
export function isTerminal(stream: "stdin" | "stdout" | "stderr"): boolean {
  return Deno[stream].isTerminal();
}

/** Columns of the terminal; 80 where there is none. */
export function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** Where a secret is read from: a terminal that can leave the echo off, or a plain stream. */
export interface SecretInput {
  isTerminal(): boolean;
  setRaw(on: boolean): void;
  read(into: Uint8Array): Promise<number | null>;
}

/** Longest secret, bytes. */
const SECRET_BYTES_MAX = 65_536;

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BACKSPACE = 0x08;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const CTRL_U = 0x15;
const DELETE = 0x7f;

/**
 * Shows `text` on standard error and reads a line from standard input without showing it. Ctrl-C, or the end of the
 * input before anything was typed, rejects with an `AbortError`; an aborted `signal` with its reason. Where standard
 * input is no terminal, takes its first line.
 */
export async function promptSecret(
  text: string,
  input: SecretInput = Deno.stdin,
  show: (text: string) => void = (shown) => void Deno.stderr.writeSync(utf8(shown)),
  signal?: AbortSignal,
): Promise<string> {
  if (!input.isTerminal()) return await readLine(input, false);
  signal?.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  show(text);
  input.setRaw(true);
  try {
    return await Promise.race([readLine(input, true), stopped.promise]);
  } finally {
    signal?.removeEventListener("abort", stop);
    input.setRaw(false);
    show("\n");
  }
}

/**
 * Shows `text` on standard error and reads a line from standard input. An `AbortError` at the end of the input; rejects with
 * the signal's reason when it aborts first.
 */
export async function promptLine(
  text: string,
  signal: AbortSignal,
  input: Pick<SecretInput, "read"> = Deno.stdin,
  show: (text: string) => void = (shown) => void Deno.stderr.writeSync(utf8(shown)),
): Promise<string> {
  signal.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  show(text);
  try {
    return await Promise.race([readLine(input, false), stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function readLine(input: Pick<SecretInput, "read">, keys: boolean): Promise<string> {
  const line: number[] = [];
  const one = new Uint8Array(1); // byte by byte, so that what follows the line stays for the next reader
  for (;;) {
    const count = await input.read(one);
    const byte = one[0]!;
    if (count === null) {
      if (line.length === 0) throw aborted();
      break;
    }
    if (count === 0) continue;
    if (byte === LINE_FEED || (keys && byte === RETURN)) break;
    if (!keys) line.push(byte);
    else if (byte === CTRL_C || (byte === CTRL_D && line.length === 0)) throw aborted();
    else if (byte === CTRL_D) break;
    else if (byte === CTRL_U) line.length = 0;
    else if (byte === BACKSPACE || byte === DELETE) dropCharacter(line);
    else line.push(byte);
    if (line.length > SECRET_BYTES_MAX) throw new RangeError("The secret is too long");
  }
  if (!keys && line.at(-1) === RETURN) line.pop();
  return utf8Text(Uint8Array.from(line));
}

/** Drops a whole UTF-8 character: its continuation bytes, then its first. */
function dropCharacter(line: number[]): void {
  while (line.length > 0 && (line.pop()! & 0xc0) === 0x80);
}

function aborted(): DOMException {
  return new DOMException("The input was interrupted", "AbortError");
}
