// Copyright the SpareGrid authors. Apache-2.0.
import { compareBytes, concatBytes, utf8 } from "../base/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
import { compileGlob } from "../source/mod.ts";

const SLASH = 0x2f;
/** `*`, `?`, `[` and `\`. */
const WILD = [0x2a, 0x3f, 0x5b, 0x5c];

/** The existing paths that a path with wildcards stands for, in order of name; itself where it holds none. */
export function expandGlob(fs: FileSystem, glob: Uint8Array): Uint8Array[] {
  if (!isWild(glob)) return [glob];
  let found: Uint8Array[] = [glob[0] === SLASH ? utf8("/") : new Uint8Array()];
  for (const component of components(glob)) {
    if (!isWild(component)) found = found.map((path) => below(path, component));
    else {
      const test = compileGlob(component);
      const hidden = component[0] === 0x2e;
      found = found.flatMap((folder) =>
        namesIn(fs, folder).filter((name) => (hidden || name[0] !== 0x2e) && test(name)).sort(compareBytes)
          .map((name) => below(folder, name))
      );
    }
  }
  return found.filter((path) => exists(fs, path));
}

function isWild(glob: Uint8Array): boolean {
  return glob.some((byte) => WILD.includes(byte));
}

function components(path: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let start = 0; start <= path.length;) {
    const slash = path.indexOf(SLASH, start);
    const end = slash < 0 ? path.length : slash;
    if (end > start) out.push(path.subarray(start, end));
    start = end + 1;
  }
  return out;
}

function below(folder: Uint8Array, name: Uint8Array): Uint8Array {
  if (folder.length === 0) return name;
  return concatBytes(folder.at(-1) === SLASH ? [folder, name] : [folder, utf8("/"), name]);
}

/** Empty for what is no folder, or none that may be read. */
function namesIn(fs: FileSystem, folder: Uint8Array): Uint8Array[] {
  let fd: number;
  try {
    fd = fs.openRoot(folder.length === 0 ? "." : folder);
  } catch {
    return [];
  }
  try {
    return [...fs.names(fd)].flat();
  } finally {
    fs.close(fd);
  }
}

function exists(fs: FileSystem, path: Uint8Array): boolean {
  try {
    fs.statPath(path);
    return true;
  } catch {
    // A dangling link is there, too; the backup itself will say what it cannot read.
    const slash = path.lastIndexOf(SLASH);
    const folder = slash < 0 ? new Uint8Array() : path.subarray(0, slash + 1);
    const last = path.subarray(slash + 1);
    return namesIn(fs, folder).some((name) => compareBytes(name, last) === 0);
  }
}
