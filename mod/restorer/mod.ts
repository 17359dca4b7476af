// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Restorer: brings snapshots back: as files in a folder, as a tar or zip stream, or as one file's content.
 *
 * The main thread walks the snapshot, makes folders, plans and fetches by pack; lanes open blobs and write files
 * (`FileWriter`). It knows no repository and no storage: what it needs of them stands in `needs.ts`.
 *
 * It follows reliability.md 6.4 (safe restore) and repository-format.md (nodes).
 *
 * Invariants: every entry is reached by descriptors from the target's root, component by component, never through a
 * link; no name of a snapshot leads elsewhere; a file has its name only when it is whole (but for large files that are
 * mended in place); every blob is verified before its first byte counts; one entry's failure never stops the others;
 * memory does not grow with the size of the snapshot.
 * @module
 */
export {
  type BlobPlace,
  type DumpNeeds,
  type RestoreLanes,
  type RestoreNeeds,
  type TreeLoader,
} from "./needs.ts";
export {
  type OverwriteRule,
  type RestoreCounters,
  type RestoreFate,
  type RestoreOptions,
  type RestorePorts,
  type RestoreProblem,
} from "./options.ts";
export { type ArchiveOptions } from "./archive_walk.ts";
export { deletableFolders } from "./deletable_folders.ts";
export { dumpFile } from "./dump_file.ts";
export { restoreTree } from "./restore.ts";
export { type Select, type WalkedEntry, type WalkOptions, walkTree } from "./snapshot_walk.ts";
export { tarTree } from "./tar.ts";
export { TEMPORARY_PREFIX } from "./temporary_names.ts";
export { FileWriter, type FileWriterPorts } from "./write_job.ts";
export { zipTree } from "./zip.ts";
