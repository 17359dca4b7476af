// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "../base/mod.ts";
import {
  parseFilesFrom,
  parseFilesFromRaw,
  parseFilesFromVerbatim,
  parsePatternFile,
} from "../source/mod.ts";
import { openFileSystem } from "../platform/mod.ts";
import { expandGlob } from "./glob_paths.ts";
import { readNamedFile } from "./user_input.ts";

/** Largest pattern or path file that is read, bytes. */
const FILE_BYTES_MAX = 256 * 1024 * 1024;

/** The patterns in a file of `--exclude-file` and its kin. SG1021 for a file or line that cannot be used. */
export async function readPatternFile(
  path: string,
  env: (name: string) => string | undefined,
  signal?: AbortSignal,
): Promise<string[]> {
  signal?.throwIfAborted();
  const file = { what: "pattern file", code: "SG1021", bytesMax: FILE_BYTES_MAX } as const;
  return parsePatternFile(await readNamedFile(path, file), path, env);
}

/** Paths out of a file of `--files-from` and its kin. */
export interface PathFile {
  readonly paths: readonly Uint8Array[];
  /** Lines with wildcards that match nothing. */
  readonly unmatched: readonly string[];
}

/** The paths in a file: `patterns` with wildcards and comments, `lines` as they stand, `raw` ended by NUL. SG1021. */
export async function readPathFile(
  path: string,
  form: "patterns" | "lines" | "raw",
  signal?: AbortSignal,
): Promise<PathFile> {
  signal?.throwIfAborted();
  const file = { what: "list of paths", code: "SG1021", bytesMax: FILE_BYTES_MAX } as const;
  const bytes = await readNamedFile(path, file);
  if (form === "raw") return { paths: parseFilesFromRaw(bytes, path), unmatched: [] };
  if (form === "lines") return { paths: parseFilesFromVerbatim(bytes), unmatched: [] };
  const fs = openFileSystem();
  const paths: Uint8Array[] = [];
  const unmatched: string[] = [];
  for (const line of parseFilesFrom(bytes)) {
    const found = expandGlob(fs, line);
    if (found.length === 0) unmatched.push(utf8Text(line));
    // One by one: a call takes some hundred thousand arguments at most.
    for (const path of found) paths.push(path);
  }
  return { paths, unmatched };
}
