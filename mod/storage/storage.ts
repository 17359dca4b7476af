// Copyright the SpareGrid authors. Apache-2.0.

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

/** The part of a file to load. Bytes; to the end where `length` is left out. */
export interface LoadRange {
  readonly offset?: number;
  readonly length?: number;
  readonly signal?: AbortSignal;
}

/** Options every storage call takes. */
export interface StorageCall {
  readonly signal?: AbortSignal;
}

/**
 * A shelf: names and bytes. Files are written once, whole or not at all, and never changed.
 *
 * Obligations of every implementation (test/suite/storage.ts proves them):
 * - `save` resolves only when the bytes are durable under the name and a power cut cannot take them away. Saving an
 *   existing name: when its stored bytes have the same length it succeeds and leaves them; `config` is refused
 *   (SG1004). The buffer belongs to the caller again when the promise settles.
 * - `load` gives exactly the bytes asked for; less is an error (SG1005 for a range past the end, SG1006 for no such
 *   file), never a short answer.
 * - `list` shows whole files with valid names only, in any order, and streams.
 * - `remove` of a missing file is SG1006.
 * - Failures are SgErrors: SG0200 no space, SG0178 quota, SG1014 read-only or forbidden, SG1015 broken, SG0134,
 *   SG0136, SG0083 network, SG1019 certificate, SG1020 login, SG1016 on abort.
 */
export interface Storage {
  /** Where this is, for people; never holds a secret. */
  readonly location: string;
  /** Requests worth running at a time. */
  readonly connections: number;
  /** Makes the place ready for use (folders, or the server's create call). SG1004 where a `config` exists. */
  create(call?: StorageCall): Promise<void>;
  save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void>;
  load(file: FileHandle, range?: LoadRange): Promise<Uint8Array<ArrayBuffer>>;
  stat(file: FileHandle, call?: StorageCall): Promise<StoredFile>;
  list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile>;
  remove(file: FileHandle, call?: StorageCall): Promise<void>;
  /** Frees sockets and descriptors; later calls fail. */
  close(): Promise<void>;
}
