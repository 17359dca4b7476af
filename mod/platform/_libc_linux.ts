// Copyright the SpareGrid authors. Apache-2.0.
import type { Fd } from "./file_system.ts";
import { type Libc, POSIX_SYMBOLS, posixCalls, type Reasons, reasonsAt } from "./_libc.ts";

/**
 * The C functions that SpareGrid calls on Linux besides {@link POSIX_SYMBOLS}: glibc and musl, x86_64 and aarch64.
 *
 * `statx`, `getdents64` and `mknodat` go through `long syscall(long number, ...)`: older C libraries have no
 * function of that name (glibc before 2.28, 2.30 and 2.33).
 */
const SYMBOLS = {
  ...POSIX_SYMBOLS,
  // int *__errno_location(void);
  __errno_location: { parameters: [], result: "pointer" },
  // int openat(int dirfd, const char *pathname, int flags, mode_t mode);
  openat: { parameters: ["i32", "buffer", "i32", "u32"], result: "i32" },
  // int syncfs(int fd);
  syncfsAsync: { name: "syncfs", parameters: ["i32"], result: "i32", nonblocking: true },
  // int posix_fadvise(int fd, off_t offset, off_t len, int advice);  returns the error number itself
  posix_fadvise: { parameters: ["i32", "i64", "i64", "i32"], result: "i32" },
  // int fstatvfs(int fd, struct statvfs *buf);
  fstatvfs: { parameters: ["i32", "buffer"], result: "i32" },
  // int chmod(const char *pathname, mode_t mode);
  chmod: { parameters: ["buffer", "u32"], result: "i32" },
  // ssize_t flistxattr(int fd, char *list, size_t size);
  flistxattr: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  // ssize_t llistxattr(const char *path, char *list, size_t size);
  llistxattr: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
  // ssize_t fgetxattr(int fd, const char *name, void *value, size_t size);
  fgetxattr: { parameters: ["i32", "buffer", "buffer", "usize"], result: "i32" },
  // ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size);
  lgetxattr: { parameters: ["buffer", "buffer", "buffer", "usize"], result: "i32" },
  // int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags);
  fsetxattr: { parameters: ["i32", "buffer", "buffer", "usize", "i32"], result: "i32" },
  // int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags);
  lsetxattr: { parameters: ["buffer", "buffer", "buffer", "usize", "i32"], result: "i32" },
  // int fremovexattr(int fd, const char *name);
  fremovexattr: { parameters: ["i32", "buffer"], result: "i32" },
  // long syscall(SYS_statx, int dirfd, const char *pathname, int flags, unsigned mask, struct statx *buf);
  statx: { name: "syscall", parameters: ["i64", "i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
  // long syscall(SYS_getdents64, int fd, void *dirp, size_t count);
  getdents64: { name: "syscall", parameters: ["i64", "i32", "buffer", "usize"], result: "i32" },
  // long syscall(SYS_mknodat, int dirfd, const char *pathname, mode_t mode, unsigned dev);
  mknodat: { name: "syscall", parameters: ["i64", "i32", "buffer", "u32", "u32"], result: "i32" },
  // int aio_fsync(int op, struct aiocb *aiocbp);
  aio_fsync: { parameters: ["i32", "buffer"], result: "i32", optional: true },
  // int aio_suspend(const struct aiocb *const aiocb_list[], int nitems, const struct timespec *timeout);
  aioSuspendAsync: {
    name: "aio_suspend",
    parameters: ["buffer", "i32", "pointer"],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  // int aio_error(const struct aiocb *aiocbp);  returns the error number itself
  aio_error: { parameters: ["buffer"], result: "i32", optional: true },
  // ssize_t aio_return(struct aiocb *aiocbp);
  aio_return: { parameters: ["buffer"], result: "i32", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

/** System call numbers and flags that differ between processors. */
const PER_ARCH = {
  x86_64: { statx: 332, getdents64: 217, mknodat: 259, O_DIRECTORY: 0o200000, O_NOFOLLOW: 0o400000 },
  aarch64: { statx: 291, getdents64: 61, mknodat: 33, O_DIRECTORY: 0o40000, O_NOFOLLOW: 0o100000 },
} as const;

const ARCH = PER_ARCH[Deno.build.arch];

/** Linux's flag bits and codes (fcntl.h, sys/stat.h, unistd.h). */
export const LINUX = {
  O_RDONLY: 0,
  O_RDWR: 2,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_NONBLOCK: 0o4000,
  O_NOATIME: 0o1000000,
  O_CLOEXEC: 0o2000000,
  O_PATH: 0o10000000,
  O_DIRECTORY: ARCH.O_DIRECTORY,
  O_NOFOLLOW: ARCH.O_NOFOLLOW,
  AT_FDCWD: -100,
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_REMOVEDIR: 0x200,
  AT_EMPTY_PATH: 0x1000,
  STATX_BASIC_STATS: 0x7ff,
  SEEK_DATA: 3,
  SEEK_HOLE: 4,
  POSIX_FADV_SEQUENTIAL: 2,
  POSIX_FADV_DONTNEED: 4,
} as const;

/** The C library of this Linux, with what only Linux has. */
export interface LinuxLibc extends Libc {
  syncfsAsync(fd: Fd): Promise<number>;
  statx(dir: Fd, path: Uint8Array<ArrayBuffer>, flags: number, into: Uint8Array<ArrayBuffer>): number;
  getdents64(fd: Fd, into: Uint8Array<ArrayBuffer>): number;
  readonly c: LinuxSymbols;
}

/** The functions of {@link SYMBOLS}, opened. */
export type LinuxSymbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** glibc, then musl. */
const LIBRARIES = [
  "libc.so.6",
  `libc.musl-${Deno.build.arch}.so.1`,
  `/lib/ld-musl-${Deno.build.arch}.so.1`,
];

/** Opens the C library for this thread (one per thread: its error number belongs to the thread). Throws when none fits. */
export function openLinuxLibc(): LinuxLibc {
  const c = openFirst();
  return { c, ...linuxCalls(c, reasonsAt(c.__errno_location())) };
}

/** The functions of {@link SYMBOLS} that {@link LinuxLibc} asks for. */
export function linuxCalls(c: LinuxSymbols, reasons: Reasons): Omit<LinuxLibc, "c"> {
  const { doubt, last } = reasons;
  const mask = LINUX.STATX_BASIC_STATS;
  return {
    ...reasons,
    ...posixCalls(c, reasons),
    openat(dir, path, flags, mode) {
      const fd = c.openat(dir, path, flags, mode);
      return fd < 0 && doubt() ? last(c.openat(dir, path, flags, mode)) : fd;
    },
    mknodat(dir, name, mode, device) {
      const low = Number(device & 0xffffffffn);
      const result = c.mknodat(SYS_MKNODAT, dir, name, mode, low);
      return result < 0 && doubt() ? last(c.mknodat(SYS_MKNODAT, dir, name, mode, low)) : result;
    },
    syncfsAsync: c.syncfsAsync,
    statx(dir, path, flags, into) {
      const result = c.statx(SYS_STATX, dir, path, flags, mask, into);
      return result < 0 && doubt() ? last(c.statx(SYS_STATX, dir, path, flags, mask, into)) : result;
    },
    getdents64(fd, into) {
      const length = c.getdents64(SYS_GETDENTS64, fd, into, BigInt(into.length));
      return length < 0 && doubt()
        ? last(c.getdents64(SYS_GETDENTS64, fd, into, BigInt(into.length)))
        : length;
    },
  };
}

const SYS_STATX = BigInt(ARCH.statx);
const SYS_GETDENTS64 = BigInt(ARCH.getdents64);
const SYS_MKNODAT = BigInt(ARCH.mknodat);

function openFirst(): LinuxSymbols {
  let failure: unknown;
  for (const library of LIBRARIES) {
    try {
      return Deno.dlopen(library, SYMBOLS).symbols;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
