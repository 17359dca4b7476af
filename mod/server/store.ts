// Copyright the SpareGrid authors. Apache-2.0.
import type { FileType } from "../storage/mod.ts";

/** A repository's place in the store. */
export interface StorePlace {
  readonly account: string;
  readonly repository: string;
}

/** A file of a repository; its name is empty for the one `config`. */
export interface StoreFile extends StorePlace {
  readonly type: FileType;
  readonly name: string;
}

/** A file as the store shows it. */
export interface StoreEntry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** When its last byte was written, ms since 1970, by the store's own clock. */
  readonly writtenAt: number;
}

/** Where files lie: in use, or in the trash. */
export type StoreArea = "store" | "trash";

/** A file on its way in. It has no name yet; disposed before it was committed, nothing of it stays. */
export interface StoreWrite extends AsyncDisposable {
  /** Adds bytes at the end, one call at a time; they must not change until it resolves. */
  append(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /**
   * Makes the bytes durable under their name, whole. False when the name is taken and `replace` is not set: then nothing
   * changed. `sha256` is what the bytes hash to.
   */
  commit(file: StoreFile, sha256: Uint8Array, replace: boolean): Promise<boolean>;
}

/**
 * Where a server keeps its clients' files. Files are written once, whole and durable or not at all; what is removed goes to
 * the trash first. One process uses a store at a time. Names are checked by whoever calls. Failures are SG0200 (no space),
 * SG1006 (no such file), SG1014 (read-only), SG1015.
 */
export interface Store {
  /** Where this is, for people. */
  readonly location: string;
  /** Makes it ready, and removes what crashed uploads left: says how many there were. */
  prepare(): Promise<number>;
  /** Free bytes on its drive. */
  freeBytes(): number;
  /** All places where something lies, by account and name. */
  places(area: StoreArea): Promise<StorePlace[]>;
  /** Makes a repository's folders, durably. Nothing happens to one that is there. */
  create(place: StorePlace): Promise<void>;
  /** True when the repository is there. */
  has(place: StorePlace): Promise<boolean>;
  /** Files of one type in the order of their names, in batches; none where the repository is not there. */
  list(place: StorePlace, type: FileType, area?: StoreArea): AsyncIterable<StoreEntry[]>;
  /** A file; undefined where there is none. */
  stat(file: StoreFile, area?: StoreArea): Promise<StoreEntry | undefined>;
  /** Makes the name of a file that is there durable: another upload may have given it a moment ago. */
  settle(file: StoreFile): Promise<void>;
  /** Bytes of a file, in pieces of bounded size. SG1006, and SG1005 where it is shorter. */
  read(file: StoreFile, offset: number, length: number): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Begins a file. */
  begin(): Promise<StoreWrite>;
  /** Removes a file for good. */
  remove(file: StoreFile, area?: StoreArea): Promise<void>;
  /** Moves a file to the trash, durably; a file that is there under that name gives way. */
  moveToTrash(file: StoreFile, trashName: string): Promise<void>;
  /** Moves a file back from the trash, durably; false when there is one of its name in the store, or none in the trash. */
  moveBack(file: StoreFile, trashName: string): Promise<boolean>;
  /** Removes the folders of a place in which nothing lies any more. */
  removeFolders(place: StorePlace, area?: StoreArea): Promise<void>;
  close(): void;
}
