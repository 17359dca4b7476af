// Copyright the SpareGrid authors. Apache-2.0.
// What the archiver asks of the rest of the house; `job` passes it in.
import type { BlobId } from "../base/mod.ts";
import type { SgCode } from "../errors/mod.ts";
import type { BlobType, Tree, TreePieces } from "../format/mod.ts";
import type { FolderDigests } from "./folder_digests.ts";
import type { LooksAhead } from "./looks_ahead.ts";
import type { OwnerNames } from "./node_maker.ts";
import type { SavedStream } from "./stream_saver.ts";

/** The threads that read, cut, hash, compress and pack. */
export interface FileLanes {
  /** How many batches to have under way at a time, so that no lane waits for the main thread. */
  readonly batchesAtOnce: number;
  /**
   * Saves the files of a batch (`BatchWriter`) with a `FileSaver` and gives its answer. The batch's buffer belongs
   * to the lanes afterwards.
   */
  saveFiles(batch: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** Saves a stream to its end with a `StreamSaver`; `onBytes` is told of each piece. */
  saveStream(
    stream: ReadableStream<Uint8Array>,
    signal: AbortSignal,
    onBytes: (bytes: number) => void,
  ): Promise<SavedStream>;
  /** Resolves when every blob of every batch that was answered before the call is stored. */
  flush(): Promise<void>;
  /** Bytes read by the lanes so far, where they count them: makes the progress of large files smooth. */
  bytesRead?(): number;
}

/** Where a run notes what it has stored, for a successor in case it does not reach its end. */
export interface JournalStore {
  /** Keeps one more frame; frames are opaque and small (some 100 bytes per file). */
  append(frame: Uint8Array): Promise<void>;
  /** The frames kept, in order; ends without error where nothing was kept or the rest is damaged. */
  frames(): AsyncIterable<Uint8Array>;
  /** Forgets everything. The caller does so once the snapshot is stored. */
  remove(): Promise<void>;
}

/** A tree of very many bytes, taken piece by piece and compressed as it comes. */
export interface LongTree extends TreePieces {
  /** Stores it unless it is known. To be called once, behind the last piece. */
  save(): Promise<BlobId>;
}

/** Everything an archiver works with besides its ports. */
export interface ArchiverNeeds {
  /** A tree of the repository. */
  loadTree(id: BlobId, signal: AbortSignal): Promise<Tree>;
  /** True when the blob is in the index or on its way into it. */
  hasBlob(type: BlobType, id: BlobId): boolean;
  /** Stores a tree (bytes as `encodeTree` gives them) unless it is known; takes the bytes. */
  saveTree(bytes: Uint8Array<ArrayBuffer>): Promise<BlobId>;
  /** Begins a tree that is too long to lie in memory as a whole. */
  beginTree(): LongTree;
  readonly lanes: FileLanes;
  /** Stores the open packs of trees and writes an index of all that is stored, so that a crash cannot lose it. */
  checkpoint(): Promise<void>;
  readonly journal?: JournalStore;
  /** What earlier runs noted of trees all of whose blobs are in the repository; takes what this run notes. */
  readonly digests?: FolderDigests;
  /** Folders of the source that were looked at before the run. */
  readonly ahead?: LooksAhead;
  readonly owners: OwnerNames;
}

/** Something that went wrong with one entry while the run went on (the same shape as `job`'s). */
export interface EntryProblem {
  readonly code: SgCode;
  readonly path?: Uint8Array;
  readonly message: string;
}

/** Who listens to a run. Methods are quick and never throw. */
export interface ArchiveObserver {
  problem(problem: EntryProblem): void;
  entry?(entry: {
    readonly path: Uint8Array;
    readonly fate: "new" | "changed" | "unchanged" | "excluded";
    readonly bytes: number;
  }): void;
  note(message: string): void;
}

/** How a run shall go. */
export interface ArchiverOptions {
  /** Root tree of the snapshot to compare with. */
  readonly parentTree?: BlobId;
  /** Read every file again. */
  readonly full?: boolean;
  readonly ignoreInode?: boolean;
  readonly ignoreCtime?: boolean;
  /** Store access times; else they are stored as the modification times. */
  readonly withAtime?: boolean;
  /** Totals to begin with, for the progress: the parent's, as a rule. */
  readonly expected?: { readonly files: number; readonly bytes: number };
  /** Count files and bytes beforehand where no totals are expected. */
  readonly estimate?: boolean;
  /** Milliseconds between checkpoints; 45,000 where left out. */
  readonly checkpointMs?: number;
}
