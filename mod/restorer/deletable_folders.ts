// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";

/**
 * Where extras may be removed when a snapshot of `paths` (absolute) is restored from its folder `within` (empty for
 * the whole): only in what was backed up as a whole. The folders above it, such as `/home` above `/home/ada`, are in the
 * snapshot with one entry, which says nothing about the others. Paths are relative to `within`, for `deleteBelow`.
 */
export function deletableFolders(paths: readonly string[], within = ""): Uint8Array[] {
  const base = trimmed(within);
  const folders: Uint8Array[] = [];
  for (const path of paths) {
    const whole = trimmed(path);
    if (base === whole || base.startsWith(`${whole}/`)) folders.push(utf8("/"));
    else if (whole.startsWith(`${base}/`)) folders.push(utf8(whole.slice(base.length)));
  }
  return folders;
}

/** With one slash before each name and none at the end; empty for the root. */
function trimmed(path: string): string {
  return path.split("/").filter((name) => name !== "" && name !== ".").map((name) => `/${name}`).join("");
}
