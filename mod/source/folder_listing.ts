// Copyright the SpareGrid authors. Apache-2.0.
import { compareBytes } from "../base/mod.ts";
import { OsError } from "../errors/mod.ts";
import type { Fd, FileSystem, FolderEntry } from "../platform/mod.ts";

/** Folders up to this many entries keep their stats from the first look; larger ones keep names only. */
const STATS_KEPT_MAX = 50_000;

/** The entries of one folder in ascending order of their names' bytes. */
export interface FolderListing {
  readonly count: number;
  name(index: number): Uint8Array;
  /** The entry with its stat; of a very large folder the stat is taken only now. */
  entry(index: number): FolderEntry;
  has(name: Uint8Array): boolean;
}

/**
 * Lists a folder. A folder of a million entries needs some 20 bytes each besides the names, because its stats are
 * taken when asked for.
 *
 * @throws {OsError} when the folder cannot be read.
 */
export function listFolder(fs: FileSystem, folder: Fd, statsKeptMax: number = STATS_KEPT_MAX): FolderListing {
  const kept: FolderEntry[] = [];
  const batches = fs.entries(folder)[Symbol.iterator]();
  for (let batch = batches.next(); !batch.done; batch = batches.next()) {
    if (kept.length + batch.value.length > statsKeptMax) {
      batches.return?.();
      return listNames(fs, folder);
    }
    for (const entry of batch.value) kept.push(entry);
  }
  kept.sort((a, b) => compareBytes(a.name, b.name));
  return new KeptListing(kept);
}

/** A listing of entries that are known, in the order of their names' bytes. */
export function listingOf(entries: readonly FolderEntry[]): FolderListing {
  return new KeptListing(entries);
}

/** A listing of certain names only. Those that are not there are entries with a failure: somebody named them. */
export function listOnly(fs: FileSystem, folder: Fd, names: readonly Uint8Array[]): FolderListing {
  const entries = names.map((name) => statEntry(fs, folder, name));
  return new KeptListing(entries.sort((a, b) => compareBytes(a.name, b.name)));
}

function listNames(fs: FileSystem, folder: Fd): FolderListing {
  const names = new PackedNames();
  for (const batch of fs.names(folder)) for (const name of batch) names.add(name);
  names.sort();
  return {
    count: names.count,
    name: (index) => names.at(index),
    entry: (index) => statEntry(fs, folder, names.at(index)),
    has: (name) => hasName(names.count, (index) => names.at(index), name),
  };
}

class KeptListing implements FolderListing {
  readonly #entries: readonly FolderEntry[];

  constructor(entries: readonly FolderEntry[]) {
    this.#entries = entries;
  }

  get count(): number {
    return this.#entries.length;
  }

  name(index: number): Uint8Array {
    return this.#entries[index]!.name;
  }

  entry(index: number): FolderEntry {
    return this.#entries[index]!;
  }

  has(name: Uint8Array): boolean {
    return hasName(this.#entries.length, (index) => this.#entries[index]!.name, name);
  }
}

/** Names one behind the other in one buffer: an object for each of a million would take a hundred megabytes. */
class PackedNames {
  #bytes = new Uint8Array(1 << 20);
  #used = 0;
  #starts = new Float64Array(1 << 16);
  count = 0;
  #order = new Uint32Array(0);

  add(name: Uint8Array): void {
    if (this.#used + name.length > this.#bytes.length) {
      this.#bytes = grown(this.#bytes, Uint8Array, name.length);
    }
    if (this.count + 2 > this.#starts.length) this.#starts = grown(this.#starts, Float64Array, 0);
    this.#bytes.set(name, this.#used);
    this.#used += name.length;
    this.#starts[++this.count] = this.#used;
  }

  sort(): void {
    this.#order = Uint32Array.from({ length: this.count }, (_, i) => i);
    this.#order.sort((a, b) => this.#compare(a, b));
  }

  at(index: number): Uint8Array {
    const name = this.#order[index]!;
    return this.#bytes.slice(this.#starts[name]!, this.#starts[name + 1]!);
  }

  #compare(a: number, b: number): number {
    const bytes = this.#bytes;
    const startA = this.#starts[a]!, startB = this.#starts[b]!;
    const lengthA = this.#starts[a + 1]! - startA, lengthB = this.#starts[b + 1]! - startB;
    const shared = Math.min(lengthA, lengthB);
    for (let i = 0; i < shared; i++) {
      const difference = bytes[startA + i]! - bytes[startB + i]!;
      if (difference !== 0) return difference;
    }
    return lengthA - lengthB;
  }
}

function grown<T extends Uint8Array | Float64Array>(
  old: T,
  kind: new (length: number) => T,
  extra: number,
): T {
  const larger = new kind(old.length * 2 + extra);
  larger.set(old);
  return larger;
}

function statEntry(fs: FileSystem, folder: Fd, name: Uint8Array): FolderEntry {
  try {
    return { name, stat: fs.stat(folder, name) };
  } catch (error) {
    return { name, failure: error instanceof Error ? error : new OsError("EIO", "stat", String(error)) };
  }
}

function hasName(count: number, at: (index: number) => Uint8Array, name: Uint8Array): boolean {
  let low = 0, high = count - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = compareBytes(at(middle), name);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
