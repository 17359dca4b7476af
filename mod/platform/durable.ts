// Copyright the SpareGrid authors. Apache-2.0.
import { osError } from "./errno.ts";
import type { Fd, FileSystem } from "./file_system.ts";

/**
 * Writes `bytes` as `dir/name` so that, when the promise resolves, a power cut can no longer take it away, and so
 * that at no time anything but the whole file stands under that name: written under `temporaryName` (new, mode
 * 0600), synced, its size checked, renamed, and the folder synced (without that, a power cut loses the rename).
 *
 * On any failure the temporary file is removed and the error raised. A failed sync is never tried again: the
 * kernel forgets what it could not write. Where the folder's own sync fails, the file may stand under its
 * final name although durability is unknown.
 */
export async function writeDurably(
  fs: FileSystem,
  dir: Fd,
  name: Uint8Array,
  temporaryName: Uint8Array,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const fd = fs.create(dir, temporaryName, 0o600);
  try {
    try {
      await fs.writeAtAsync(fd, bytes, 0);
      await fs.syncAsync(fd);
      if (fs.statFd(fd).size !== bytes.length) throw osError("EIO", "write", name);
    } finally {
      fs.close(fd);
    }
    fs.rename(dir, temporaryName, dir, name);
  } catch (error) {
    removeQuietly(fs, dir, temporaryName);
    throw error;
  }
  await fs.syncAsync(dir);
}

/** The first error is the one that counts; a temporary file that stays is swept up by the next run. */
function removeQuietly(fs: FileSystem, dir: Fd, name: Uint8Array): void {
  try {
    fs.removeFile(dir, name);
  } catch {
    // nothing more can be done here
  }
}
