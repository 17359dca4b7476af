// Copyright the SpareGrid authors. Apache-2.0.
import { type Instant, utf8 } from "../base/mod.ts";
import { MACOS_ERRNO, osError } from "./errno.ts";
import type { Fd, FolderEntry, Stat, Xattr } from "./file_system.ts";
import type { PosixSymbols } from "./_libc.ts";
import { MACOS, type MacosLibc, openMacosLibc } from "./_libc_macos.ts";
import { kindOfMode, PosixFileSystem } from "./_posix.ts";

/** Names per batch. */
const BATCH = 4096;

/**
 * The port on macOS, through libSystem. Written from Apple's headers; it has not been run by its authors' tests, which
 * run on Linux.
 */
export class MacosFileSystem extends PosixFileSystem {
  readonly #libc: MacosLibc;
  /**
   * `struct stat` with 64-bit inodes: 0 i32 dev, 4 u16 mode, 6 u16 nlink, 8 u64 ino, 16 u32 uid, 20 u32 gid, 24 i32
   * rdev, 32 atime (i64 s, i64 ns), 48 mtime, 64 ctime, 80 birth time, 96 i64 size, 104 i64 blocks of 512, in all 144.
   */
  readonly #stat = new DataView(new ArrayBuffer(144));
  readonly #statBytes = new Uint8Array(this.#stat.buffer);

  constructor(libc: MacosLibc = openMacosLibc()) {
    super(libc, MACOS, MACOS_ERRNO);
    this.#libc = libc;
  }

  /** The C functions themselves, for what is no file. */
  get symbols(): PosixSymbols {
    return this.#libc.c;
  }

  statPath(path: string | Uint8Array): Stat {
    return this.throughPath(path, "stat", (dir, part) => {
      this.check(this.sure(() => this.#libc.c.fstatat(dir, part, this.#statBytes, 0)), "stat", part);
      return this.#decode();
    });
  }

  stat(dir: Fd, name: Uint8Array): Stat {
    const cname = this.slot.name(name, "stat");
    const { c } = this.#libc;
    const result = this.sure(() => c.fstatat(dir, cname, this.#statBytes, MACOS.AT_SYMLINK_NOFOLLOW));
    this.check(result, "stat", name);
    return this.#decode();
  }

  statFd(fd: Fd): Stat {
    this.check(this.sure(() => this.#libc.c.fstat(fd, this.#statBytes)), "stat");
    return this.#decode();
  }

  *entries(dir: Fd): Generator<FolderEntry[]> {
    for (const names of this.names(dir)) {
      yield names.map((name) => {
        try {
          return { name, stat: this.stat(dir, name) };
        } catch (failure) {
          return { name, failure: failure as Error };
        }
      });
    }
  }

  *names(dir: Fd): Generator<Uint8Array[]> {
    const { c } = this.#libc;
    // The stream takes its descriptor over and closes it, so it gets one of its own.
    const flags = MACOS.O_RDONLY | MACOS.O_DIRECTORY;
    const fd = this.open(dir, this.slot.text(utf8("."), "readdir"), flags, 0, "readdir", utf8("."));
    const stream = c.fdopendir(fd);
    if (stream === null) {
      const failure = this.failure("readdir");
      this.#libc.close(fd);
      throw failure;
    }
    try {
      for (;;) {
        const names: Uint8Array[] = [];
        while (names.length < BATCH) {
          this.#libc.clearErrno();
          const entry = c.readdir(stream);
          if (entry === null) {
            // The end and a failure look alike but for the error number.
            if (this.#libc.errno() !== 0) throw this.failure("readdir");
            break;
          }
          const name = nameOf(entry);
          if (name !== undefined) names.push(name);
        }
        if (names.length > 0) yield names;
        if (names.length < BATCH) return;
      }
    } finally {
      c.closedir(stream);
    }
  }

  sync(fd: Fd): void {
    // fsync leaves data in the drive's own cache here; F_FULLFSYNC does not. Network file systems lack it.
    if (this.#libc.c.fullSync(fd, MACOS.F_FULLFSYNC) >= 0) return;
    const reason = this.errnoName();
    if (reason !== "EOPNOTSUPP" && reason !== "EINVAL" && reason !== "ENOTTY") throw this.failure("fsync");
    this.check(this.#libc.fsync(fd), "fsync");
  }

  async syncAsync(fd: Fd): Promise<void> {
    // On another thread the reason of a failure would be lost, and with it the difference between "failed" (final)
    // and "this file system lacks the request" (then fsync is right). So it is done here, and blocks.
    await Promise.resolve();
    this.sync(fd);
  }

  async syncAllAsync(fd: Fd): Promise<void> {
    // F_FULLFSYNC would leave what other files have in memory there.
    const flags = MACOS.SYNC_VOLUME_FULLSYNC | MACOS.SYNC_VOLUME_WAIT;
    if (await this.#libc.c.syncVolumeAsync(fd, flags) < 0) throw osError("EIO", "fsync_volume");
  }

  advise(_fd: Fd, _advice: "sequential" | "drop"): void {}

  freeBytes(fd: Fd): number {
    // struct statfs: 0 u32 f_bsize, 8 u64 f_blocks, 16 u64 f_bfree, 24 u64 f_bavail; 2,168 bytes in all.
    const bytes = new Uint8Array(2304);
    this.check(this.sure(() => this.#libc.c.fstatfs(fd, bytes)), "statfs");
    const view = new DataView(bytes.buffer);
    return view.getUint32(0, true) * Number(view.getBigUint64(24, true));
  }

  setPermissionsOf(dir: Fd, name: Uint8Array, permissions: number): void {
    const cname = this.slot.name(name, "chmod");
    const { c } = this.#libc;
    const result = this.sure(() => c.fchmodat(dir, cname, permissions, MACOS.AT_SYMLINK_NOFOLLOW));
    this.check(result, "chmod", name);
  }

  xattrs(fd: Fd): Xattr[] {
    const { c } = this.#libc;
    return this.collectXattrs(
      (into) => c.flistxattr(fd, into, BigInt(into.length), 0),
      (name, into) => c.fgetxattr(fd, name, into, BigInt(into.length), 0, 0),
    );
  }

  xattrsOf(dir: Fd, name: Uint8Array): Xattr[] {
    return this.#withEntry(dir, name, "listxattr", (fd) => this.xattrs(fd));
  }

  setXattr(fd: Fd, name: string, value: Uint8Array): void {
    const cname = this.slot.text(utf8(name), "setxattr");
    const bytes = value as Uint8Array<ArrayBuffer>;
    const { c } = this.#libc;
    const result = this.sure(() => c.fsetxattr(fd, cname, bytes, BigInt(bytes.length), 0, 0));
    this.check(result, "setxattr", utf8(name));
  }

  setXattrOf(dir: Fd, name: Uint8Array, attribute: string, value: Uint8Array): void {
    this.#withEntry(dir, name, "setxattr", (fd) => this.setXattr(fd, attribute, value));
  }

  removeXattr(fd: Fd, name: string): void {
    const cname = this.slot.text(utf8(name), "removexattr");
    this.check(this.sure(() => this.#libc.c.fremovexattr(fd, cname, 0)), "removexattr", utf8(name));
  }

  /** Opens the entry itself, a symlink too, for `use`. */
  #withEntry<T>(dir: Fd, name: Uint8Array, call: string, use: (fd: Fd) => T): T {
    const flags = MACOS.O_RDONLY | MACOS.O_SYMLINK | MACOS.O_NONBLOCK;
    const fd = this.open(dir, this.slot.name(name, call), flags, 0, call, name);
    try {
      return use(fd);
    } finally {
      this.#libc.close(fd);
    }
  }

  #decode(): Stat {
    const view = this.#stat;
    const mode = view.getUint16(4, true);
    return {
      kind: kindOfMode(mode),
      permissions: mode & 0o7777,
      dev: BigInt(view.getUint32(0, true)),
      ino: view.getBigUint64(8, true),
      links: view.getUint16(6, true),
      uid: view.getUint32(16, true),
      gid: view.getUint32(20, true),
      rdev: BigInt(view.getUint32(24, true)),
      size: Number(view.getBigInt64(96, true)),
      allocated: Number(view.getBigInt64(104, true)) * 512,
      atime: this.#instant(32),
      mtime: this.#instant(48),
      ctime: this.#instant(64),
    };
  }

  #instant(at: number): Instant {
    return this.#stat.getBigInt64(at, true) * 1_000_000_000n + this.#stat.getBigInt64(at + 8, true);
  }
}

/** The name in a `struct dirent`: 18 u16 d_namlen, 21 d_name. Undefined for `.` and `..`. */
function nameOf(entry: Deno.PointerObject): Uint8Array | undefined {
  const view = new Deno.UnsafePointerView(entry);
  const name = new Uint8Array(view.getUint16(18));
  view.copyInto(name, 21);
  const dot = name[0] === 0x2e && (name.length === 1 || (name.length === 2 && name[1] === 0x2e));
  return dot ? undefined : name;
}
