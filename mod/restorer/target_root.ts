// Copyright the SpareGrid authors. Apache-2.0.
import { concatBytes, shownPath, utf8 } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import { type Fd, type FileSystem, openPath } from "../platform/mod.ts";

const SLASH = 0x2f;

/**
 * Opens the folder that is restored into, and makes it where it is missing, with its parents, readable only for the
 * owner. Undefined when it is missing and `dryRun`. SG1012 when it cannot be opened or made.
 */
export function openTarget(fs: FileSystem, path: string | Uint8Array, dryRun: boolean): Fd | undefined {
  const bytes = typeof path === "string" ? utf8(path) : path;
  try {
    return openOrMake(fs, bytes, dryRun);
  } catch (error) {
    if (!isOsError(error)) throw error;
    throw new SgError("SG1012", `Cannot open folder ${shownPath(bytes)}: ${error.message}`, { cause: error });
  }
}

function openOrMake(fs: FileSystem, path: Uint8Array, dryRun: boolean): Fd | undefined {
  let existing = path.length === 0 ? utf8(".") : path;
  const missing: Uint8Array[] = [];
  let fd: Fd;
  for (;;) {
    try {
      fd = openPath(fs, existing);
      break;
    } catch (error) {
      if (!isOsError(error, "ENOENT")) throw error;
      const [parent, name] = splitPath(existing);
      if (!name) throw error;
      missing.push(name);
      existing = parent;
    }
  }
  if (missing.length === 0) return fd;
  if (dryRun) {
    fs.close(fd);
    return undefined;
  }
  return makeBelow(fs, fd, missing.reverse());
}

function makeBelow(fs: FileSystem, start: Fd, names: readonly Uint8Array[]): Fd {
  let fd = start;
  for (const name of names) {
    const parent = fd;
    try {
      fs.makeFolder(parent, name, 0o700);
      if (!fs.traits.syncsAll) fs.sync(parent);
      fd = fs.openFolder(parent, name);
    } finally {
      fs.close(parent);
    }
  }
  return fd;
}

/** The folder above and the last name; no name when there is nothing to split. */
function splitPath(path: Uint8Array): [Uint8Array, Uint8Array | undefined] {
  let end = path.length;
  while (end > 1 && path[end - 1] === SLASH) end--;
  const slash = path.lastIndexOf(SLASH, end - 1);
  const name = path.subarray(slash + 1, end);
  if (name.length === 0) return [path, undefined];
  const parent = slash < 0 ? utf8(".") : slash === 0 ? utf8("/") : path.subarray(0, slash);
  return [concatBytes([parent]), name];
}
