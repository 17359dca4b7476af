// Copyright the SpareGrid authors. Apache-2.0.
import { isOsError, SgError } from "../errors/mod.ts";
import type { Fd, FileSystem } from "../platform/mod.ts";
import { absolutePath, cleanComponents } from "../source/mod.ts";
import { reasonOf } from "./problems.ts";
import type { RunContext } from "./run_context.ts";

const NO_NAME = new Uint8Array(0);

/**
 * Those of the paths that exist; the others are reported.
 *
 * @throws {SgError} SG1009 when there is none.
 */
export function existingPaths(context: RunContext, paths: readonly Uint8Array[]): Uint8Array[] {
  const found = paths.filter((path) => exists(context, path));
  if (found.length === 0) throw new SgError("SG1009", "Cannot back up: none of the given paths exists");
  return found;
}

function exists(context: RunContext, path: Uint8Array): boolean {
  try {
    context.fs.statPath(path);
    return true;
  } catch (error) {
    if (isDanglingLink(context.fs, path)) return true;
    const why = isOsError(error, "ENOENT") ? "it does not exist" : reasonOf(error);
    context.problem("SG1009", path, NO_NAME, "back up", why);
    return false;
  }
}

/** True when the path's last component is a symlink that leads nowhere: it can be backed up all the same. */
function isDanglingLink(fs: FileSystem, path: Uint8Array): boolean {
  const components = cleanComponents(path);
  const name = components.pop();
  if (!name) return false;
  let fd: Fd = -1;
  try {
    fd = fs.openRoot(absolutePath(components));
    return fs.stat(fd, name).kind === "symlink";
  } catch {
    return false;
  } finally {
    if (fd >= 0) fs.close(fd);
  }
}
