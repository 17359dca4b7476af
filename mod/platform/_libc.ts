// Copyright the SpareGrid authors. Apache-2.0.
import type { Fd } from "./file_system.ts";

/**
 * The functions of the C library that Linux and macOS share, under one set of types. Each answers as in C: -1
 * means failure, and then {@link Libc.errno} holds the reason, good until the next call on this thread.
 * Names and paths are NUL-terminated bytes.
 */
export interface Libc {
  /**
   * The error number of the last failed call of this thread. Never valid for an `…Async` function: those run on another
   * thread, whose number cannot be reached.
   */
  errno(): number;
  /** Sets it to 0, for calls whose answer does not tell a failure. */
  clearErrno(): void;
  /** For calls besides these: see {@link Reasons}. */
  doubt(): boolean;
  last(result: number): number;
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

/**
 * Reasons that the runtime leaves behind when it waits for another of its threads (futex(2)): EINTR, EAGAIN and ETIMEDOUT. It may
 * do so between a call and the look at its reason, as when what looks must be compiled first. No file call fails with them for long.
 */
const LEFT_BY_WAITING: readonly number[] = Deno.build.os === "darwin" ? [4, 35, 60] : [4, 11, 110];

/** The reasons of failed calls, taken before anything else can happen. */
export interface Reasons extends Pick<Libc, "errno" | "clearErrno"> {
  /** Takes the reason of the call that has just failed. True when it may not be its own: then the call is to be repeated once. */
  doubt(): boolean;
  /** The answer of a call that is not repeated; takes its reason where it failed. */
  last(result: number): number;
}

/** The reasons that the C library leaves in `errno`, its own variable for this thread. */
export function reasonsIn(errno: Int32Array): Reasons {
  let taken = 0;
  const doubt = () => {
    taken = errno[0]!;
    errno[0] = 0;
    return LEFT_BY_WAITING.includes(taken);
  };
  return {
    doubt,
    last(result) {
      if (result < 0) doubt();
      return result;
    },
    // What stands there now came after what was taken, and is of no call or of one that did not take it.
    errno: () => errno[0] === 0 || LEFT_BY_WAITING.includes(errno[0]!) ? taken : errno[0]!,
    clearErrno: () => void (errno[0] = taken = 0),
  };
}

/**
 * The part of {@link Libc} that needs nothing of the system's own. What fails for a doubtful reason is repeated once, but for
 * closing and syncing: these are never called twice.
 */
export function posixCalls(
  c: PosixSymbols,
  reasons: Reasons,
): Omit<Libc, keyof Reasons | "openat" | "mknodat"> {
  return { ...callsOnFiles(c, reasons), ...callsOnNames(c, reasons) };
}

function callsOnFiles(c: PosixSymbols, { doubt, last }: Reasons) {
  return {
    close: (fd) => last(c.close(fd)),
    read(fd, into, length) {
      const count = c.read(fd, into, BigInt(length));
      return count < 0 && doubt() ? last(c.read(fd, into, BigInt(length))) : count;
    },
    pread(fd, into, length, offset) {
      const count = c.pread(fd, into, BigInt(length), BigInt(offset));
      return count < 0 && doubt() ? last(c.pread(fd, into, BigInt(length), BigInt(offset))) : count;
    },
    preadAsync: (fd, into, length, offset) => c.preadAsync(fd, into, BigInt(length), BigInt(offset)),
    pwrite(fd, bytes, length, offset) {
      const count = c.pwrite(fd, bytes, BigInt(length), BigInt(offset));
      return count < 0 && doubt() ? last(c.pwrite(fd, bytes, BigInt(length), BigInt(offset))) : count;
    },
    pwriteAsync: (fd, bytes, length, offset) => c.pwriteAsync(fd, bytes, BigInt(length), BigInt(offset)),
    fsync: (fd) => last(c.fsync(fd)),
    fsyncAsync: c.fsyncAsync,
    ftruncate(fd, length) {
      const result = c.ftruncate(fd, BigInt(length));
      return result < 0 && doubt() ? last(c.ftruncate(fd, BigInt(length))) : result;
    },
    lseek(fd, offset, whence) {
      const position = c.lseek(fd, BigInt(offset), whence);
      return position < 0n && doubt() ? last(Number(c.lseek(fd, BigInt(offset), whence))) : Number(position);
    },
    fchmod(fd, mode) {
      const result = c.fchmod(fd, mode);
      return result < 0 && doubt() ? last(c.fchmod(fd, mode)) : result;
    },
    fchown(fd, uid, gid) {
      const result = c.fchown(fd, uid, gid);
      return result < 0 && doubt() ? last(c.fchown(fd, uid, gid)) : result;
    },
    futimens(fd, times) {
      const result = c.futimens(fd, times);
      return result < 0 && doubt() ? last(c.futimens(fd, times)) : result;
    },
  } satisfies Partial<Libc>;
}

function callsOnNames(c: PosixSymbols, { doubt, last }: Reasons) {
  return {
    mkdirat(dir, name, mode) {
      const result = c.mkdirat(dir, name, mode);
      return result < 0 && doubt() ? last(c.mkdirat(dir, name, mode)) : result;
    },
    symlinkat(target, dir, name) {
      const result = c.symlinkat(target, dir, name);
      return result < 0 && doubt() ? last(c.symlinkat(target, dir, name)) : result;
    },
    linkat(fromDir, fromName, toDir, toName, flags) {
      const result = c.linkat(fromDir, fromName, toDir, toName, flags);
      return result < 0 && doubt() ? last(c.linkat(fromDir, fromName, toDir, toName, flags)) : result;
    },
    readlinkat(dir, name, into, length) {
      const count = c.readlinkat(dir, name, into, BigInt(length));
      return count < 0 && doubt() ? last(c.readlinkat(dir, name, into, BigInt(length))) : count;
    },
    renameat(fromDir, fromName, toDir, toName) {
      const result = c.renameat(fromDir, fromName, toDir, toName);
      return result < 0 && doubt() ? last(c.renameat(fromDir, fromName, toDir, toName)) : result;
    },
    unlinkat(dir, name, flags) {
      const result = c.unlinkat(dir, name, flags);
      return result < 0 && doubt() ? last(c.unlinkat(dir, name, flags)) : result;
    },
    fchownat(dir, name, uid, gid, flags) {
      const result = c.fchownat(dir, name, uid, gid, flags);
      return result < 0 && doubt() ? last(c.fchownat(dir, name, uid, gid, flags)) : result;
    },
    utimensat(dir, name, times, flags) {
      const result = c.utimensat(dir, name, times, flags);
      return result < 0 && doubt() ? last(c.utimensat(dir, name, times, flags)) : result;
    },
  } satisfies Partial<Libc>;
}

/** The reasons of this thread's calls, from where the C library keeps its error number. */
export function reasonsAt(location: Deno.PointerValue): Reasons {
  if (location === null) throw new TypeError("the C library gave no place for its error number");
  return reasonsIn(new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, 4)));
}
