// Copyright the SpareGrid authors. Apache-2.0.
import type { Fd, FileSystem, Stat } from "../platform/mod.ts";
import {
  type ExcludeRules,
  type FolderListing,
  joinPath,
  type JudgedFolder,
  listFolder,
} from "../source/mod.ts";

/** Deeper folders are not looked into: each level holds a descriptor, and what walks ahead may miss something. */
const DEPTH_MAX = 100;
const ENTRIES_PER_LOOK = 256;

/** Who hears what is met. */
export interface WalkVisitor {
  /** A regular file that the rules keep. */
  file?(stat: Stat): void;
  /** A folder that is looked into, with its stat from before it was listed. */
  folder?(folder: WalkedFolder, stat: Stat): void;
}

/** A folder that a walk is in. */
export interface WalkedFolder extends JudgedFolder {
  readonly path: Uint8Array;
  readonly listing: FolderListing;
}

interface Level extends WalkedFolder {
  readonly fd: Fd;
  next: number;
}

/**
 * Walks through a source beside or before the run that backs it up, a little at a time, depth first in the order of the names'
 * bytes. It reports nothing: what cannot be read is left to the run.
 */
export class SourceWalk implements Disposable {
  readonly #fs: FileSystem;
  readonly #rules: ExcludeRules;
  readonly #paths: Uint8Array[];
  readonly #visitor: WalkVisitor;
  readonly #levels: Level[] = [];

  /** @param paths absolute; one below another would be met twice. */
  constructor(fs: FileSystem, rules: ExcludeRules, paths: readonly Uint8Array[], visitor: WalkVisitor) {
    this.#fs = fs;
    this.#rules = rules;
    this.#paths = paths.toReversed();
    this.#visitor = visitor;
  }

  /** True when all was met. */
  get done(): boolean {
    return this.#levels.length === 0 && this.#paths.length === 0;
  }

  /** Meets some hundred entries more. */
  step(): void {
    const level = this.#levels.at(-1);
    if (!level) return this.#begin();
    const end = Math.min(level.listing.count, level.next + ENTRIES_PER_LOOK);
    while (level.next < end) {
      const { name, stat } = level.listing.entry(level.next++);
      if (!stat || this.#rules.leavesOut(level, name, stat)) continue;
      if (stat.kind === "file") this.#visitor.file?.(stat);
      else if (stat.kind === "dir" && this.#descend(level, name, stat)) return;
    }
    if (level.next < level.listing.count) return;
    this.#levels.pop();
    this.#fs.close(level.fd);
  }

  /** Ends the walk. */
  [Symbol.dispose](): void {
    for (const level of this.#levels) this.#fs.close(level.fd);
    this.#levels.length = this.#paths.length = 0;
  }

  #begin(): void {
    const path = this.#paths.pop();
    if (!path) return;
    try {
      const stat = this.#fs.statPath(path);
      if (stat.kind === "file") return this.#visitor.file?.(stat);
      if (stat.kind !== "dir") return;
      this.#open(this.#fs.openRoot(path), { path, ...this.#rules.judgementIn(path, stat) }, stat);
    } catch {
      // The run itself reports it.
    }
  }

  #descend(above: Level, name: Uint8Array, stat: Stat): boolean {
    if (this.#levels.length >= DEPTH_MAX) return false;
    if (above.device !== undefined && stat.dev !== above.device) return false;
    try {
      const rules = this.#rules.descend(above.rules, name);
      const place = { path: joinPath(above.path, name), rules, device: above.device };
      this.#open(this.#fs.openFolder(above.fd, name), place, stat);
      return true;
    } catch {
      return false;
    }
  }

  #open(fd: Fd, place: Pick<Level, "path" | "rules" | "device">, stat: Stat): void {
    try {
      const listing = listFolder(this.#fs, fd);
      const level = { fd, ...place, listing, onlyTags: this.#rules.tagsIn(this.#fs, fd, listing), next: 0 };
      this.#visitor.folder?.(level, stat);
      this.#levels.push(level);
    } catch (error) {
      this.#fs.close(fd);
      throw error;
    }
  }
}
