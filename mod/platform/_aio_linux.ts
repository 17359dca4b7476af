// Copyright the SpareGrid authors. Apache-2.0.
import { errnoName, LINUX_ERRNO, osError } from "./errno.ts";
import type { Fd } from "./file_system.ts";
import type { LinuxLibc } from "./_libc_linux.ts";

/*
 * fsync without blocking the thread, and with its reason when it fails.
 *
 * A non-blocking FFI call runs on a thread of Deno's pool, and `errno` belongs to that thread: the caller learns
 * -1 and no more. For most calls the reason is found by trying again, but a failed fsync must never be tried
 * again: the kernel reports a lost write once and then forgets it, so the second fsync would say "durable" about
 * data that is gone. POSIX asynchronous I/O hands the error number over by value, so files go that way.
 * Where the C library refuses it (EBADF; some do for descriptors open for reading only, folders among them), the plain
 * non-blocking fsync is taken, and the rare failure is called EIO.
 */

/**
 * `struct aiocb`, bytes; glibc and musl agree on the public fields and exceed this nowhere (both 168).
 * 0 int aio_fildes, 88.. private; 32 struct sigevent aio_sigevent: +0 sigval, +8 int signo, +12 int notify.
 */
const AIOCB_BYTES = 256;
const NOTIFY_AT = 44;
const SIGEV_NONE = 1;
const O_SYNC = 0o4010000;
const EINPROGRESS = 115;

/** Makes what was written to `fd` durable. Rejects with `OsError`; the failure is final. */
export async function syncByAio(libc: LinuxLibc, fd: Fd): Promise<void> {
  const { aio_fsync, aioSuspendAsync, aio_error, aio_return } = libc.c;
  if (aio_fsync === null || aioSuspendAsync === null || aio_error === null || aio_return === null) {
    return await syncPlain(libc, fd);
  }
  const control = new Uint8Array(AIOCB_BYTES);
  const words = new Int32Array(control.buffer);
  words[0] = fd;
  words[NOTIFY_AT / 4] = SIGEV_NONE;
  // Not begun: nothing was synced and nothing lost, so the plain way is no second try.
  if (aio_fsync(O_SYNC, control) !== 0) return await syncPlain(libc, fd);
  const list = new BigUint64Array([BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(control)))]);
  const listBytes = new Uint8Array(list.buffer);
  let error: number;
  while ((error = aio_error(control)) === EINPROGRESS) await aioSuspendAsync(listBytes, 1, null);
  aio_return(control);
  if (error !== 0) throw osError(errnoName(LINUX_ERRNO, error), "fsync");
}

async function syncPlain(libc: LinuxLibc, fd: Fd): Promise<void> {
  if (await libc.fsyncAsync(fd) < 0) throw osError("EIO", "fsync");
}
