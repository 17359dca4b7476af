// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import type { Fd, FileSystem } from "./file_system.ts";

/** What fsync of a folder answers on file systems that cannot do it. */
const CANNOT_SYNC = ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOTTY", "ENOSYS"];

/** Makes the names in a folder durable, where its file system can. Failures are `OsError`. */
export async function syncFolder(fs: FileSystem, fd: Fd): Promise<void> {
  try {
    await fs.syncAsync(fd);
  } catch (error) {
    if (!isOsError(error, ...CANNOT_SYNC)) throw error;
  }
}

/**
 * Opens the folder at `path`, making it and its parents, private (0700) and durable, where they are missing.
 * Failures are `OsError`.
 */
export async function makePath(fs: FileSystem, path: string): Promise<Fd> {
  try {
    return fs.openRoot(path);
  } catch (error) {
    // A working folder that was removed, or a root that is not there, cannot be made.
    if (!isOsError(error, "ENOENT") || path === "" || path === "." || path === "/") throw error;
  }
  const { parent, name } = splitPath(path);
  const fd = await makePath(fs, parent);
  try {
    makeFolder(fs, fd, name);
    await syncFolder(fs, fd);
  } finally {
    fs.close(fd);
  }
  return fs.openRoot(path);
}

function makeFolder(fs: FileSystem, fd: Fd, name: string): void {
  try {
    fs.makeFolder(fd, utf8(name), 0o700);
  } catch (error) {
    if (!isOsError(error, "EEXIST")) throw error;
  }
}

function splitPath(path: string): { parent: string; name: string } {
  const trimmed = path.replace(/\/+$/, "");
  const at = trimmed.lastIndexOf("/");
  const parent = at < 0 ? "." : at === 0 ? "/" : trimmed.slice(0, at);
  return { parent, name: trimmed.slice(at + 1) };
}
