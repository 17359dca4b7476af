// Copyright the SpareGrid authors. Apache-2.0.
import { compareBytes, equalBytes } from "../base/mod.ts";
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
  for (const path of paths) {
    const components = cleanComponents(path);
    let node = root;
    for (const [i, name] of components.entries()) {
      let child = node.children.find((other) => equalBytes(other.name, name));
      if (!child) {
        child = { name, path: absolutePath(components.slice(0, i + 1)), whole: false, children: [] };
        node.children.push(child);
      }
      node = child;
    }
    node.whole = true;
  }
  sortChildren(root);
  return root;
}

function sortChildren(node: Growing): void {
  node.children.sort((a, b) => compareBytes(a.name, b.name));
  node.children.forEach(sortChildren);
}
