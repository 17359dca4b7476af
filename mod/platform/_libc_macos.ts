// Copyright the SpareGrid authors. Apache-2.0.
import type { Fd } from "./file_system.ts";
import { type Libc, POSIX_SYMBOLS, posixCalls, reasonsAt } from "./_libc.ts";

/**
 * x86_64 keeps two generations of `struct stat` and `dirent` and marks those with 64-bit inodes; arm64 has only these.
 */
const INODE64 = Deno.build.arch === "x86_64" ? "$INODE64" : "";

/**
 * The C functions that SpareGrid calls on macOS (libSystem) besides {@link POSIX_SYMBOLS}.
 *
 * Variadic functions: on arm64 what stands for `...` goes on the stack, where the eight integer registers are not
 * looked at. `openat` is declared with four idle arguments in between, so that the mode becomes the ninth and so
 * the first on the stack; x86_64 passes it in the fourth register as usual.
 */
const SYMBOLS = {
  ...POSIX_SYMBOLS,
  // int *__error(void);
  __error: { parameters: [], result: "pointer" },
  // int openat(int fd, const char *path, int oflag, ...);  the mode follows
  openatX64: { name: "openat", parameters: ["i32", "buffer", "i32", "u32"], result: "i32" },
  openatArm64: {
    name: "openat",
    parameters: ["i32", "buffer", "i32", "i64", "i64", "i64", "i64", "i64", "u64"],
    result: "i32",
  },
  // int fcntl(int fildes, int cmd, ...);  F_FULLFSYNC takes nothing more
  fullSync: { name: "fcntl", parameters: ["i32", "i32"], result: "i32" },
  // int fsync_volume_np(int fd, int flags);
  syncVolumeAsync: { name: "fsync_volume_np", parameters: ["i32", "i32"], result: "i32", nonblocking: true },
  // int mknodat(int fd, const char *path, mode_t mode, dev_t dev);  since macOS 13
  mknodat: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32", optional: true },
  // int mkfifoat(int fd, const char *path, mode_t mode);  since macOS 13
  mkfifoat: { parameters: ["i32", "buffer", "u32"], result: "i32", optional: true },
  // int fchmodat(int fd, const char *path, mode_t mode, int flag);
  fchmodat: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  // int fstat(int fildes, struct stat *buf);
  fstat: { name: `fstat${INODE64}`, parameters: ["i32", "buffer"], result: "i32" },
  // int fstatat(int fd, const char *path, struct stat *buf, int flag);
  fstatat: { name: `fstatat${INODE64}`, parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  // int fstatfs(int fd, struct statfs *buf);
  fstatfs: { name: `fstatfs${INODE64}`, parameters: ["i32", "buffer"], result: "i32" },
  // DIR *fdopendir(int fd);
  fdopendir: { name: `fdopendir${INODE64}`, parameters: ["i32"], result: "pointer" },
  // struct dirent *readdir(DIR *dirp);
  readdir: { name: `readdir${INODE64}`, parameters: ["pointer"], result: "pointer" },
  // int closedir(DIR *dirp);
  closedir: { parameters: ["pointer"], result: "i32" },
  // ssize_t flistxattr(int fd, char *namebuf, size_t size, int options);
  flistxattr: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  // ssize_t fgetxattr(int fd, const char *name, void *value, size_t size, u_int32_t position, int options);
  fgetxattr: { parameters: ["i32", "buffer", "buffer", "usize", "u32", "i32"], result: "i32" },
  // int fsetxattr(int fd, const char *name, void *value, size_t size, u_int32_t position, int options);
  fsetxattr: { parameters: ["i32", "buffer", "buffer", "usize", "u32", "i32"], result: "i32" },
  // int fremovexattr(int fd, const char *name, int options);
  fremovexattr: { parameters: ["i32", "buffer", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** macOS's flag bits and codes (sys/fcntl.h, sys/stat.h, unistd.h). */
export const MACOS = {
  O_RDONLY: 0,
  O_RDWR: 2,
  O_NONBLOCK: 0x4,
  O_NOFOLLOW: 0x100,
  O_CREAT: 0x200,
  O_EXCL: 0x800,
  O_DIRECTORY: 0x100000,
  /** Opens a symlink itself. */
  O_SYMLINK: 0x200000,
  O_CLOEXEC: 0x1000000,
  O_NOATIME: 0,
  AT_FDCWD: -2,
  AT_SYMLINK_NOFOLLOW: 0x20,
  AT_REMOVEDIR: 0x80,
  SEEK_HOLE: 3,
  SEEK_DATA: 4,
  F_FULLFSYNC: 51,
  /** Down to the drive's platter, and only then answer. */
  SYNC_VOLUME_FULLSYNC: 1,
  SYNC_VOLUME_WAIT: 2,
  S_IFMT: 0o170000,
  S_IFIFO: 0o010000,
} as const;

/** The C library of this macOS. */
export interface MacosLibc extends Libc {
  readonly c: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
}

/** Opens libSystem for this thread. */
export function openMacosLibc(): MacosLibc {
  const c = Deno.dlopen("/usr/lib/libSystem.B.dylib", SYMBOLS).symbols;
  const openat = Deno.build.arch === "x86_64"
    ? c.openatX64
    : (dir: Fd, path: Uint8Array<ArrayBuffer>, flags: number, mode: number) =>
      c.openatArm64(dir, path, flags, 0n, 0n, 0n, 0n, 0n, BigInt(mode));
  const reasons = reasonsAt(c.__error());
  return {
    c,
    ...reasons,
    ...posixCalls(c, reasons),
    openat,
    mknodat(dir, name, mode, device) {
      const fifo = (mode & MACOS.S_IFMT) === MACOS.S_IFIFO;
      if (fifo && c.mkfifoat !== null) return c.mkfifoat(dir, name, mode & 0o7777);
      return c.mknodat === null ? -1 : c.mknodat(dir, name, mode, Number(BigInt.asIntN(32, device)));
    },
  };
}
