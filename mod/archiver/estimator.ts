// Copyright the SpareGrid authors. Apache-2.0.
import type { Fd, FileSystem } from "../platform/mod.ts";
import {
  type ExcludeRules,
  type FolderListing,
  listFolder,
  type RuleState,
  splitPath,
} from "../source/mod.ts";

/** Deeper folders are not counted: this is an estimate. */
const DEPTH_MAX = 100;
const ENTRIES_PER_LOOK = 256;

interface Level {
  readonly fd: Fd;
  readonly listing: FolderListing;
  readonly rules: RuleState;
  readonly device: bigint;
  next: number;
}

/** Counts files and bytes of a source beforehand, a little at a time, so that the progress can name totals. */
export class Estimator {
  files = 0;
  bytes = 0;
  readonly #fs: FileSystem;
  readonly #rules: ExcludeRules;
  readonly #paths: Uint8Array[];
  readonly #levels: Level[] = [];

  /** @param paths absolute; one below another would be counted twice. */
  constructor(fs: FileSystem, rules: ExcludeRules, paths: readonly Uint8Array[]) {
    this.#fs = fs;
    this.#rules = rules;
    this.#paths = [...paths];
  }

  /** True when all is counted. */
  get done(): boolean {
    return this.#levels.length === 0 && this.#paths.length === 0;
  }

  /** Counts some hundred entries more. What cannot be read counts as nothing. */
  step(): void {
    const level = this.#levels.at(-1);
    if (!level) return this.#begin();
    const end = Math.min(level.listing.count, level.next + ENTRIES_PER_LOOK);
    while (level.next < end) {
      const { name, stat } = level.listing.entry(level.next++);
      if (!stat || this.#rules.excludes(level.rules, name, stat)) continue;
      if (this.#rules.oneFileSystem && stat.dev !== level.device) continue;
      if (stat.kind === "file") this.#count(stat.size);
      else if (stat.kind === "dir" && this.#descend(level, name)) return;
    }
    if (level.next < level.listing.count) return;
    this.#levels.pop();
    this.#fs.close(level.fd);
  }

  /** Stops counting. */
  [Symbol.dispose](): void {
    for (const level of this.#levels) this.#fs.close(level.fd);
    this.#levels.length = this.#paths.length = 0;
  }

  #begin(): void {
    const path = this.#paths.pop();
    if (!path) return;
    try {
      const stat = this.#fs.statPath(path);
      if (stat.kind === "file") return this.#count(stat.size);
      let rules = this.#rules.start;
      for (const component of splitPath(path)) rules = this.#rules.descend(rules, component);
      if (stat.kind === "dir") this.#open(this.#fs.openRoot(path), rules, stat.dev);
    } catch {
      // The run itself reports it.
    }
  }

  #descend(above: Level, name: Uint8Array): boolean {
    if (this.#levels.length >= DEPTH_MAX) return false;
    try {
      this.#open(this.#fs.openFolder(above.fd, name), this.#rules.descend(above.rules, name), above.device);
      return true;
    } catch {
      return false;
    }
  }

  #open(fd: Fd, rules: RuleState, device: bigint): void {
    try {
      const listing = listFolder(this.#fs, fd);
      const tagged = this.#rules.tagsIn(this.#fs, fd, listing).length > 0;
      this.#levels.push({ fd, listing, rules, device, next: tagged ? listing.count : 0 });
    } catch (error) {
      this.#fs.close(fd);
      throw error;
    }
  }

  #count(bytes: number): void {
    this.files++;
    this.bytes += bytes;
  }
}
