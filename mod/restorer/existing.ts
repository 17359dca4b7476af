// Copyright the SpareGrid authors. Apache-2.0.
import { isOsError } from "../errors/mod.ts";
import type { Fd, FileSystem, Stat } from "../platform/mod.ts";

/** Stat of an entry, or undefined where there is none. */
export function statOrNone(fs: FileSystem, dir: Fd, name: Uint8Array): Stat | undefined {
  try {
    return fs.stat(dir, name);
  } catch (error) {
    if (isOsError(error, "ENOENT")) return undefined;
    throw error;
  }
}
