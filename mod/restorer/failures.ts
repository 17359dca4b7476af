// Copyright the SpareGrid authors. Apache-2.0.
import { isOsError, isSgError, type SgCode } from "../errors/mod.ts";
import type { Fd, FileSystem } from "../platform/mod.ts";

/** Why an entry could not be restored. */
export interface Failure {
  readonly code: SgCode;
  /** Without the name of the entry. */
  readonly why: string;
}

/** An entry of the target is not the one it was, or a name leads elsewhere: nothing was written. */
export class UnsafeTarget extends Error {
  override readonly name = "UnsafeTarget";
}

/**
 * Opens a folder that was made or found before; another one, or something else, in its place is refused. `OsError` where
 * it is gone or cannot be opened.
 */
export function openSameFolder(
  fs: FileSystem,
  parent: Fd,
  folder: { readonly name: Uint8Array; readonly dev: bigint; readonly ino: bigint },
): Fd {
  let fd: Fd;
  try {
    fd = fs.openFolder(parent, folder.name);
  } catch (error) {
    if (!isOsError(error, "ENOTDIR", "ELOOP")) throw error;
    throw new UnsafeTarget("something else stands in the place of its folder now");
  }
  const { dev, ino } = fs.statFd(fd);
  if (dev === folder.dev && ino === folder.ino) return fd;
  fs.close(fd);
  throw new UnsafeTarget("its folder was exchanged for another one meanwhile");
}

/** Sorts what was thrown while an entry was being restored. */
export function failureOf(error: unknown): Failure {
  if (error instanceof UnsafeTarget) return { code: "SG1013", why: error.message };
  if (isSgError(error)) return { code: error.code, why: error.message };
  if (isOsError(error, "ENOSPC", "EDQUOT")) return { code: "SG1030", why: error.message };
  if (isOsError(error, "EISDIR", "ENOTEMPTY")) return { code: "SG1012", why: "a folder is in the way" };
  if (isOsError(error)) return { code: "SG1012", why: error.message };
  return { code: "SG1023", why: error instanceof Error ? error.message : String(error) };
}
