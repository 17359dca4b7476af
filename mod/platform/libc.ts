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
  openat(dir: Fd, path: Uint8Array<ArrayBuffer>, flags: number, mode: number): Fd;
  close(fd: Fd): number;
  read(fd: Fd, into: Uint8Array<ArrayBuffer>, length: number): number;
  pread(fd: Fd, into: Uint8Array<ArrayBuffer>, length: number, offset: number): number;
  preadAsync(fd: Fd, into: Uint8Array<ArrayBuffer>, length: number, offset: number): Promise<number>;
  pwrite(fd: Fd, bytes: Uint8Array<ArrayBuffer>, length: number, offset: number): number;
  pwriteAsync(fd: Fd, bytes: Uint8Array<ArrayBuffer>, length: number, offset: number): Promise<number>;
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
