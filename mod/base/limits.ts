// Copyright the SpareGrid authors. Apache-2.0.

/** One KiB, MiB, GiB in bytes. */
export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

/** Smallest chunk but the last of a file, bytes. The scan skips this much. */
export const CHUNK_BYTES_MIN = 512 * KIB;
/** Mean chunk, bytes. */
export const CHUNK_BYTES_MEAN = MIB;
/** Largest chunk, bytes. */
export const CHUNK_BYTES_MAX = 8 * MIB;

/** Bytes that sealing adds to a piece: 16 of IV, 16 of MAC (repository-format.md, "Sealing"). */
export const SEAL_OVERHEAD = 32;

/** A pack is closed when it holds this many bytes. */
export const PACK_BYTES_TARGET = 16 * MIB;
/**
 * Largest pack that a reader accepts: restic's largest target (128 MiB), its header, and one blob over, which may be the tree
 * of a folder with millions of entries. It is held against the size of the file that is there, never against a claim.
 */
export const PACK_BYTES_MAX = (160 + 511) * MIB;
/** Largest pack header that a reader accepts (restic's limit). */
export const PACK_HEADER_BYTES_MAX = 16 * MIB;
/** Largest data blob that a reader accepts once decompressed. restic's chunks end at 8 MiB. */
export const DATA_BLOB_BYTES_MAX = 64 * MIB;
/** Largest tree blob, once decompressed: some 1.3 million entries in one folder. Neither read nor written beyond. */
export const TREE_BLOB_BYTES_MAX = 511 * MIB;
/** Largest config, key, lock or snapshot file that a reader accepts. */
export const SMALL_FILE_BYTES_MAX = 64 * MIB;
/** Largest index file that a reader accepts. restic writes some 10 MB. */
export const INDEX_FILE_BYTES_MAX = 512 * MIB;
/** Blobs listed in one index file that we write (restic's figure). */
export const INDEX_BLOBS_TARGET = 50_000;
