// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId } from "../base/mod.ts";
import type { Tree } from "../format/mod.ts";

/** Where a blob lies. `pack` is any number that stands for a pack file; bytes. */
export interface BlobPlace {
  readonly pack: number;
  /** Where the sealed blob starts in its pack. */
  readonly offset: number;
  /** Sealed length. */
  readonly length: number;
  /** Plain length where the blob is compressed; 0 where it is not. */
  readonly uncompressedLength: number;
}

/** Loads trees; entries that cannot be read may be listed in `refused`. Errors: SG1028 not in the index, SG1005 damaged, SG1015 unreachable. */
export interface TreeLoader {
  loadTree(id: BlobId, signal: AbortSignal): Promise<Tree>;
}

/** What a restore asks of the repository. */
export interface RestoreNeeds extends TreeLoader {
  /** Where a data blob lies; undefined when no index knows it. Quick, never waits. */
  locate(id: BlobId): BlobPlace | undefined;
  /** Bytes of a pack as stored, not verified; exactly `length` of them or an error. */
  loadRange(
    pack: number,
    offset: number,
    length: number,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Loads that may run at once. */
  readonly packConnections: number;
}

/**
 * The threads that open blobs and write files: each hands `job` and `bytes` to a `FileWriter.run` and gives its
 * answer back. Both buffers belong to the lane afterwards.
 *
 * `write` must not settle while a lane still works on the job, even when `signal` aborts: the descriptors that the
 * job names are closed afterwards. A job that no lane began may be dropped.
 */
export interface RestoreLanes {
  /** Threads there are; at least 1. */
  readonly count: number;
  write(
    job: Uint8Array<ArrayBuffer>,
    bytes: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;
}

/** What a dump asks of the repository: trees, and single blobs opened and verified. */
export interface DumpNeeds extends TreeLoader {
  /** The plain bytes of a data blob, in a buffer that nobody changes later. Errors: SG1028, SG1005, SG1015. */
  loadBlob(id: BlobId, signal: AbortSignal): Promise<Uint8Array>;
}
