// Copyright the SpareGrid authors. Apache-2.0.
import { INDEX_FILE_BYTES_MAX, isId, PACK_BYTES_MAX, SMALL_FILE_BYTES_MAX } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { FileHandle, FileType } from "./storage.ts";

/** Every type of file a store keeps, in no particular order. */
export const FILE_TYPES: readonly FileType[] = ["config", "data", "keys", "locks", "snapshots", "index"];

/** Largest file of each type that is read or taken in, bytes: bounds the memory before anything is believed. */
export const FILE_BYTES_MAX: Readonly<Record<FileType, number>> = {
  config: SMALL_FILE_BYTES_MAX,
  data: PACK_BYTES_MAX,
  index: INDEX_FILE_BYTES_MAX,
  keys: SMALL_FILE_BYTES_MAX,
  locks: SMALL_FILE_BYTES_MAX,
  snapshots: SMALL_FILE_BYTES_MAX,
};

/** Largest file that is loaded whole, bytes; the largest kind of file that anybody may ask for whole. */
export const WHOLE_FILE_BYTES_MAX = INDEX_FILE_BYTES_MAX;

/** True when `name` may be stored under `type`: an ID, and the empty name for the one `config`. */
export function isFileName(type: FileType, name: string): boolean {
  return type === "config" ? name === "" : isId(name);
}

/** How messages and the REST protocol name a file: `config`, or `type/name`. */
export function filePath(file: FileHandle): string {
  return file.type === "config" ? "config" : `${file.type}/${file.name}`;
}

/**
 * Throws SG1023 unless `file` is a valid handle. Names come from decoders that check them, so a bad one here is a
 * mistake of ours, but it must never become a path.
 */
export function assertHandle(file: FileHandle): void {
  if (FILE_TYPES.includes(file.type) && isFileName(file.type, file.name)) return;
  const shown = JSON.stringify(`${file.type}/${file.name}`.slice(0, 100));
  throw new SgError("SG1023", `Cannot use stored file ${shown}: not a valid name`);
}

/**
 * The bytes to load of a file of `size` bytes, from `offset` on, to the end where `length` is left out.
 * Throws SG1005 when the range leaves the file.
 */
export function resolveRange(
  file: FileHandle,
  size: number,
  range: { readonly offset?: number; readonly length?: number },
): { offset: number; length: number } {
  const offset = range.offset ?? 0;
  const length = range.length ?? Math.max(0, size - offset);
  assertRange(file, range);
  if (offset + length > size) throw pastTheEnd(file, offset, length, size);
  if (range.length === undefined && length > WHOLE_FILE_BYTES_MAX) throw tooLarge(file, length);
  return { offset, length };
}

/** The failure of loading a file whole that is larger than any valid one. `size` in bytes. */
export function tooLarge(file: FileHandle, size: number): SgError {
  return new SgError(
    "SG1017",
    `Cannot load ${filePath(file)}: it holds ${size} bytes, more than any valid file`,
    { context: { file: filePath(file), size, limit: WHOLE_FILE_BYTES_MAX } },
  );
}

/** Throws SG1023 when offset or length is not a whole number of bytes. */
export function assertRange(
  file: FileHandle,
  range: { readonly offset?: number; readonly length?: number },
): void {
  for (const value of [range.offset ?? 0, range.length ?? 0]) {
    if (Number.isSafeInteger(value) && value >= 0) continue;
    throw new SgError("SG1023", `Cannot load ${filePath(file)}: ${value} is not a valid offset or length`);
  }
}

/** The failure of a range that leaves its file. `size` in bytes, where it is known. */
export function pastTheEnd(file: FileHandle, offset: number, length: number, size?: number): SgError {
  const holds = size === undefined ? "it is shorter" : `it holds ${size} bytes`;
  return new SgError(
    "SG1005",
    `Cannot load ${length} bytes at ${offset} of ${filePath(file)}: ${holds}`,
    { context: { file: filePath(file), offset, length, ...(size === undefined ? {} : { size }) } },
  );
}

/** The failure of asking for a file that is not there. */
export function noSuchFile(verb: string, file: FileHandle, cause?: unknown): SgError {
  return new SgError("SG1006", `Cannot ${verb} ${filePath(file)}: there is no such file`, {
    cause,
    context: { file: filePath(file) },
  });
}

/** The failure of storing a second `config`, or of creating a store where one is. */
export function existsAlready(location: string): SgError {
  return new SgError("SG1004", `Cannot create repository at ${location}: there is a config file already`);
}
