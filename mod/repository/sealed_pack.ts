// Copyright the SpareGrid authors. Apache-2.0.
import type { CompressionLevel } from "../compress/mod.ts";
import type { MasterKey } from "../crypto/mod.ts";
import type { BlobType } from "../format/mod.ts";
import type { BlobTableHandle } from "./blob_table.ts";

/**
 * A finished pack on its way from the thread that sealed it to the storage, with what the index needs to know.
 * Compact and without shared buffers, so that it can be moved between threads.
 */
export interface SealedPack {
  readonly type: BlobType;
  /** SHA-256 of `bytes`. */
  readonly id: Uint8Array<ArrayBuffer>;
  /** The pack file; its buffer may be longer, and is nobody else's. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** 32 bytes for each blob, in the order they lie in the pack. */
  readonly ids: Uint8Array<ArrayBuffer>;
  /** Where each sealed blob starts. */
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** Sealed lengths. */
  readonly lengths: Uint32Array<ArrayBuffer>;
  /** Plain lengths of compressed blobs, 0 for those stored as they are. */
  readonly uncompressed: Uint32Array<ArrayBuffer>;
}

/** What another thread needs to open blobs. Data only; it holds keys: never log it. */
export interface ReaderSeed {
  readonly masterKey: MasterKey;
}

/** What another thread needs to store blobs. Data only; it holds keys: never log it. */
export interface WriterSeed extends ReaderSeed {
  readonly table: BlobTableHandle;
  /** Format version of the repository: 1 knows no compression. */
  readonly version: number;
  readonly compression: CompressionLevel;
  /** A pack is full when it holds this many bytes. */
  readonly packBytesTarget: number;
  /**
   * The part of that after which the first pack is full, 1 where left out. Threads that fill their packs alike would all have full
   * ones at the same time, and then all wait for the storage.
   */
  readonly firstPackPart?: number;
  /** Open, decompress and hash again what was sealed, before it counts as stored. */
  readonly verify: boolean;
}
