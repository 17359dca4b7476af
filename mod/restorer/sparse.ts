// Copyright the SpareGrid authors. Apache-2.0.
import type { Fd, FileSystem } from "../platform/mod.ts";

/** Zeros are looked for page by page, at multiples of this, bytes: less never becomes a hole. */
const PAGE = 4096;

/**
 * Writes `bytes` at `offset` of a file that holds nothing there yet, leaving out pages of zeros, which read as zeros
 * all the same. Returns true when the last page was left out: then the file's length must be set.
 */
export function writeSparse(fs: FileSystem, fd: Fd, bytes: Uint8Array, offset: number): boolean {
  const length = bytes.length;
  let pending = 0;
  let at = length < PAGE ? length : 0;
  while (at < length) {
    const end = Math.min(length, at + PAGE - (offset + at) % PAGE);
    if (isZero(bytes, at, end)) {
      if (at > pending) fs.writeAt(fd, bytes.subarray(pending, at), offset + pending);
      pending = end;
    }
    at = end;
  }
  if (pending < length) fs.writeAt(fd, pending === 0 ? bytes : bytes.subarray(pending), offset + pending);
  return pending === length && length > 0;
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return false;
  return true;
}
