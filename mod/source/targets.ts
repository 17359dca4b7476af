// Copyright the SpareGrid authors. Apache-2.0.
import { compareBytes } from "../base/mod.ts";
import { absolutePath, cleanComponents } from "./paths.ts";

/** A folder on the way to what is to be backed up, or that itself. */
export interface Target {
  /** Empty for the root. */
  readonly name: Uint8Array;
  /** Absolute. */
  readonly path: Uint8Array;
  /** True where everything below is wanted; else only the children named here. */
  readonly whole: boolean;
  /** Ascending by name. Below a whole target: entries that the user named too, so that no rule leaves them out. */
  readonly children: readonly Target[];
}

interface Growing extends Target {
  whole: boolean;
  children: Growing[];
}

/**
 * Merges absolute paths into one tree that mirrors them: `/home/ada` and `/home/bob/x` give a root with `home`, in
 * it `ada` (whole) and `bob`, in that `x` (whole). `/` makes the root itself whole. Duplicates count once.
 */
export function targetTree(paths: readonly Uint8Array[]): Target {
  const root: Growing = { name: new Uint8Array(0), path: absolutePath([]), whole: false, children: [] };
  // By path: a folder of which many files are named is not to be looked through for each.
  const known = new Map<string, Growing>();
  for (const named of paths) {
    const components = cleanComponents(named);
    let node = root;
    for (const [i, name] of components.entries()) {
      const path = absolutePath(components.slice(0, i + 1));
      const key = path.toHex();
      let child = known.get(key);
      if (!child) {
        child = { name, path, whole: false, children: [] };
        known.set(key, child);
        node.children.push(child);
      }
      node = child;
    }
    node.whole = true;
  }
  sortChildren(root);
  return root;
}

/** The child of this name; undefined where none is named so. */
export function childOf({ children }: Target, name: Uint8Array): Target | undefined {
  let low = 0, high = children.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compareBytes(children[middle]!.name, name);
    if (order === 0) return children[middle];
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}

function sortChildren(node: Growing): void {
  node.children.sort((a, b) => compareBytes(a.name, b.name));
  node.children.forEach(sortChildren);
}
