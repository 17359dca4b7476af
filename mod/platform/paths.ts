// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { isOsError, type OsError } from "../errors/mod.ts";
import type { Fd, FileSystem } from "./file_system.ts";

/** Where a path is too long for the system, this much of it is opened in one piece, bytes. */
const FIRST_PIECE_BYTES = 4000;

/**
 * Opens the folder at `path` (absolute, or relative to the working folder), however long the path is. Links are
 * followed, as a user typed them; only on a port whose `openRoot` has a longest path, links beyond its first 4,000
 * bytes are refused (`ENOTDIR`).
 */
export function openPath(fs: FileSystem, path: string | Uint8Array): Fd {
  try {
    return fs.openRoot(path);
  } catch (error) {
    if (!isOsError(error, "ENAMETOOLONG")) throw error;
    return openInSteps(fs, typeof path === "string" ? utf8(path) : path, error);
  }
}

function openInSteps(fs: FileSystem, path: Uint8Array, tooLong: OsError): Fd {
  if (path.length <= FIRST_PIECE_BYTES) throw tooLong;
  const cut = path.lastIndexOf(SLASH, FIRST_PIECE_BYTES);
  if (cut <= 0) throw tooLong;
  let dir = fs.openRoot(path.subarray(0, cut));
  for (let start = cut + 1; start < path.length;) {
    const slash = path.indexOf(SLASH, start);
    const end = slash < 0 ? path.length : slash;
    const step = path.subarray(start, end);
    if (step.length > 0 && !(step.length === 1 && step[0] === DOT)) {
      const parent = dir;
      try {
        dir = fs.openFolder(parent, step);
      } finally {
        fs.close(parent);
      }
    }
    start = end + 1;
  }
  return dir;
}

const SLASH = 0x2f;
const DOT = 0x2e;
