// Copyright the SpareGrid authors. Apache-2.0.
import type { Fd } from "./file_system.ts";

/**
 * The functions of the C library that Linux and macOS share, under one set of types. Each answers as in C: -1
 * means failure, and then {@link Libc.errno} holds the reason, good until the next call on this thread.
 * Names and paths are NUL-terminated bytes.
 */
export interface Libc {
  /**
   * The error number of the last failed call of this thread. It is a view of the C library's own variable, so
   * reading it calls nothing that could overwrite it. Never valid for an `…Async` function: those run on
   * another thread, whose number cannot be reached.
   */
  errno(): number;
  /** Sets it to 0, for calls whose answer does not tell a failure. */
  clearErrno(): void;
  openat(dir: Fd, path: Uint8Array<ArrayBuffer>, flags: number, mode: number): Fd;
  close(fd: Fd): number;
  read(fd: Fd, into: Uint8Array<ArrayBuffer>, length: number): number;
  pread(fd: Fd, into: Uint8Array<ArrayBuffer>, length: number, offset: number): number;
  preadAsync(fd: Fd, into: Uint8Array<ArrayBuffer>, length: number, offset: number): Promise<number>;
  pwrite(fd: Fd, bytes: Uint8Array<ArrayBuffer>, length: number, offset: number): number;
  pwriteAsync(fd: Fd, bytes: Uint8Array<ArrayBuffer>, length: number, offset: number): Promise<number>;
  fsync(fd: Fd): number;
  fsyncAsync(fd: Fd): Promise<number>;
  ftruncate(fd: Fd, length: number): number;
  /** The new position; -1 on failure. */
  lseek(fd: Fd, offset: number, whence: number): number;
  mkdirat(dir: Fd, name: Uint8Array<ArrayBuffer>, mode: number): number;
  symlinkat(target: Uint8Array<ArrayBuffer>, dir: Fd, name: Uint8Array<ArrayBuffer>): number;
  mknodat(dir: Fd, name: Uint8Array<ArrayBuffer>, mode: number, device: bigint): number;
  linkat(
    fromDir: Fd,
    fromName: Uint8Array<ArrayBuffer>,
    toDir: Fd,
    toName: Uint8Array<ArrayBuffer>,
    flags: number,
  ): number;
  readlinkat(dir: Fd, name: Uint8Array<ArrayBuffer>, into: Uint8Array<ArrayBuffer>, length: number): number;
  renameat(
    fromDir: Fd,
    fromName: Uint8Array<ArrayBuffer>,
    toDir: Fd,
    toName: Uint8Array<ArrayBuffer>,
  ): number;
  unlinkat(dir: Fd, name: Uint8Array<ArrayBuffer>, flags: number): number;
  fchmod(fd: Fd, mode: number): number;
  fchown(fd: Fd, uid: number, gid: number): number;
  fchownat(dir: Fd, name: Uint8Array<ArrayBuffer>, uid: number, gid: number, flags: number): number;
  futimens(fd: Fd, times: BigInt64Array<ArrayBuffer>): number;
  utimensat(dir: Fd, name: Uint8Array<ArrayBuffer>, times: BigInt64Array<ArrayBuffer>, flags: number): number;
}

/**
 * The C functions whose prototype is the same on Linux (glibc, musl) and macOS, x86_64 and arm64, where off_t,
 * size_t, long and pointers have 64 bits. Byte counts stay below 2^31 (callers cut them), so a `ssize_t` is read
 * as 32 bits, which spares a bigint per call. None is variadic: arm64 macOS passes variadic arguments otherwise.
 */
export const POSIX_SYMBOLS = {
  // int close(int fd);
  close: { parameters: ["i32"], result: "i32" },
  // ssize_t read(int fd, void *buf, size_t count);
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  // ssize_t pread(int fd, void *buf, size_t count, off_t offset);
  pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  preadAsync: {
    name: "pread",
    parameters: ["i32", "buffer", "usize", "i64"],
    result: "i32",
    nonblocking: true,
  },
  // ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset);
  pwrite: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  pwriteAsync: {
    name: "pwrite",
    parameters: ["i32", "buffer", "usize", "i64"],
    result: "i32",
    nonblocking: true,
  },
  // int fsync(int fd);
  fsync: { parameters: ["i32"], result: "i32" },
  fsyncAsync: { name: "fsync", parameters: ["i32"], result: "i32", nonblocking: true },
  // int ftruncate(int fd, off_t length);
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  // off_t lseek(int fd, off_t offset, int whence);
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  // int mkdirat(int dirfd, const char *pathname, mode_t mode);
  mkdirat: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // int symlinkat(const char *target, int newdirfd, const char *linkpath);
  symlinkat: { parameters: ["buffer", "i32", "buffer"], result: "i32" },
  // int linkat(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, int flags);
  linkat: { parameters: ["i32", "buffer", "i32", "buffer", "i32"], result: "i32" },
  // ssize_t readlinkat(int dirfd, const char *pathname, char *buf, size_t bufsiz);
  readlinkat: { parameters: ["i32", "buffer", "buffer", "usize"], result: "i32" },
  // int renameat(int olddirfd, const char *oldpath, int newdirfd, const char *newpath);
  renameat: { parameters: ["i32", "buffer", "i32", "buffer"], result: "i32" },
  // int unlinkat(int dirfd, const char *pathname, int flags);
  unlinkat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  // int fchmod(int fd, mode_t mode);
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  // int fchown(int fd, uid_t owner, gid_t group);
  fchown: { parameters: ["i32", "u32", "u32"], result: "i32" },
  // int fchownat(int dirfd, const char *pathname, uid_t owner, gid_t group, int flags);
  fchownat: { parameters: ["i32", "buffer", "u32", "u32", "i32"], result: "i32" },
  // int futimens(int fd, const struct timespec times[2]);
  futimens: { parameters: ["i32", "buffer"], result: "i32" },
  // int utimensat(int dirfd, const char *pathname, const struct timespec times[2], int flags);
  utimensat: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  // char *getcwd(char *buf, size_t size);
  getcwd: { parameters: ["buffer", "usize"], result: "pointer" },
  // int getpwuid_r(uid_t uid, struct passwd *pwd, char *buf, size_t buflen, struct passwd **result);  returns the error number
  getpwuid_r: { parameters: ["u32", "buffer", "buffer", "usize", "buffer"], result: "i32" },
  // int getgrgid_r(gid_t gid, struct group *grp, char *buf, size_t buflen, struct group **result);  returns the error number
  getgrgid_r: { parameters: ["u32", "buffer", "buffer", "usize", "buffer"], result: "i32" },
  // int getrlimit(int resource, struct rlimit *rlim);
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  // int setrlimit(int resource, const struct rlimit *rlim);
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  // int getpeername(int sockfd, struct sockaddr *addr, socklen_t *addrlen);
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen);
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen);
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  // int shutdown(int sockfd, int how);
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions of {@link POSIX_SYMBOLS}, opened. */
export type PosixSymbols = Deno.DynamicLibrary<typeof POSIX_SYMBOLS>["symbols"];

/** The part of {@link Libc} that needs nothing of the system's own. */
export function posixCalls(c: PosixSymbols): Omit<Libc, "errno" | "clearErrno" | "openat" | "mknodat"> {
  return {
    close: c.close,
    read: (fd, into, length) => c.read(fd, into, BigInt(length)),
    pread: (fd, into, length, offset) => c.pread(fd, into, BigInt(length), BigInt(offset)),
    preadAsync: (fd, into, length, offset) => c.preadAsync(fd, into, BigInt(length), BigInt(offset)),
    pwrite: (fd, bytes, length, offset) => c.pwrite(fd, bytes, BigInt(length), BigInt(offset)),
    pwriteAsync: (fd, bytes, length, offset) => c.pwriteAsync(fd, bytes, BigInt(length), BigInt(offset)),
    fsync: c.fsync,
    fsyncAsync: c.fsyncAsync,
    ftruncate: (fd, length) => c.ftruncate(fd, BigInt(length)),
    lseek: (fd, offset, whence) => Number(c.lseek(fd, BigInt(offset), whence)),
    mkdirat: c.mkdirat,
    symlinkat: c.symlinkat,
    linkat: c.linkat,
    readlinkat: (dir, name, into, length) => c.readlinkat(dir, name, into, BigInt(length)),
    renameat: c.renameat,
    unlinkat: c.unlinkat,
    fchmod: c.fchmod,
    fchown: c.fchown,
    fchownat: c.fchownat,
    futimens: c.futimens,
    utimensat: c.utimensat,
  };
}

/** The C library's error number of this thread, as a view of its own variable. */
export function errnoOf(location: Deno.PointerValue): Pick<Libc, "errno" | "clearErrno"> {
  if (location === null) throw new TypeError("the C library gave no place for its error number");
  const errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, 4));
  return {
    errno: () => errno[0]!,
    clearErrno: () => void (errno[0] = 0),
  };
}
