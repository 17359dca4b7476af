// Copyright the SpareGrid authors. Apache-2.0.
import process from "node:process";
import { utf8 } from "../base/mod.ts";
import { OsError } from "../errors/mod.ts";
import { loadNative } from "./_native.ts";

/** The value of environment variable `name`; undefined when it is not set or is empty. */
export function environment(name: string): string | undefined {
  const value = Deno.env.get(name);
  return value === "" ? undefined : value;
}

/** All variables of the environment. */
export function allEnvironment(): Record<string, string> {
  return Deno.env.toObject();
}

/** This machine's name. */
export function hostName(): string {
  return Deno.hostname();
}

/** This process's number. */
export function processId(): number {
  return Deno.pid;
}

/** True when a process of this number runs on this machine, whoever owns it. */
export function processAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EPERM") return false;
  }
  return !isThread(pid);
}

/** Linux answers for the numbers of threads as for those of processes; a process of many threads would pass for many. */
function isThread(id: number): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    const group = /^Tgid:\s*(\d+)$/m.exec(Deno.readTextFileSync(`/proc/${id}/status`))?.[1];
    return group !== undefined && Number(group) !== id;
  } catch {
    return false; // hidden from this user, or gone this moment
  }
}

/** First and longest path of the working folder that is asked for, bytes. */
const FOLDER_BYTES_FIRST = 4096;
const FOLDER_BYTES_MAX = 1 << 20;

/** The absolute path of this process's working folder, byte for byte. `ENOENT` (OsError) when it was removed. */
export function workingFolder(): Uint8Array<ArrayBuffer> {
  const c = loadNative()?.c;
  for (let length = FOLDER_BYTES_FIRST; c !== undefined && length <= FOLDER_BYTES_MAX; length *= 4) {
    const path = new Uint8Array(length);
    if (c.getcwd(path, BigInt(length)) !== null) return path.slice(0, path.indexOf(0));
  }
  try {
    return utf8(Deno.cwd());
  } catch (cause) {
    throw new OsError("ENOENT", "getcwd", "the working folder is gone or cannot be reached", { cause });
  }
}

/** `RLIMIT_NOFILE` and, for macOS, `OPEN_MAX`, above which setrlimit refuses. */
const RLIMIT_NOFILE = Deno.build.os === "darwin" ? 8 : 7;
const OPEN_FILES_MAX = Deno.build.os === "darwin" ? 10_240n : 1n << 20n;

/**
 * Lets this process open as many files as the system allows it.
 * @returns the limit now in force; undefined where the system tells none.
 */
export function raiseOpenFileLimit(): number | undefined {
  const c = loadNative()?.c;
  if (c === undefined) return undefined;
  const limits = new BigUint64Array(2); // struct rlimit: rlim_cur, rlim_max
  const bytes = new Uint8Array(limits.buffer);
  if (c.getrlimit(RLIMIT_NOFILE, bytes) !== 0) return undefined;
  const [soft, hard] = limits as unknown as [bigint, bigint];
  const wanted = hard < OPEN_FILES_MAX ? hard : OPEN_FILES_MAX;
  if (wanted <= soft) return Number(soft);
  limits[0] = wanted;
  return Number(c.setrlimit(RLIMIT_NOFILE, bytes) === 0 ? wanted : soft);
}

/**
 * Calls `handler` when the user or the system asks the process to stop (Ctrl-C, SIGTERM; Ctrl-Break on Windows), instead
 * of ending it, until disposed.
 */
export function onInterrupt(handler: (signal: string) => void): Disposable {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  const listeners = signals.map((signal) => [signal, () => handler(signal)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
