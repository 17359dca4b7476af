// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { osError } from "./errno.ts";
import type { Fd, FileSystem } from "./file_system.ts";

/** Paths up to this many bytes go to the system in one piece. */
const WHOLE_PATH_BYTES_MAX = 4000;

/**
 * Opens the folder at `path` (absolute, or relative to the working folder), however long the path is. Links in
 * the first 4,000 bytes are followed, as the user typed them; a link beyond is refused (`ENOTDIR`).
 */
export function openPath(fs: FileSystem, path: string | Uint8Array): Fd {
  const bytes = typeof path === "string" ? utf8(path) : path;
  if (bytes.length <= WHOLE_PATH_BYTES_MAX) return fs.openRoot(path);
  const cut = bytes.lastIndexOf(0x2f, WHOLE_PATH_BYTES_MAX);
  if (cut <= 0) throw osError("ENAMETOOLONG", "open", bytes);
  let dir = fs.openRoot(bytes.subarray(0, cut));
  for (let start = cut + 1; start < bytes.length;) {
    const slash = bytes.indexOf(0x2f, start);
    const end = slash < 0 ? bytes.length : slash;
    if (end > start) {
      const parent = dir;
      try {
        dir = fs.openFolder(parent, bytes.subarray(start, end));
      } finally {
        fs.close(parent);
      }
    }
    start = end + 1;
  }
  return dir;
}
