// Copyright the SpareGrid authors. Apache-2.0.
import type { Fd, FileSystem } from "../platform/mod.ts";

/** Zeros are looked for page by page, at multiples of this, bytes: less never becomes a hole. */
const PAGE = 4096;

/**
 * Writes `bytes` at `offset` of a file that holds nothing there yet, leaving out pages of zeros, which read as zeros
 * all the same. Returns how many bytes at the end were left out; where there are any, the file's length must be set.
 */
export function writeSparse(fs: FileSystem, fd: Fd, bytes: Uint8Array, offset: number): number {
  const length = bytes.length;
  let pending = 0;
  let written = 0;
  let at = length < PAGE ? length : 0;
  while (at < length) {
    const end = Math.min(length, at + PAGE - (offset + at) % PAGE);
    if (isZero(bytes, at, end)) {
      if (at > pending) {
        fs.writeAt(fd, bytes.subarray(pending, at), offset + pending);
        written = at;
      }
      pending = end;
    }
    at = end;
  }
  if (pending === length) return length - written;
  fs.writeAt(fd, pending === 0 ? bytes : bytes.subarray(pending), offset + pending);
  return 0;
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return false;
  return true;
}
