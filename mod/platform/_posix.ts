// Copyright the SpareGrid authors. Apache-2.0.
import type { OsError } from "../errors/mod.ts";
import { type Instant, utf8 } from "../base/mod.ts";
import { errnoName, type ErrnoTable, osError } from "./errno.ts";
import type {
  DataRegion,
  EntryKind,
  Fd,
  FileSystem,
  FileSystemTraits,
  FolderEntry,
  Stat,
  Xattr,
} from "./file_system.ts";
import type { Libc } from "./_libc.ts";
import { CStringSlot } from "./names.ts";

/** Flag bits whose values differ between Linux and macOS. */
export interface PosixFlags {
  readonly O_RDONLY: number;
  readonly O_RDWR: number;
  readonly O_CREAT: number;
  readonly O_EXCL: number;
  readonly O_NONBLOCK: number;
  /** 0 where the system lacks it. */
  readonly O_NOATIME: number;
  readonly O_CLOEXEC: number;
  readonly O_DIRECTORY: number;
  readonly O_NOFOLLOW: number;
  readonly AT_FDCWD: number;
  readonly AT_SYMLINK_NOFOLLOW: number;
  readonly AT_REMOVEDIR: number;
  readonly SEEK_DATA: number;
  readonly SEEK_HOLE: number;
}

/** `st_mode >> 12` to kind. */
const KINDS: readonly EntryKind[] = (() => {
  const kinds: EntryKind[] = new Array(16).fill("irregular");
  kinds[1] = "fifo";
  kinds[2] = "chardev";
  kinds[4] = "dir";
  kinds[6] = "dev";
  kinds[8] = "file";
  kinds[10] = "symlink";
  kinds[12] = "socket";
  return kinds;
})();

/** The kind that a POSIX mode stands for. */
export function kindOfMode(mode: number): EntryKind {
  return KINDS[(mode >> 12) & 15]!;
}

const S_IFIFO = 0o010000;
const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;
const S_IFSOCK = 0o140000;

const SEEK_SET = 0;
const SEEK_CUR = 1;

/** Bytes of the longest path the kernel takes in one call, less room for the NUL. */
const PATH_BYTES_MAX = 4095;
/** One call moves at most this much, so that its result fits 32 bits. */
const TRANSFER_BYTES_MAX = 1 << 30;
/** Longest link target: a kernel's limit is a page or less. */
const TARGET_BYTES_MAX = 65_536;
/** Attribute list or value, first try. Linux allows 64 KiB of each. */
const XATTR_BYTES_TRY = 65_536;
/** Larger attributes than this are refused (macOS resource forks may be large). */
const XATTR_BYTES_MAX = 64 << 20;

const SECOND = 1_000_000_000n;

/**
 * What Linux and macOS share of the port: everything whose C function has one shape on both. Subclasses add
 * stat, folder reading, durability, attributes and the like.
 */
export abstract class PosixFileSystem implements FileSystem {
  readonly traits: FileSystemTraits = {
    byteNames: true,
    posix: true,
    xattrs: true,
    byDescriptor: true,
    syncsAll: true,
  };

  protected readonly slot = new CStringSlot(PATH_BYTES_MAX);
  protected readonly secondSlot = new CStringSlot(PATH_BYTES_MAX);
  readonly #times = new BigInt64Array(4);
  readonly #target = new Uint8Array(TARGET_BYTES_MAX);
  #xattrNames = new Uint8Array(XATTR_BYTES_TRY);
  #xattrValue = new Uint8Array(XATTR_BYTES_TRY);

  protected constructor(
    private readonly libc: Libc,
    protected readonly flags: PosixFlags,
    private readonly errnos: ErrnoTable,
  ) {}

  abstract statPath(path: string | Uint8Array): Stat;
  abstract stat(dir: Fd, name: Uint8Array): Stat;
  abstract statFd(fd: Fd): Stat;
  abstract entries(dir: Fd): Iterable<FolderEntry[]>;
  abstract names(dir: Fd): Iterable<Uint8Array[]>;
  abstract sync(fd: Fd): void;
  abstract syncAsync(fd: Fd): Promise<void>;
  abstract syncAllAsync(fd: Fd): Promise<void>;
  abstract advise(fd: Fd, advice: "sequential" | "drop"): void;
  abstract freeBytes(fd: Fd): number;
  abstract setPermissionsOf(dir: Fd, name: Uint8Array, permissions: number): void;
  abstract removeXattr(fd: Fd, name: string): void;
  abstract setXattr(fd: Fd, name: string, value: Uint8Array): void;
  abstract setXattrOf(dir: Fd, name: Uint8Array, attribute: string, value: Uint8Array): void;
  abstract xattrs(fd: Fd): Xattr[];
  abstract xattrsOf(dir: Fd, name: Uint8Array): Xattr[];

  openRoot(path: string | Uint8Array): Fd {
    const flags = this.flags.O_RDONLY | this.flags.O_DIRECTORY;
    return this.throughPath(path, "open", (dir, part) => this.open(dir, part, flags, 0, "open", part));
  }

  openFolder(dir: Fd, name: Uint8Array): Fd {
    const flags = this.flags.O_RDONLY | this.flags.O_DIRECTORY | this.flags.O_NOFOLLOW;
    return this.open(dir, this.slot.name(name, "open"), flags, 0, "open", name);
  }

  openRead(dir: Fd, name: Uint8Array, options: { noAtime?: boolean } = {}): Fd {
    const flags = this.flags.O_RDONLY | this.flags.O_NOFOLLOW | this.flags.O_NONBLOCK;
    const cname = this.slot.name(name, "open");
    if (options.noAtime && this.flags.O_NOATIME !== 0) {
      // Only the owner (or root) may ask for O_NOATIME: others get EPERM and read the usual way.
      const fd = this.libc.openat(dir, cname, flags | this.flags.O_NOATIME | this.flags.O_CLOEXEC, 0);
      if (fd >= 0) return fd;
      if (this.errnoName() !== "EPERM" && this.errnoName() !== "EINTR") throw this.failure("open", name);
    }
    return this.open(dir, cname, flags, 0, "open", name);
  }

  openWrite(dir: Fd, name: Uint8Array): Fd {
    const flags = this.flags.O_RDWR | this.flags.O_NOFOLLOW | this.flags.O_NONBLOCK;
    const fd = this.open(dir, this.slot.name(name, "open"), flags, 0, "open", name);
    if (this.statFd(fd).kind === "file") return fd;
    this.libc.close(fd);
    throw osError("EINVAL", "open", name);
  }

  create(dir: Fd, name: Uint8Array, permissions: number): Fd {
    const flags = this.flags.O_RDWR | this.flags.O_CREAT | this.flags.O_EXCL | this.flags.O_NOFOLLOW;
    return this.open(dir, this.slot.name(name, "create"), flags, permissions, "create", name);
  }

  close(fd: Fd): void {
    // The descriptor is gone whatever close says, so EINTR is no failure and nothing is tried twice.
    if (this.libc.close(fd) < 0 && this.errnoName() !== "EINTR") throw this.failure("close");
  }

  read(fd: Fd, into: Uint8Array): number {
    const length = Math.min(into.length, TRANSFER_BYTES_MAX);
    for (;;) {
      const count = this.libc.read(fd, into as Uint8Array<ArrayBuffer>, length);
      if (count >= 0) return count;
      this.throwUnlessInterrupted("read");
    }
  }

  readAt(fd: Fd, into: Uint8Array, offset: number): number {
    const target = into as Uint8Array<ArrayBuffer>;
    let done = 0;
    while (done < target.length) {
      const rest = done === 0 ? target : target.subarray(done);
      const count = this.libc.pread(fd, rest, Math.min(rest.length, TRANSFER_BYTES_MAX), offset + done);
      if (count > 0) done += count;
      else if (count === 0) break;
      else this.throwUnlessInterrupted("read");
    }
    return done;
  }

  async readAtAsync(fd: Fd, into: Uint8Array<ArrayBuffer>, offset: number): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const rest = done === 0 ? into : into.subarray(done);
      const length = Math.min(rest.length, TRANSFER_BYTES_MAX);
      const count = await this.libc.preadAsync(fd, rest, length, offset + done);
      if (count === 0) break;
      // The reason of a failure stayed on the other thread: reading again here finds it, and harms nothing.
      if (count < 0) return done + this.readAt(fd, rest, offset + done);
      done += count;
    }
    return done;
  }

  writeAt(fd: Fd, bytes: Uint8Array, offset: number): void {
    const source = bytes as Uint8Array<ArrayBuffer>;
    let done = 0;
    while (done < source.length) {
      const rest = done === 0 ? source : source.subarray(done);
      const count = this.libc.pwrite(fd, rest, Math.min(rest.length, TRANSFER_BYTES_MAX), offset + done);
      if (count > 0) done += count;
      else if (count === 0) throw osError("EIO", "write");
      else this.throwUnlessInterrupted("write");
    }
  }

  async writeAtAsync(fd: Fd, bytes: Uint8Array<ArrayBuffer>, offset: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const rest = done === 0 ? bytes : bytes.subarray(done);
      const length = Math.min(rest.length, TRANSFER_BYTES_MAX);
      const count = await this.libc.pwriteAsync(fd, rest, length, offset + done);
      // As in readAtAsync: writing the same bytes to the same place again is harmless and gives the reason.
      if (count <= 0) return this.writeAt(fd, rest, offset + done);
      done += count;
    }
  }

  truncate(fd: Fd, length: number): void {
    while (this.libc.ftruncate(fd, length) < 0) this.throwUnlessInterrupted("truncate");
  }

  dataRegions(fd: Fd, size: number, from = 0): DataRegion[] {
    const regions: DataRegion[] = [];
    const position = this.libc.lseek(fd, 0, SEEK_CUR);
    try {
      let at = from;
      while (at < size) {
        const start = this.libc.lseek(fd, at, this.flags.SEEK_DATA);
        if (start < 0) {
          if (this.errnoName() === "ENXIO") break; // no data up to the end
          return [{ offset: from, length: size - from }]; // holes are unknown here
        }
        if (start >= size) break;
        const end = this.libc.lseek(fd, start, this.flags.SEEK_HOLE);
        if (end <= start) return [{ offset: from, length: size - from }];
        regions.push({ offset: start, length: Math.min(end, size) - start });
        at = end;
      }
      return regions;
    } finally {
      if (position >= 0) this.libc.lseek(fd, position, SEEK_SET);
    }
  }

  makeFolder(dir: Fd, name: Uint8Array, permissions: number): void {
    this.check(this.libc.mkdirat(dir, this.slot.name(name, "mkdir"), permissions), "mkdir", name);
  }

  makeSymlink(dir: Fd, name: Uint8Array, target: Uint8Array): void {
    const ctarget = this.secondSlot.text(target, "symlink");
    this.check(this.libc.symlinkat(ctarget, dir, this.slot.name(name, "symlink")), "symlink", name);
  }

  makeFifo(dir: Fd, name: Uint8Array, permissions: number): void {
    this.makeNode(dir, name, S_IFIFO | permissions, 0n);
  }

  makeSocket(dir: Fd, name: Uint8Array, permissions: number): void {
    this.makeNode(dir, name, S_IFSOCK | permissions, 0n);
  }

  makeDevice(dir: Fd, name: Uint8Array, kind: "dev" | "chardev", rdev: bigint, permissions: number): void {
    this.makeNode(dir, name, (kind === "dev" ? S_IFBLK : S_IFCHR) | permissions, rdev);
  }

  protected makeNode(dir: Fd, name: Uint8Array, mode: number, device: bigint): void {
    this.check(this.libc.mknodat(dir, this.slot.name(name, "mknod"), mode, device), "mknod", name);
  }

  makeHardLink(fromDir: Fd, fromName: Uint8Array, dir: Fd, name: Uint8Array): void {
    const from = this.secondSlot.name(fromName, "link");
    this.check(this.libc.linkat(fromDir, from, dir, this.slot.name(name, "link"), 0), "link", name);
  }

  readSymlink(dir: Fd, name: Uint8Array): Uint8Array {
    const cname = this.slot.name(name, "readlink");
    const length = this.libc.readlinkat(dir, cname, this.#target, this.#target.length);
    if (length < 0) throw this.failure("readlink", name);
    if (length === this.#target.length) throw osError("ENAMETOOLONG", "readlink", name);
    return this.#target.slice(0, length);
  }

  rename(fromDir: Fd, fromName: Uint8Array, toDir: Fd, toName: Uint8Array): void {
    const from = this.secondSlot.name(fromName, "rename");
    this.check(this.libc.renameat(fromDir, from, toDir, this.slot.name(toName, "rename")), "rename", toName);
  }

  removeFile(dir: Fd, name: Uint8Array): void {
    this.check(this.libc.unlinkat(dir, this.slot.name(name, "unlink"), 0), "unlink", name);
  }

  removeFolder(dir: Fd, name: Uint8Array): void {
    const cname = this.slot.name(name, "rmdir");
    this.check(this.libc.unlinkat(dir, cname, this.flags.AT_REMOVEDIR), "rmdir", name);
  }

  setPermissions(fd: Fd, permissions: number): void {
    this.check(this.libc.fchmod(fd, permissions), "chmod");
  }

  setOwner(fd: Fd, uid: number, gid: number): void {
    this.check(this.libc.fchown(fd, uid, gid), "chown");
  }

  setTimes(fd: Fd, atime: Instant, mtime: Instant): void {
    this.check(this.libc.futimens(fd, this.#timespecs(atime, mtime)), "utimens");
  }

  setOwnerOf(dir: Fd, name: Uint8Array, uid: number, gid: number): void {
    const cname = this.slot.name(name, "chown");
    this.check(this.libc.fchownat(dir, cname, uid, gid, this.flags.AT_SYMLINK_NOFOLLOW), "chown", name);
  }

  setTimesOf(dir: Fd, name: Uint8Array, atime: Instant, mtime: Instant): void {
    const cname = this.slot.name(name, "utimens");
    const times = this.#timespecs(atime, mtime);
    this.check(this.libc.utimensat(dir, cname, times, this.flags.AT_SYMLINK_NOFOLLOW), "utimens", name);
  }

  /** `struct timespec[2]`: seconds rounded down, so that the nanoseconds of times before 1970 stay positive. */
  #timespecs(atime: Instant, mtime: Instant): BigInt64Array<ArrayBuffer> {
    const times = this.#times;
    times[1] = ((atime % SECOND) + SECOND) % SECOND;
    times[0] = (atime - times[1]) / SECOND;
    times[3] = ((mtime % SECOND) + SECOND) % SECOND;
    times[2] = (mtime - times[3]) / SECOND;
    return times;
  }

  /** Opens with O_CLOEXEC, again when a signal interrupts it. `cpath` is NUL-terminated. */
  protected open(
    dir: Fd,
    cpath: Uint8Array<ArrayBuffer>,
    flags: number,
    mode: number,
    call: string,
    about: Uint8Array,
  ): Fd {
    for (;;) {
      const fd = this.libc.openat(dir, cpath, flags | this.flags.O_CLOEXEC, mode);
      if (fd >= 0) return fd;
      this.throwUnlessInterrupted(call, about);
    }
  }

  /**
   * Calls `use` with a folder and a NUL-terminated path from there, for a path of any length: what the kernel
   * does not take at once is walked in pieces. Links are followed, as the path was typed by a user.
   */
  protected throughPath<T>(
    path: string | Uint8Array,
    call: string,
    use: (dir: Fd, path: Uint8Array<ArrayBuffer>) => T,
  ): T {
    let rest = typeof path === "string" ? utf8(path) : path;
    if (rest.length === 0) throw osError("ENOENT", call, rest);
    let dir: Fd = this.flags.AT_FDCWD;
    try {
      while (rest.length > PATH_BYTES_MAX) {
        const cut = rest.lastIndexOf(0x2f, PATH_BYTES_MAX - 1);
        if (cut <= 0) throw osError("ENAMETOOLONG", call, rest);
        const flags = this.flags.O_RDONLY | this.flags.O_DIRECTORY;
        const head = rest.subarray(0, cut);
        const next = this.open(dir, this.slot.text(head, call), flags, 0, call, head);
        if (dir >= 0) this.libc.close(dir);
        dir = next;
        let start = cut;
        while (rest[start] === 0x2f) start++;
        rest = start === rest.length ? utf8(".") : rest.subarray(start);
      }
      return use(dir, this.slot.text(rest, call));
    } finally {
      if (dir >= 0) this.libc.close(dir);
    }
  }

  /** Attributes by a pair of C functions: one lists the names, one gets a value; both want a buffer's size. */
  protected collectXattrs(
    list: (into: Uint8Array<ArrayBuffer>) => number,
    get: (name: Uint8Array<ArrayBuffer>, into: Uint8Array<ArrayBuffer>) => number,
    about?: Uint8Array,
  ): Xattr[] {
    let length: number;
    while ((length = this.sure(() => list(this.#xattrNames))) < 0) {
      const reason = this.errnoName();
      if (reason === "EOPNOTSUPP") return [];
      if (reason !== "ERANGE" || this.#xattrNames.length >= XATTR_BYTES_MAX) {
        throw this.failure("listxattr", about);
      }
      this.#xattrNames = new Uint8Array(this.#xattrNames.length * 4);
    }
    if (length === 0) return [];
    const found: Xattr[] = [];
    const names = this.#xattrNames.slice(0, length);
    for (let start = 0; start < length;) {
      const end = names.indexOf(0, start);
      const name = names.subarray(start, end + 1);
      const value = this.#xattr(name, get, about);
      if (value !== undefined) {
        found.push({ name: new TextDecoder().decode(names.subarray(start, end)), value });
      }
      start = end + 1;
    }
    return found;
  }

  /** One attribute's value; undefined when it was removed meanwhile. */
  #xattr(
    name: Uint8Array<ArrayBuffer>,
    get: (name: Uint8Array<ArrayBuffer>, into: Uint8Array<ArrayBuffer>) => number,
    about: Uint8Array | undefined,
  ): Uint8Array | undefined {
    for (;;) {
      const length = this.sure(() => get(name, this.#xattrValue));
      if (length >= 0) return this.#xattrValue.slice(0, length);
      const reason = this.errnoName();
      if (reason === "ENODATA" || reason === "ENOATTR") return undefined;
      if (reason !== "ERANGE" || this.#xattrValue.length >= XATTR_BYTES_MAX) {
        throw this.failure("getxattr", about);
      }
      this.#xattrValue = new Uint8Array(this.#xattrValue.length * 4);
    }
  }

  /** The answer of a C function that is not in {@link Libc}, asked again where the reason of its failure is doubtful. */
  protected sure(call: () => number): number {
    const result = call();
    return result < 0 && this.libc.doubt() ? this.libc.last(call()) : result;
  }

  protected check(result: number, call: string, about?: Uint8Array): void {
    if (result < 0) throw this.failure(call, about);
  }

  protected throwUnlessInterrupted(call: string, about?: Uint8Array): void {
    if (this.errnoName() !== "EINTR") throw this.failure(call, about);
  }

  protected errnoName(): string {
    return errnoName(this.errnos, this.libc.errno());
  }

  /** The error of the call that just failed. */
  protected failure(call: string, about?: Uint8Array): OsError {
    const end = about === undefined ? -1 : about.indexOf(0);
    return osError(this.errnoName(), call, end < 0 ? about : about!.subarray(0, end));
  }
}
