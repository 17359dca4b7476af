// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { LINUX_ERRNO, osError } from "./errno.ts";
import type { Fd, FolderEntry, Stat, Xattr } from "./file_system.ts";
import { syncByAio } from "./_aio_linux.ts";
import type { PosixSymbols } from "./_libc.ts";
import { LINUX, type LinuxLibc, openLinuxLibc } from "./_libc_linux.ts";
import { CStringSlot } from "./names.ts";
import { PosixFileSystem } from "./_posix.ts";
import { StatxRecord } from "./_statx.ts";

/** Bytes of folder records per system call: some 8,000 names. */
const DENTS_BYTES = 256 * 1024;
/** Offsets in `struct linux_dirent64`: d_ino 8, d_off 8, d_reclen 2, d_type 1, d_name. */
const DENT_LENGTH_AT = 16;
const DENT_NAME_AT = 19;

const EMPTY = new Uint8Array(1);

/** The port on Linux, through the C library. One per thread; descriptors are good on all threads of the process. */
export class LinuxFileSystem extends PosixFileSystem {
  readonly #libc: LinuxLibc;
  readonly #statx = new StatxRecord();
  readonly #dents = new Uint8Array(DENTS_BYTES);
  readonly #pathSlot = new CStringSlot(4095);
  readonly #vfs = new BigUint64Array(32);

  /** The C functions themselves, for what is no file. */
  get symbols(): PosixSymbols {
    return this.#libc.c;
  }

  constructor(libc: LinuxLibc = openLinuxLibc()) {
    super(libc, LINUX, LINUX_ERRNO);
    this.#libc = libc;
  }

  statPath(path: string | Uint8Array): Stat {
    return this.throughPath(path, "stat", (dir, part) => {
      this.check(this.#libc.statx(dir, part, 0, this.#statx.bytes), "stat", part);
      return this.#statx.decode();
    });
  }

  stat(dir: Fd, name: Uint8Array): Stat {
    const cname = this.slot.name(name, "stat");
    const result = this.#libc.statx(dir, cname, LINUX.AT_SYMLINK_NOFOLLOW, this.#statx.bytes);
    this.check(result, "stat", name);
    return this.#statx.decode();
  }

  statFd(fd: Fd): Stat {
    this.check(this.#libc.statx(fd, EMPTY, LINUX.AT_EMPTY_PATH, this.#statx.bytes), "stat");
    return this.#statx.decode();
  }

  *entries(dir: Fd): Generator<FolderEntry[]> {
    const statx = this.#statx;
    for (const names of this.names(dir)) {
      const batch: FolderEntry[] = new Array(names.length);
      for (let i = 0; i < names.length; i++) {
        // In the block that `names` cut it from, each name is followed by its NUL.
        const name = names[i]! as Uint8Array<ArrayBuffer>;
        const result = this.#libc.statx(dir, name, LINUX.AT_SYMLINK_NOFOLLOW, statx.bytes);
        batch[i] = result === 0
          ? { name, stat: statx.decode() }
          : { name, failure: this.failure("stat", name) };
      }
      yield batch;
    }
  }

  *names(dir: Fd): Generator<Uint8Array[]> {
    if (this.#libc.lseek(dir, 0, 0) < 0) throw this.failure("readdir");
    for (;;) {
      const length = this.#libc.getdents64(dir, this.#dents);
      if (length < 0) {
        this.throwUnlessInterrupted("readdir");
        continue;
      }
      if (length === 0) return;
      // One copy per call keeps every name of it; the names are views.
      const block = this.#dents.slice(0, length);
      const names: Uint8Array[] = [];
      for (let at = 0; at < length;) {
        const start = at + DENT_NAME_AT;
        const first = block[start];
        const next = at + block[at + DENT_LENGTH_AT]! + block[at + DENT_LENGTH_AT + 1]! * 256;
        const dot = first === 0x2e &&
          (block[start + 1] === 0 || (block[start + 1] === 0x2e && block[start + 2] === 0));
        if (!dot) names.push(block.subarray(start, block.indexOf(0, start)));
        at = next;
      }
      if (names.length > 0) yield names;
    }
  }

  sync(fd: Fd): void {
    this.check(this.#libc.fsync(fd), "fsync");
  }

  syncAsync(fd: Fd): Promise<void> {
    return syncByAio(this.#libc, fd);
  }

  async syncAllAsync(fd: Fd): Promise<void> {
    // The reason stayed on the other thread; asking again would hide the failure, so it is called EIO.
    if (await this.#libc.syncfsAsync(fd) < 0) throw osError("EIO", "syncfs");
  }

  advise(fd: Fd, advice: "sequential" | "drop"): void {
    const code = advice === "drop" ? LINUX.POSIX_FADV_DONTNEED : LINUX.POSIX_FADV_SEQUENTIAL;
    this.#libc.c.posix_fadvise(fd, 0n, 0n, code);
  }

  freeBytes(fd: Fd): number {
    const bytes = new Uint8Array(this.#vfs.buffer);
    this.check(this.sure(() => this.#libc.c.fstatvfs(fd, bytes)), "statvfs");
    // struct statvfs: f_bsize, f_frsize, f_blocks, f_bfree, f_bavail, each 8 bytes.
    return Number(this.#vfs[1]! * this.#vfs[4]!);
  }

  setPermissionsOf(dir: Fd, name: Uint8Array, permissions: number): void {
    // fchmodat cannot refuse to follow a link on older kernels. An O_PATH descriptor holds the entry itself, and
    // its name in /proc leads to just that.
    const cname = this.slot.name(name, "chmod");
    const fd = this.open(dir, cname, LINUX.O_PATH | LINUX.O_NOFOLLOW, 0, "chmod", name);
    try {
      if (this.statFd(fd).kind === "symlink") throw osError("EOPNOTSUPP", "chmod", name);
      const path = this.#pathSlot.text(utf8(`/proc/self/fd/${fd}`), "chmod");
      this.check(this.sure(() => this.#libc.c.chmod(path, permissions)), "chmod", name);
    } finally {
      this.#libc.close(fd);
    }
  }

  xattrs(fd: Fd): Xattr[] {
    const { c } = this.#libc;
    return this.collectXattrs(
      (into) => c.flistxattr(fd, into, BigInt(into.length)),
      (name, into) => c.fgetxattr(fd, name, into, BigInt(into.length)),
    );
  }

  xattrsOf(dir: Fd, name: Uint8Array): Xattr[] {
    const { c } = this.#libc;
    const path = this.#procPath(dir, name, "listxattr");
    return this.collectXattrs(
      (into) => c.llistxattr(path, into, BigInt(into.length)),
      (attribute, into) => c.lgetxattr(path, attribute, into, BigInt(into.length)),
      name,
    );
  }

  setXattr(fd: Fd, name: string, value: Uint8Array): void {
    const cname = this.slot.text(utf8(name), "setxattr");
    const bytes = value as Uint8Array<ArrayBuffer>;
    const { c } = this.#libc;
    const result = this.sure(() => c.fsetxattr(fd, cname, bytes, BigInt(bytes.length), 0));
    this.check(result, "setxattr", utf8(name));
  }

  setXattrOf(dir: Fd, name: Uint8Array, attribute: string, value: Uint8Array): void {
    const path = this.#procPath(dir, name, "setxattr");
    const cname = this.slot.text(utf8(attribute), "setxattr");
    const bytes = value as Uint8Array<ArrayBuffer>;
    const { c } = this.#libc;
    this.check(this.sure(() => c.lsetxattr(path, cname, bytes, BigInt(bytes.length), 0)), "setxattr", name);
  }

  removeXattr(fd: Fd, name: string): void {
    const cname = this.slot.text(utf8(name), "removexattr");
    this.check(this.sure(() => this.#libc.c.fremovexattr(fd, cname)), "removexattr", utf8(name));
  }

  /**
   * A path to `dir/name` for the attribute calls, which have no `…at` form before Linux 6.13. The kernel goes
   * straight to the descriptor's folder; the last step is not followed by the `l…` calls.
   */
  #procPath(dir: Fd, name: Uint8Array, call: string): Uint8Array<ArrayBuffer> {
    this.slot.name(name, call); // refuses what is not one name
    const prefix = utf8(`/proc/self/fd/${dir}/`);
    const path = new Uint8Array(prefix.length + name.length);
    path.set(prefix);
    path.set(name, prefix.length);
    return this.#pathSlot.text(path, call);
  }
}
