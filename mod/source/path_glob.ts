// Copyright the SpareGrid authors. Apache-2.0.
import { compareBytes, utf8Text } from "../base/mod.ts";
import { OsError, SgError } from "../errors/mod.ts";
import type { Fd, FileSystem } from "../platform/mod.ts";
import { compileGlob, type ComponentTest } from "./glob.ts";
import { absolutePath, joinPath, splitPath } from "./paths.ts";

const STAR = 0x2a, QUESTION = 0x3f, OPEN = 0x5b, BACKSLASH = 0x5c;

/**
 * The paths that a line of a `--files-from` list means: itself where it has no `*`, `?` or `[`, else every existing
 * path that it matches, in order (`**` has no special meaning here). Symlinks on the way are followed as a shell does.
 *
 * @param pattern absolute.
 * @throws {SgError} SG1021 for a malformed glob.
 */
export function expandPathGlob(fs: FileSystem, pattern: Uint8Array): Uint8Array[] {
  if (!pattern.some((byte) => byte === STAR || byte === QUESTION || byte === OPEN || byte === BACKSLASH)) {
    return [pattern];
  }
  let paths: Uint8Array[] = [absolutePath([])];
  const components = splitPath(pattern);
  for (const [i, component] of components.entries()) {
    const test = compile(component, pattern);
    const last = i === components.length - 1;
    paths = paths.flatMap((path) => matchesIn(fs, path, test, last));
  }
  return paths;
}

function compile(component: Uint8Array, pattern: Uint8Array): ComponentTest {
  try {
    return compileGlob(component);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const text = JSON.stringify(utf8Text(pattern));
    throw new SgError("SG1021", `Cannot use the path ${text}: ${error.message}`, { cause: error });
  }
}

/** What cannot be opened holds no match. */
function matchesIn(fs: FileSystem, folder: Uint8Array, test: ComponentTest, last: boolean): Uint8Array[] {
  let fd: Fd;
  try {
    fd = fs.openRoot(folder);
  } catch (error) {
    if (error instanceof OsError) return [];
    throw error;
  }
  try {
    const found: Uint8Array[] = [];
    for (const names of fs.names(fd)) for (const name of names) if (test(name)) found.push(name);
    found.sort(compareBytes);
    return found.map((name) => joinPath(folder, name)).filter((path) => last || isFolder(fs, path));
  } finally {
    fs.close(fd);
  }
}

function isFolder(fs: FileSystem, path: Uint8Array): boolean {
  try {
    return fs.statPath(path).kind === "dir";
  } catch {
    return false;
  }
}
