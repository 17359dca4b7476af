// Copyright the SpareGrid authors. Apache-2.0.
import type { Node } from "../format/mod.ts";
import type { EntryKind } from "./records.ts";

/** All kinds; the search index keeps the place of a kind in this list, so the order stays. */
export const ENTRY_KINDS: readonly EntryKind[] = ["file", "folder", "symlink", "other"];

const KINDS: Readonly<Partial<Record<Node["type"], EntryKind>>> = {
  file: "file",
  dir: "folder",
  symlink: "symlink",
};

/** What an entry of a tree is to those who look. */
export function entryKind(type: Node["type"]): EntryKind {
  return KINDS[type] ?? "other";
}
