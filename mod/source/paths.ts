// Copyright the SpareGrid authors. Apache-2.0.
import { concatBytes } from "../base/mod.ts";

const SLASH = 0x2f;
const DOT = 0x2e;

/** The components of a path as they stand: nothing empty, nothing resolved. */
export function splitPath(path: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== SLASH) continue;
    if (at > start) parts.push(path.subarray(start, at));
    start = at + 1;
  }
  return parts;
}

/** The components with `.` dropped and `..` resolved by the text alone, as Go's `filepath.Clean` does. */
export function cleanComponents(path: Uint8Array): Uint8Array[] {
  const absolute = path[0] === SLASH;
  const parts: Uint8Array[] = [];
  for (const part of splitPath(path)) {
    if (part.length === 1 && part[0] === DOT) continue;
    if (!isDotDot(part)) parts.push(part);
    else if (parts.length > 0 && !isDotDot(parts.at(-1)!)) parts.pop();
    else if (!absolute) parts.push(part);
  }
  return parts;
}

/** `folder/name`; a folder of `/` alone gives `/name`. */
export function joinPath(folder: Uint8Array, name: Uint8Array): Uint8Array<ArrayBuffer> {
  const slash = folder.length > 0 && folder[folder.length - 1] === SLASH ? 0 : 1;
  const path = new Uint8Array(folder.length + slash + name.length);
  path.set(folder);
  if (slash === 1) path[folder.length] = SLASH;
  path.set(name, folder.length + slash);
  return path;
}

/** The absolute path of components; `/` for none. */
export function absolutePath(components: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (components.length === 0) return Uint8Array.of(SLASH);
  return concatBytes(components.flatMap((component) => [Uint8Array.of(SLASH), component]));
}

function isDotDot(part: Uint8Array): boolean {
  return part.length === 2 && part[0] === DOT && part[1] === DOT;
}
