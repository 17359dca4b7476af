// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId } from "../base/mod.ts";
import type { Stat } from "../platform/mod.ts";
import type { FileTask } from "./file_task.ts";
import type { NodeParts } from "./node_maker.ts";

/** What is known of a file with several names. */
export interface LinkedContent {
  readonly stat: Stat;
  readonly bytes: number;
  readonly content: readonly BlobId[];
  readonly xattrs: NonNullable<NodeParts["xattrs"]>;
}

/** Sees to it that a file with several names is read once. */
export class HardLinks {
  readonly #known = new Map<string, LinkedContent | FileTask[]>();

  /**
   * The content, when another name brought it already; `wait` when one is under way, then the task is kept until
   * {@link settle}; undefined when this is the first name.
   */
  meet(task: FileTask): LinkedContent | "wait" | undefined {
    const key = keyOf(task.stat);
    const known = this.#known.get(key);
    if (known === undefined) {
      this.#known.set(key, []);
      return undefined;
    }
    if (!Array.isArray(known)) return matches(known, task) ? known : undefined;
    known.push(task);
    return "wait";
  }

  /** Says what came of the first name, undefined for nothing usable. Gives the names that waited for it. */
  settle(stat: Stat, linked: LinkedContent | undefined): FileTask[] {
    const key = keyOf(stat);
    const waiting = this.#known.get(key);
    if (!Array.isArray(waiting)) return [];
    if (linked) this.#known.set(key, linked);
    else this.#known.delete(key);
    return waiting;
  }
}

/** True when the file that the walk saw under this name is still the one that was read. */
export function matches(linked: LinkedContent, task: FileTask): boolean {
  const { stat } = task;
  return linked.stat.size === stat.size && linked.stat.mtime === stat.mtime &&
    linked.stat.ctime === stat.ctime;
}

function keyOf(stat: Stat): string {
  return `${stat.dev}:${stat.ino}`;
}
