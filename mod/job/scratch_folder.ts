// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import type { Fd, FileSystem } from "../platform/mod.ts";

/**
 * Removes a folder that this program made for itself, with all below it; nothing where there is none. Follows no link.
 * Failures are `OsError`.
 */
export function removeScratch(fs: FileSystem, path: string): void {
  const slash = path.lastIndexOf("/");
  let parent: Fd;
  try {
    parent = fs.openRoot(path.slice(0, slash) || "/");
  } catch (error) {
    if (isOsError(error, "ENOENT")) return;
    throw error;
  }
  try {
    removeEntry(fs, parent, utf8(path.slice(slash + 1)));
  } catch (error) {
    if (!isOsError(error, "ENOENT")) throw error;
  } finally {
    fs.close(parent);
  }
}

function removeEntry(fs: FileSystem, parent: Fd, name: Uint8Array): void {
  if (fs.stat(parent, name).kind !== "dir") return fs.removeFile(parent, name);
  // What was restored may forbid its owner to look into it.
  fs.setPermissionsOf(parent, name, 0o700);
  const fd = fs.openFolder(parent, name);
  try {
    // All names first: removing while listing may skip some. They are copied, for a batch is one block of memory.
    const names = [...fs.names(fd)].flat().map((each) => each.slice());
    for (const each of names) removeEntry(fs, fd, each);
  } finally {
    fs.close(fd);
  }
  fs.removeFolder(parent, name);
}
