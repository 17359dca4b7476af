// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant } from "../base/mod.ts";

/** The kinds of files a store keeps. Storage never learns what they mean. */
export type FileType = "config" | "data" | "keys" | "locks" | "snapshots" | "index";

/** Names one stored file. `name` is 64 lower-case hex digits; empty for the one `config`. */
export interface FileHandle {
  readonly type: FileType;
  readonly name: string;
}

/** A stored file as a listing shows it. */
export interface StoredFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** Options every storage call takes. */
export interface StorageCall {
  readonly signal?: AbortSignal;
  /**
   * Asked each time right before a save or a removal takes effect, or is sent where that is elsewhere: what it throws ends the
   * call, undone. A machine may sleep for hours between the caller's last look and that moment.
   */
  readonly guard?: () => void;
  /**
   * Asked before each piece of a file's bytes moves over the network; the piece waits for it. Storages that say
   * {@link Storage.paces} ask it, others do not.
   */
  readonly pace?: (bytes: number) => Promise<void>;
}

/** The part of a file to load. Bytes; to the end where `length` is left out. */
export interface LoadRange extends StorageCall {
  readonly offset?: number;
  readonly length?: number;
  /** The caller expects to need this again in later runs (metadata): worth keeping in a cache on this machine. */
  readonly keep?: boolean;
}

/** Space at a server, bytes; what it does not say is left out. */
export interface StorageUsage {
  /** Stored and trashed. */
  readonly used: number;
  /** Left out: no limit. */
  readonly allotted?: number;
  /** What may still be stored. */
  readonly free?: number;
  /** Of `used`, what lies in the trash. */
  readonly trash?: number;
  /** Days that removed files stay there. */
  readonly retentionLockDays?: number;
}

/**
 * A shelf: names and bytes. Files are written once, whole or not at all, and never changed.
 *
 * Obligations of every implementation (test/suite/storage.ts proves them):
 * - `save` resolves only when the bytes are durable under the name and a power cut cannot take them away. Saving an
 *   existing name: when its stored bytes have the same length it succeeds and leaves them; with another length what
 *   is there is damaged, and is replaced or, where that is not possible, SG1005; `config` is refused (SG1004). The
 *   buffer belongs to the caller again when the promise settles.
 * - `load` gives exactly the bytes asked for; less is an error (SG1005 for a range past the end, SG1006 for no such
 *   file), never a short answer.
 * - `list` shows whole files with valid names only, in any order, and streams. A folder that is not there is empty.
 * - `remove` of a missing file is SG1006.
 * - Failures are SgErrors: SG0200 no space, SG0178 quota, SG1014 read-only or forbidden, SG1015 broken, SG0134,
 *   SG0136, SG0083, SG0198 network, SG1019 certificate, SG1020 login, SG1016 on abort.
 */
export interface Storage {
  /** Where this is, for people; never holds a secret. */
  readonly location: string;
  /** Requests worth running at a time. */
  readonly connections: number;
  /** True when `save` and `load` ask {@link StorageCall.pace} for every piece they move. */
  readonly paces?: boolean;
  /** Makes the place ready for use (folders, or the server's create call). SG1004 where a `config` exists. */
  create(call?: StorageCall): Promise<void>;
  save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void>;
  load(file: FileHandle, range?: LoadRange): Promise<Uint8Array<ArrayBuffer>>;
  stat(file: FileHandle, call?: StorageCall): Promise<StoredFile>;
  list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile>;
  remove(file: FileHandle, call?: StorageCall): Promise<void>;
  /**
   * Removes what crashed runs left half-written: what was last touched more than `olderThanMs` milliseconds before `now`.
   * Younger ones may belong to a run under way. Gives how many there were. Absent where a store sees to that itself.
   */
  removeTemporaries?(olderThanMs: number, now: Instant, call?: StorageCall): Promise<number>;
  /**
   * Those of the files that are not there, in one question for thousands. Undefined, or absent, where the store cannot say: then
   * ask for each by {@link stat}.
   */
  missing?(files: readonly FileHandle[], call?: StorageCall): Promise<FileHandle[] | undefined>;
  /** Space of the account that this store belongs to. Undefined, or absent, where the store does not say. */
  usage?(call?: StorageCall): Promise<StorageUsage | undefined>;
  /**
   * Gives back idle connections and descriptors, so that a drive can be taken away; what is under way goes on, and the next
   * call opens what it needs. Absent where nothing is kept.
   */
  rest?(): void;
  /** Frees sockets and descriptors; later calls fail. */
  close(): Promise<void>;
}
