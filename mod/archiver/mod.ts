// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Archiver: makes the trees of a snapshot from what is on the disk: scans, compares with the parent snapshot, has
 * lanes read what is new, builds nodes and trees.
 *
 * The main thread walks and compares (`Archiver`); threads read, cut and hash (`FileSaver`, `StreamSaver`). It knows
 * neither packs nor storage nor snapshots files: `needs.ts` says what it asks for. The format is repository-format.md,
 * "Trees".
 *
 * Invariants: an entry that cannot be read is reported and never ends the run; nothing that is not a regular file
 * is ever read from; a content whose stat moved while it was read is read again or reported; a journal record is written
 * only after its blobs are in an index.
 * @module
 */
export { BatchWriter, type FileItem, type FileOutcome, isSaved, readBatch } from "./batch.ts";
export type { BlobSink } from "./content_saver.ts";
export { DIGESTS_BYTES_MAX, FolderDigests } from "./folder_digests.ts";
export { FileSaver, type FileSaverParts } from "./file_saver.ts";
export { type SavedStream, StreamSaver } from "./stream_saver.ts";
export type {
  ArchiveObserver,
  ArchiverNeeds,
  ArchiverOptions,
  EntryProblem,
  FileLanes,
  JournalStore,
  LongTree,
} from "./needs.ts";
export type { OwnerNames } from "./node_maker.ts";
export { Archiver, type ArchiveResult } from "./archiver.ts";
export { LooksAhead } from "./looks_ahead.ts";
export type { ArchiveProgress, Counts } from "./counts.ts";
