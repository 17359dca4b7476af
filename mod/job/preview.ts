// Copyright the SpareGrid authors. Apache-2.0.
import { compareBytes } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import type { Fd, FileSystem, Stat } from "../platform/mod.ts";
import {
  ExcludeRules,
  type FolderListing,
  joinPath,
  type JudgedFolder,
  listFolder,
  splitPath,
} from "../source/mod.ts";
import { absoluteSource } from "./backup.ts";
import type { ExcludeOptions } from "./orders.ts";
import type { Ports } from "./session_options.ts";

/** What to look at. */
export interface PreviewOrder {
  readonly paths: readonly (string | Uint8Array)[];
  readonly excludes?: ExcludeOptions;
  /** The look ends after this time, milliseconds; 10 s where left out. */
  readonly timeMs?: number;
  /** How many of what would be left out are named; 100 where left out. */
  readonly named?: number;
}

/** Something that would be left out: a file, or a folder with all that is in it. */
export interface LeftOutEntry {
  readonly path: Uint8Array;
  readonly bytes: number;
}

/** What a backup would store and leave out. */
export interface PreviewReport {
  /** Files and other entries that are no folders. */
  readonly files: number;
  readonly bytes: number;
  readonly excludedFiles: number;
  readonly excludedBytes: number;
  /** Some of what would be left out, the largest first. */
  readonly excluded: readonly LeftOutEntry[];
  /** Folders that could not be read: nothing in them is counted. */
  readonly unreadable: number;
  /** False when the look ended before it had seen all. */
  readonly complete: boolean;
}

const TIME_MS = 10_000;
const NAMED = 100;
/** Deeper folders are not looked into: each level holds a descriptor. */
const DEPTH_MAX = 500;
/** Entries between two breaths of the thread, which has other things to do. */
const ENTRIES_AT_ONCE = 1000;

/**
 * Looks through what a set would back up and says what its rules leave out, and how much that is. Reads no file. It takes no
 * longer than it may: then the figures are what was seen so far.
 *
 * @throws {SgError} SG1009 when no path exists, SG1008 for a malformed rule, SG1016 on abort.
 */
export async function previewBackup(
  { fs, clock }: Pick<Ports, "fs" | "clock">,
  order: PreviewOrder,
  signal: AbortSignal,
): Promise<PreviewReport> {
  const paths = outermost(order.paths.map(absoluteSource));
  using look = new Look(fs, new ExcludeRules(order.excludes), order.named ?? NAMED);
  const end = clock.monotonicMs() + (order.timeMs ?? TIME_MS);
  let found = false, complete = true;
  for (const path of paths) {
    signal.throwIfAborted();
    if (!look.begin(path)) continue;
    found = true;
    while (!look.done) {
      look.step(ENTRIES_AT_ONCE);
      await clock.sleep(0, signal);
      if (clock.monotonicMs() < end) continue;
      complete = false;
      break;
    }
    if (!complete) break;
  }
  if (!found && complete) {
    throw new SgError("SG1009", "Cannot look through the set: none of the paths exists");
  }
  return { ...look.report(), complete: complete && !look.tooDeep };
}

/** The paths without those that lie below another of them: they would be counted twice. */
function outermost(paths: readonly Uint8Array[]): Uint8Array[] {
  const kept: Uint8Array[][] = [];
  const sorted = paths.map(splitPath).sort((a, b) => a.length - b.length);
  return sorted.filter((parts) => {
    const inside = kept.some((outer) => outer.every((part, i) => compareBytes(part, parts[i]!) === 0));
    if (!inside) kept.push(parts);
    return !inside;
  }).map((parts) => parts.reduce((path, part) => joinPath(path, part), Uint8Array.of(0x2f)));
}

/** An entry that is left out, while what is in it is being counted. */
interface Excluded {
  readonly path: Uint8Array;
  bytes: number;
}

interface Level extends JudgedFolder {
  readonly fd: Fd;
  readonly path: Uint8Array;
  readonly listing: FolderListing;
  /** What this folder lies in, where it is left out. */
  readonly within: Excluded | undefined;
  next: number;
}

/** A walk that stops wherever it is told to, and goes on from there. */
class Look implements Disposable {
  tooDeep = false;
  readonly #fs: FileSystem;
  readonly #rules: ExcludeRules;
  readonly #named: number;
  readonly #levels: Level[] = [];
  readonly #sums = { files: 0, bytes: 0, excludedFiles: 0, excludedBytes: 0, unreadable: 0 };
  #excluded: Excluded[] = [];

  constructor(fs: FileSystem, rules: ExcludeRules, named: number) {
    this.#fs = fs;
    this.#rules = rules;
    this.#named = named;
  }

  get done(): boolean {
    return this.#levels.length === 0;
  }

  report() {
    this.#keepLargest();
    return { ...this.#sums, excluded: this.#excluded.map(({ path, bytes }) => ({ path, bytes })) };
  }

  /** Begins with a path that the user named; false where there is none. */
  begin(path: Uint8Array): boolean {
    let stat: Stat;
    try {
      stat = this.#fs.statPath(path);
    } catch (error) {
      if (isOsError(error)) return false;
      throw error;
    }
    if (stat.kind !== "dir") {
      this.#count(stat, undefined);
      return true;
    }
    const judgement = this.#rules.judgementIn(path, stat);
    this.#enter(() => this.#fs.openRoot(path), { path, ...judgement, within: undefined });
    return true;
  }

  /** Looks at some entries more. */
  step(entries: number): void {
    for (let left = entries; left > 0 && !this.done; left--) {
      const level = this.#levels.at(-1)!;
      if (level.next < level.listing.count) this.#look(level, level.next++);
      else this.#leave();
    }
  }

  [Symbol.dispose](): void {
    while (!this.done) this.#leave();
  }

  #leave(): void {
    this.#fs.close(this.#levels.pop()!.fd);
  }

  #look(level: Level, index: number): void {
    const { name, stat } = level.listing.entry(index);
    if (!stat) return;
    const path = joinPath(level.path, name);
    const within = level.within ?? this.#excludedNow(level, name, stat, path);
    if (stat.kind !== "dir") return this.#count(stat, within);
    // What another file system holds is left out, but it is not ours to walk through.
    if (level.device !== undefined && stat.dev !== level.device) return;
    const rules = this.#rules.descend(level.rules, name);
    this.#enter(() => this.#fs.openFolder(level.fd, name), { path, rules, device: level.device, within });
  }

  #excludedNow(level: Level, name: Uint8Array, stat: Stat, path: Uint8Array): Excluded | undefined {
    if (!this.#rules.leavesOut(level, name, stat)) return undefined;
    const excluded = { path, bytes: 0 };
    this.#excluded.push(excluded);
    // The last one is still being counted.
    if (this.#excluded.length >= 4 * this.#named + 1) {
      this.#excluded.pop();
      this.#keepLargest();
      this.#excluded.push(excluded);
    }
    return excluded;
  }

  #keepLargest(): void {
    this.#excluded.sort((a, b) => b.bytes - a.bytes || compareBytes(a.path, b.path));
    this.#excluded = this.#excluded.slice(0, this.#named);
  }

  #enter(open: () => Fd, place: Pick<Level, "path" | "rules" | "device" | "within">): void {
    if (this.#levels.length >= DEPTH_MAX) {
      this.tooDeep = true;
      return;
    }
    let fd: Fd | undefined;
    try {
      fd = open();
      const listing = listFolder(this.#fs, fd);
      const onlyTags = place.within ? [] : this.#rules.tagsIn(this.#fs, fd, listing);
      this.#levels.push({ ...place, fd, listing, onlyTags, next: 0 });
    } catch (error) {
      if (fd !== undefined) this.#fs.close(fd);
      if (!isOsError(error)) throw error;
      this.#sums.unreadable++;
    }
  }

  #count({ kind, size }: Stat, within: Excluded | undefined): void {
    const bytes = kind === "file" ? size : 0;
    if (within) {
      within.bytes += bytes;
      this.#sums.excludedFiles++;
      this.#sums.excludedBytes += bytes;
    } else {
      this.#sums.files++;
      this.#sums.bytes += bytes;
    }
  }
}
