// Copyright the SpareGrid authors. Apache-2.0.
import type { IndexId, Random } from "../base/mod.ts";
import type { Storage, StoredFile } from "../storage/mod.ts";
import type { BlobReader } from "./blob_reader.ts";
import { BlobTable } from "./blob_table.ts";
import { type IndexRoom, LoadedIndexes } from "./index_loader.ts";
import { PackList } from "./pack_list.ts";
import { PackReader } from "./pack_reader.ts";

/** The index of a repository in memory, as one or several runs look into it. */
export class RepositoryIndex implements IndexRoom {
  readonly table: BlobTable;
  readonly packs = new PackList();
  readonly indexes = new LoadedIndexes();
  readonly packReader: PackReader;
  /** Runs that look into it now. */
  users = 0;
  /** One of them adds to it. */
  written = false;
  /** One of them judges it by what it loads itself: nobody may add to it. */
  alone = false;
  /** Loads under way. */
  loading = 0;
  /** It says something that no index file says: no run may begin with it. */
  stale = false;
  /** A thread that cannot be stopped may still write to the table: its memory is not used again. */
  abandoned = false;

  constructor(storage: Storage, reader: BlobReader, table: BlobTable) {
    this.table = table;
    this.packReader = new PackReader(storage, reader, table, this.packs);
  }

  /** True when every index file that it was made from is among the listed ones, and could be used. */
  agreesWith(listed: readonly StoredFile[]): boolean {
    if (this.indexes.damaged.size > 0) return false;
    const there = new Set(listed.map(({ name }) => name as IndexId));
    return this.indexes.files.keys().every((id) => there.has(id));
  }
}

/** What a run wants of the index. */
export interface IndexUse {
  /** Nothing that was loaded before, and nobody beside it: for runs that judge the index files, or change what is listed. */
  readonly fresh: boolean;
  /** The run stores blobs: no other may do so beside it in the same index, or one could rely on what the other never stores. */
  readonly writes: boolean;
}

/**
 * Keeps the index of a repository from one run to the next, so that only what others added must be loaded.
 *
 * Why that is safe. A pack stays as long as an index file lists it, and both go under an exclusive lock only. A run
 * holds its own lock when it lists the index files; what it takes over was loaded from files that are all in that list. So
 * every blob it finds is listed in a file that is there and that nobody may remove before the run has ended. One file gone
 * (a prune, a repair), one damaged, one blob that was claimed and not stored, stored and not listed: and all is loaded anew.
 */
export class IndexKeeper {
  readonly #storage: Storage;
  readonly #reader: BlobReader;
  readonly #random: Random;
  #kept: RepositoryIndex | undefined;

  constructor(storage: Storage, reader: BlobReader, random: Random) {
    this.#storage = storage;
    this.#reader = reader;
    this.#random = random;
  }

  /** The index for a run; `listed` are the index files there are, seen under the run's lock. Empty where none is kept that fits. */
  take(use: IndexUse, listed: readonly StoredFile[] | undefined): RepositoryIndex {
    let index = this.#kept;
    const fits = index && listed && !use.fresh && !index.alone && !index.stale &&
      !(use.writes && index.written) && index.agreesWith(listed);
    if (!index || !fits) index = this.#kept = this.#make(index);
    index.users++;
    index.alone = use.fresh;
    if (use.writes) index.written = true;
    return index;
  }

  /** Ends what {@link take} began. Not `clean`: it says something that is not stored and listed. */
  giveBack(index: RepositoryIndex, use: IndexUse, clean: boolean): void {
    index.users--;
    if (use.fresh) index.alone = false;
    if (use.writes) index.written = false;
    if (!clean) index.stale = true;
  }

  /** True where no run has left an index, and none has one. */
  get empty(): boolean {
    return this.#kept === undefined;
  }

  /** Gives back the memory of what no run uses. */
  rest(): void {
    if (this.#kept?.users === 0) this.#kept = undefined;
    else this.#kept?.packReader.forget();
  }

  /** The old table is used again where nobody else looks into it: its memory is not the garbage collector's to find. */
  #make(old: RepositoryIndex | undefined): RepositoryIndex {
    const free = old && old.users === 0 && old.loading === 0 && !old.abandoned;
    if (free) old.table.clear();
    const table = free ? old.table : BlobTable.create({ random: this.#random });
    return new RepositoryIndex(this.#storage, this.#reader, table);
  }
}
