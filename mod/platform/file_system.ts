// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant } from "../base/mod.ts";

/** An open file or folder. Where the traits say `byDescriptor`, any thread of this process may use it. */
export type Fd = number;

/** What kinds of entry a name can stand for. Their order is that of the numbers which stand for them in memory and caches. */
export const ENTRY_KINDS = [
  "file",
  "dir",
  "symlink",
  "dev",
  "chardev",
  "fifo",
  "socket",
  "irregular",
] as const;

/** What kind of entry a name stands for. */
export type EntryKind = typeof ENTRY_KINDS[number];

/** What the system knows of an entry. */
export interface Stat {
  readonly kind: EntryKind;
  /** Permission bits with setuid, setgid and sticky: `st_mode & 0o7777`. */
  readonly permissions: number;
  readonly dev: bigint;
  readonly ino: bigint;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  /** Device that a device node stands for; 0 for others. */
  readonly rdev: bigint;
  /** Bytes of content; for links the length of the target. */
  readonly size: number;
  /** Bytes of storage in use: less than `size` where the file has holes. */
  readonly allocated: number;
  readonly mtime: Instant;
  readonly atime: Instant;
  readonly ctime: Instant;
}

/** One name in a folder with its stat; `failure` instead where the stat failed (the entry is there). */
export interface FolderEntry {
  /** Bytes exactly as the system stores them; no slash, no NUL, never `.` or `..`. */
  readonly name: Uint8Array;
  readonly stat?: Stat;
  readonly failure?: Error;
}

/** An extended attribute. Linux keeps POSIX ACLs in two of them, `system.posix_acl_access` and `_default`. */
export interface Xattr {
  readonly name: string;
  readonly value: Uint8Array;
}

/** A run of a file that holds data (not a hole). Bytes. */
export interface DataRegion {
  readonly offset: number;
  readonly length: number;
}

/** What this system can do; callers look here instead of asking which system it is. */
export interface FileSystemTraits {
  /** Names are arbitrary bytes and reach the program unchanged. */
  readonly byteNames: boolean;
  /** uid, gid, mode bits, device nodes and fifos mean something. */
  readonly posix: boolean;
  readonly xattrs: boolean;
  /** Descriptors are the system's: any thread may use them, and nobody can swap a parent folder meanwhile. */
  readonly byDescriptor: boolean;
  /** {@link FileSystem.syncAllAsync} is there; elsewhere each file and folder has to be synced. */
  readonly syncsAll: boolean;
}

/**
 * The file system port: what SpareGrid asks of the operating system about files. Everything that touches
 * files takes one, so that tests can replace it by one in memory that crashes, fills up and lies.
 *
 * Entries are named by a folder's descriptor and ONE name (bytes, no slash), never by a path, so a path may be
 * of any length and a swapped parent cannot redirect a call. No call but {@link openRoot} follows a symlink.
 *
 * Calls without `Async` answer at once from the kernel's caches in the usual case; those that may wait for a
 * drive have an `Async` twin that does not block the thread; its buffer must live, and its worker must not be ended,
 * until it settles. Failures are `OsError`. Reads and writes are never
 * silently short except where said.
 */
export interface FileSystem {
  readonly traits: FileSystemTraits;

  /** Opens a folder by path (`/` or relative to the working folder); follows links. `ENOENT`, `ENOTDIR`, `EACCES`. */
  openRoot(path: string | Uint8Array): Fd;
  /** Stat by path, following links (for what a user typed). */
  statPath(path: string | Uint8Array): Stat;
  /** Opens a folder inside `dir` for reading names and for use as `dir`. A symlink is `ENOTDIR` or `ELOOP`. */
  openFolder(dir: Fd, name: Uint8Array): Fd;
  /** Opens for reading; never blocks on a fifo or device. With `noAtime` tries O_NOATIME first, then without. */
  openRead(dir: Fd, name: Uint8Array, options?: { noAtime?: boolean }): Fd;
  /** Opens an existing regular file for reading and writing. */
  openWrite(dir: Fd, name: Uint8Array): Fd;
  /**
   * Makes a new file (O_EXCL) for reading and writing. `EEXIST` when the name is taken. Here and wherever something is
   * made, the process's umask takes bits away from `permissions`; {@link setPermissions} sets them exactly.
   */
  create(dir: Fd, name: Uint8Array, permissions: number): Fd;
  close(fd: Fd): void;

  stat(dir: Fd, name: Uint8Array): Stat;
  statFd(fd: Fd): Stat;
  /**
   * The names in a folder with their stats, in the system's order, in batches of bounded size (thousands), so
   * that a folder of a million entries needs little memory. One iteration at a time per descriptor. The names of a batch
   * may be views of one block of memory: copy a name that is kept for long.
   */
  entries(dir: Fd): Iterable<FolderEntry[]>;
  /** The names alone, likewise. */
  names(dir: Fd): Iterable<Uint8Array[]>;

  /** Reads up to `into.length` bytes at the descriptor's own position; 0 at the end. May be short. */
  read(fd: Fd, into: Uint8Array): number;
  /** Reads at `offset` until `into` is full or the file ends; returns the bytes read. */
  readAt(fd: Fd, into: Uint8Array, offset: number): number;
  readAtAsync(fd: Fd, into: Uint8Array<ArrayBuffer>, offset: number): Promise<number>;
  /** Writes all of `bytes` at `offset`, repeating short writes. */
  writeAt(fd: Fd, bytes: Uint8Array, offset: number): void;
  writeAtAsync(fd: Fd, bytes: Uint8Array<ArrayBuffer>, offset: number): Promise<void>;
  /** Sets the length; grows by a hole. */
  truncate(fd: Fd, length: number): void;
  /** Makes content and metadata durable. A failure is final: the caller must abandon the file, never sync again. */
  sync(fd: Fd): void;
  syncAsync(fd: Fd): Promise<void>;
  /** Makes everything on the file system that `fd` lies on durable. Where the traits say `syncsAll`. */
  syncAllAsync(fd: Fd): Promise<void>;
  /** Tells the kernel that the file will be read from front to back, or (`drop`) not again. A hint only. */
  advise(fd: Fd, advice: "sequential" | "drop"): void;
  /**
   * Runs of data in a file of `size` bytes, those from `from` (0 where left out) on; one run of all of that where holes
   * are unknown.
   */
  dataRegions(fd: Fd, size: number, from?: number): DataRegion[];
  /** Free bytes for this user on the file system of `fd`. */
  freeBytes(fd: Fd): number;

  makeFolder(dir: Fd, name: Uint8Array, permissions: number): void;
  makeSymlink(dir: Fd, name: Uint8Array, target: Uint8Array): void;
  makeFifo(dir: Fd, name: Uint8Array, permissions: number): void;
  makeSocket(dir: Fd, name: Uint8Array, permissions: number): void;
  makeDevice(dir: Fd, name: Uint8Array, kind: "dev" | "chardev", rdev: bigint, permissions: number): void;
  /** A hard link `dir/name` to `fromDir/fromName`, which is not followed when it is a symlink. */
  makeHardLink(fromDir: Fd, fromName: Uint8Array, dir: Fd, name: Uint8Array): void;
  readSymlink(dir: Fd, name: Uint8Array): Uint8Array;
  /** Atomic; replaces a file at the new name. */
  rename(fromDir: Fd, fromName: Uint8Array, toDir: Fd, toName: Uint8Array): void;
  removeFile(dir: Fd, name: Uint8Array): void;
  removeFolder(dir: Fd, name: Uint8Array): void;

  /** Metadata by descriptor, for files and folders. */
  setPermissions(fd: Fd, permissions: number): void;
  setOwner(fd: Fd, uid: number, gid: number): void;
  setTimes(fd: Fd, atime: Instant, mtime: Instant): void;
  xattrs(fd: Fd): Xattr[];
  setXattr(fd: Fd, name: string, value: Uint8Array): void;
  removeXattr(fd: Fd, name: string): void;
  /** Metadata of an entry itself, for what cannot be opened: links, fifos, sockets, devices. Links are not followed. */
  setPermissionsOf(dir: Fd, name: Uint8Array, permissions: number): void;
  setOwnerOf(dir: Fd, name: Uint8Array, uid: number, gid: number): void;
  setTimesOf(dir: Fd, name: Uint8Array, atime: Instant, mtime: Instant): void;
  xattrsOf(dir: Fd, name: Uint8Array): Xattr[];
  setXattrOf(dir: Fd, name: Uint8Array, attribute: string, value: Uint8Array): void;
}

/** True when both entries lie on one file system: a walk that stays on it compares folders by this. */
export function sameFileSystem(a: Stat, b: Stat): boolean {
  return a.dev === b.dev;
}
