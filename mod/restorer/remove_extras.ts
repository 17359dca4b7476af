// Copyright the SpareGrid authors. Apache-2.0.
import { equalBytes, toHex } from "../base/mod.ts";
import type { Tree } from "../format/mod.ts";
import type { Fd, FileSystem, Stat } from "../platform/mod.ts";
import { failureOf } from "./failures.ts";
import type { RestoreOptions } from "./options.ts";
import type { RestoreRun } from "./restore_run.ts";
import { joinPath } from "./snapshot_walk.ts";
import type { TargetFolder } from "./target_folders.ts";

/**
 * Removes from a restored folder that was there before what the snapshot does not hold. What `select` leaves out
 * stays, and so does what lies on another file system. Nothing is removed outside `deleteBelow`.
 */
export function removeExtras(run: RestoreRun, folder: TargetFolder, tree: Tree): void {
  if (folder.isNew || folder.state !== "ready" || !mayDelete(run.options, folder.path)) return;
  try {
    const fd = run.folders.open(folder);
    const wanted = new Set(tree.nodes.map((node) => toHex(node.name)));
    for (const { name } of tree.refused ?? []) {
      // Nobody knows which of the entries that are there it would be.
      if (!name) return;
      wanted.add(toHex(name));
    }
    new Remover(run, folder.dev).clear(fd, folder.path, (name) => !wanted.has(toHex(name)));
  } catch (error) {
    run.problem(folder.path, failureOf(error));
  }
}

/** Removes a folder that is in the way of a file. False where extras may not be removed, or not all of it could be. */
export function removeObstacle(run: RestoreRun, folder: TargetFolder, name: Uint8Array): boolean {
  if (!mayDelete(run.options, folder.path)) return false;
  const fd = run.folders.open(folder);
  return new Remover(run, folder.dev).clear(fd, folder.path, undefined, [name]);
}

/** True where extras in the folder at `path` of the snapshot may be removed. */
export function mayDelete(options: RestoreOptions, path: Uint8Array): boolean {
  if (!options.delete) return false;
  return options.deleteBelow === undefined || options.deleteBelow.some((above) => isAtOrBelow(path, above));
}

function isAtOrBelow(path: Uint8Array, above: Uint8Array): boolean {
  const length = above.at(-1) === 0x2f ? above.length - 1 : above.length;
  if (path.length < length || !equalBytes(path.subarray(0, length), above.subarray(0, length))) return false;
  return path.length === length || path[length] === 0x2f;
}

class Remover {
  readonly #run: RestoreRun;
  readonly #fs: FileSystem;
  readonly #dev: bigint;

  constructor(run: RestoreRun, dev: bigint) {
    this.#run = run;
    this.#fs = run.fs;
    this.#dev = dev;
  }

  /** Removes entries of a folder; true when nothing is left. */
  clear(
    folder: Fd,
    path: Uint8Array,
    doomed: (name: Uint8Array) => boolean = () => true,
    // All names first: removing while listing may skip some.
    names: readonly Uint8Array[] = [...this.#fs.names(folder)].flat(),
  ): boolean {
    let empty = true;
    for (const name of names) {
      if (!doomed(name)) continue;
      const entryPath = joinPath(path, name);
      try {
        if (!this.#remove(folder, name, entryPath)) empty = false;
      } catch (error) {
        empty = false;
        this.#run.problem(entryPath, failureOf(error));
      }
    }
    return empty;
  }

  #remove(folder: Fd, name: Uint8Array, path: Uint8Array): boolean {
    const { options, counters } = this.#run;
    const stat = this.#fs.stat(folder, name);
    const wanted = options.select?.(path, stat.kind === "dir") ?? "yes";
    if (wanted === "no" || (wanted === "below" && stat.kind !== "dir")) return false;
    if (stat.kind === "dir" && (!this.#clearFolder(folder, name, stat, path) || wanted === "below")) {
      return false;
    }
    if (!options.dryRun) {
      if (stat.kind === "dir") this.#fs.removeFolder(folder, name);
      else this.#fs.removeFile(folder, name);
    }
    counters.filesDeleted++;
    return true;
  }

  #clearFolder(folder: Fd, name: Uint8Array, stat: Stat, path: Uint8Array): boolean {
    if (stat.dev !== this.#dev) return false;
    const fd = this.#fs.openFolder(folder, name);
    try {
      const { dev, ino } = this.#fs.statFd(fd);
      return dev === stat.dev && ino === stat.ino && this.clear(fd, path);
    } finally {
      this.#fs.close(fd);
    }
  }
}
