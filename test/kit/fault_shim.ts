// Copyright the SpareGrid authors. Apache-2.0.
// Builds test/kit/fault_shim.c and says, in the words of a test, what it is to do to a process.
import assert from "node:assert/strict";
import { scratch } from "./scratch.ts";

/** What happens at the operation that is hit. */
export type FaultMode =
  /** Nothing: operations are counted. */
  | "count"
  /** The process is killed (SIGKILL) before it. */
  | "kill"
  /** The process is stopped (SIGSTOP) before it; SIGCONT lets it go on. */
  | "stop"
  /** It fails with ENOSPC, or with EIO, and is not done. */
  | "enospc"
  | "eio"
  /** A write does half of its work, then the process is killed; others are not done. */
  | "torn"
  /** A read or write does half of its work and says so. */
  | "short"
  /** One bit of what is read or written is the other way round. */
  | "flip";

/** Kinds of operations. Opening that may make a file is `create`; chmod, chown, times and attributes are `meta`. */
export type FaultOperation =
  | "write"
  | "fsync"
  | "rename"
  | "unlink"
  | "link"
  | "mkdir"
  | "create"
  | "truncate"
  | "meta"
  | "read"
  | "readdir"
  | "open"
  | "close"
  | "stat";

/** All that change something on the drive. */
export const MUTATIONS: readonly FaultOperation[] = [
  ...["write", "fsync", "rename", "unlink", "link", "mkdir", "create", "truncate", "meta"] as const,
];

/** Orders to the shim. Only operations on the given paths, of the given kinds, are counted and hit. */
export interface FaultOrder {
  /** Absolute paths without symlinks (at most 8): these and all below them. */
  readonly paths: readonly string[];
  readonly mode?: FaultMode;
  /** The number of the operation that is hit, from 1 on; none where left out. */
  readonly at?: number;
  /** Each operation from that one on is hit, too. */
  readonly everAfter?: boolean;
  /** {@link MUTATIONS} where left out. */
  readonly operations?: readonly FaultOperation[];
  /** fsync of `files` or of `folders` is answered without being done: a drive that lies, or a defect planted. */
  readonly lies?: readonly ("files" | "folders")[];
  /** A file to which each operation is appended as `number kind path`. */
  readonly trace?: string;
}

/** What the shim counted, told also when the process was killed. */
export interface FaultReport {
  readonly operations: number;
  readonly faults: number;
  /** `number kind path` of the first operation that was hit; empty when none was. */
  readonly first: string;
}

const SOURCE = new URL("fault_shim.c", import.meta.url).pathname;
const FIRST_AT = 16;

/** The shim, built; it goes away with the test: `await using shim = await FaultShim.build()`. */
export class FaultShim implements AsyncDisposable {
  private constructor(
    private readonly folder: AsyncDisposable & { readonly path: string },
    /** The library, for LD_PRELOAD. */
    readonly library: string,
  ) {}

  /** Compiles it with the system's C compiler. */
  static async build(): Promise<FaultShim> {
    const folder = await scratch("sparegrid-shim-");
    const library = `${folder.path}/fault_shim.so`;
    const args = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"];
    const { success, stderr } = await new Deno.Command("cc", { args, stderr: "piped" }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new FaultShim(folder, library);
  }

  /** The environment of a process that is to be hit; `report` is a path of its own for each process. */
  env(report: string, order: FaultOrder): Record<string, string> {
    assert.ok(order.paths.length <= 8, "the shim knows at most 8 paths");
    return {
      LD_PRELOAD: this.library,
      SHIM_REPORT: report,
      SHIM_PATHS: order.paths.join(":"),
      SHIM_MODE: order.mode ?? "count",
      SHIM_AT: String(order.at ?? 0),
      SHIM_EVER: order.everAfter ? "1" : "0",
      SHIM_OPS: (order.operations ?? MUTATIONS).join(","),
      ...order.lies ? { SHIM_LIE: order.lies.join(",") } : {},
      ...order.trace === undefined ? {} : { SHIM_TRACE: order.trace },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}

/** Reads what the shim left at `report`, and removes it. */
export async function takeReport(report: string): Promise<FaultReport> {
  const bytes = await Deno.readFile(report);
  await Deno.remove(report);
  const words = new DataView(bytes.buffer);
  const end = bytes.indexOf(0, FIRST_AT);
  return {
    operations: Number(words.getBigUint64(0, true)),
    faults: Number(words.getBigUint64(8, true)),
    first: new TextDecoder().decode(bytes.subarray(FIRST_AT, end)),
  };
}

/**
 * Waits until a process with {@link FaultMode} `stop` has stopped, with all its threads; false where it ended before.
 * Where something reads its output, `ended` is what that waits for.
 */
export async function untilStopped(
  child: Deno.ChildProcess,
  ended: Promise<unknown> = child.status,
): Promise<boolean> {
  let over = false;
  void ended.finally(() => over = true);
  while (!over) {
    if (hasStopped(child.pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return false;
}

function hasStopped(pid: number): boolean {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)].every(({ name }) => {
      const stat = Deno.readTextFileSync(`/proc/${pid}/task/${name}/stat`);
      // `pid (name) state …`; the name may hold anything.
      return stat.slice(stat.lastIndexOf(")")).startsWith(") T");
    });
  } catch {
    return false;
  }
}
