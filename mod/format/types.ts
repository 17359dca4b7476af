// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId, IndexId, Instant, PackId, SnapshotId } from "../base/mod.ts";
import type { SgError } from "../errors/mod.ts";

/** The kinds of entries a tree can hold (repository-format.md, "Trees"). */
export type NodeType = "file" | "dir" | "symlink" | "dev" | "chardev" | "fifo" | "socket" | "irregular";

/** An extended attribute of a node; `value` is null where the format says `null`. */
export interface NodeXattr {
  readonly name: string;
  readonly value: Uint8Array | null;
}

/**
 * One entry of a tree. A plain record; `encodeTree` leaves out what is zero or empty where the format does.
 * Numbers that may pass 2^53 are bigint.
 */
export interface Node {
  /** The real name, byte for byte; never empty. */
  name: Uint8Array;
  type: NodeType;
  /** Go's FileMode (type bits and permissions), unsigned 32 bits; see `fileMode` and `permissionsOf`. */
  mode: number;
  mtime: Instant;
  atime: Instant;
  ctime: Instant;
  uid: number;
  gid: number;
  user?: string;
  group?: string;
  inode: bigint;
  /** Only kept where links > 1. */
  deviceId: bigint;
  /** Size of files, bytes. */
  size: bigint;
  links: bigint;
  /** Target of a symlink, byte for byte. */
  linkTarget?: Uint8Array;
  xattrs?: readonly NodeXattr[];
  /** `generic_attributes`, kept as parsed JSON. */
  generic?: Readonly<Record<string, unknown>>;
  /** st_rdev of device nodes. */
  device: bigint;
  /** IDs of a file's blobs in order; null for everything else, or where a damaged tree says so. */
  content: readonly BlobId[] | null;
  /** Tree of a folder. */
  subtree?: BlobId;
  error?: string;
}

/** An entry of a tree that cannot be read: of an unknown type, with a malformed name or an impossible number. */
export interface RefusedNode {
  /** Its name; undefined where even that cannot be read. */
  readonly name: Uint8Array | undefined;
  readonly error: SgError;
}

/** Nodes in strictly ascending order of their names' bytes. */
export interface Tree {
  readonly nodes: readonly Node[];
  /** Entries that were left out, where `decodeTree` was told to go on without them. */
  readonly refused?: readonly RefusedNode[];
}

/** What a blob is. Both kinds never share a pack. */
export type BlobType = "data" | "tree";

/** A blob as a pack's header or an index lists it. Lengths in bytes. */
export interface PackedBlob {
  readonly id: BlobId;
  readonly type: BlobType;
  /** Where the sealed blob starts in its pack. */
  readonly offset: number;
  /** Sealed length. */
  readonly length: number;
  /** Plain length where the blob is compressed; 0 where it is not (as in the index JSON). */
  readonly uncompressedLength: number;
}

/** A pack with its blobs, as an index lists it. */
export interface IndexedPack {
  readonly id: PackId;
  readonly blobs: readonly PackedBlob[];
}

/** An index file. */
export interface IndexFile {
  readonly packs: readonly IndexedPack[];
  /** Old files may say which they replaced. */
  readonly supersedes?: readonly IndexId[];
}

/** The numbers a snapshot keeps of its run (field names of the format in camel case). */
export interface SnapshotSummary {
  readonly backupStart: Instant;
  readonly backupEnd: Instant;
  readonly filesNew: number;
  readonly filesChanged: number;
  readonly filesUnmodified: number;
  readonly dirsNew: number;
  readonly dirsChanged: number;
  readonly dirsUnmodified: number;
  readonly dataBlobs: number;
  readonly treeBlobs: number;
  /** Bytes of new blobs, plain. */
  readonly dataAdded: number;
  /** Bytes of new blobs as stored. */
  readonly dataAddedPacked: number;
  readonly totalFilesProcessed: number;
  readonly totalBytesProcessed: number;
}

/** A snapshot file. */
export interface Snapshot {
  readonly time: Instant;
  readonly parent?: SnapshotId;
  readonly tree: BlobId;
  /** Absolute paths that were backed up. Bytes that are not UTF-8 are shown as U+FFFD here; the tree has them right. */
  readonly paths: readonly string[];
  readonly hostname?: string;
  readonly username?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly excludes?: readonly string[];
  readonly tags?: readonly string[];
  readonly original?: SnapshotId;
  readonly programVersion?: string;
  readonly summary?: SnapshotSummary;
}

/** The `config` file. */
export interface Config {
  /** 1 or 2; we write 2 and read both. */
  readonly version: number;
  readonly id: string;
  /** Hexadecimal; irreducible over GF(2), degree 53. */
  readonly chunkerPolynomial: string;
}

/** A key file. */
export interface KeyFile {
  readonly created: Instant;
  readonly username: string;
  readonly hostname: string;
  readonly kdf: "scrypt";
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
  /** The sealed master key. */
  readonly data: Uint8Array;
}

/** A lock file. */
export interface Lock {
  readonly time: Instant;
  readonly exclusive: boolean;
  readonly hostname: string;
  readonly username: string;
  readonly pid: number;
  readonly uid?: number;
  readonly gid?: number;
}
