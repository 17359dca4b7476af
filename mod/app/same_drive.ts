// Copyright the SpareGrid authors. Apache-2.0.
import { type FileSystem, openFileSystem, sameFileSystem } from "../platform/mod.ts";
import { parseLocation } from "../storage/mod.ts";

/** True when the repository at `location` lies on the file system of `path`, so that one broken drive takes both. */
export function sharesFileSystem(
  location: string,
  path: string | Uint8Array,
  fs: FileSystem = openFileSystem(),
): boolean {
  const place = parseLocation(location);
  if (place.kind !== "local") return false;
  try {
    return sameFileSystem(fs.statPath(place.path), fs.statPath(path));
  } catch {
    // What cannot be looked at is reported by the run itself.
    return false;
  }
}
