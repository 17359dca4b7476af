// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";

const NEWLINE = 0x0a, RETURN = 0x0d, HASH = 0x23;

/**
 * Lines of a `--files-from` file: white space at both ends dropped, empty lines and comments (`#`) skipped. Each is a
 * path or a glob that the caller expands against the file system.
 */
export function parseFilesFrom(bytes: Uint8Array): Uint8Array[] {
  return lines(bytes).map(trim).filter((line) => line.length > 0 && line[0] !== HASH);
}

/** Lines of a `--files-from-verbatim` file: each non-empty line is a path as it stands. */
export function parseFilesFromVerbatim(bytes: Uint8Array): Uint8Array[] {
  return lines(bytes).filter((line) => line.length > 0);
}

/**
 * Paths of a `--files-from-raw` file: each ended by a NUL.
 *
 * @throws {SgError} SG1021 naming the file when a path is empty or the last one is not ended.
 */
export function parseFilesFromRaw(bytes: Uint8Array, fileName: string): Uint8Array[] {
  const paths: Uint8Array[] = [];
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0, start);
    if (end < 0) break;
    if (end === start) throw bad(fileName, `path ${paths.length + 1} is empty`);
    paths.push(bytes.slice(start, end));
    start = end + 1;
  }
  if (start < bytes.length) throw bad(fileName, "the last path is not ended by a NUL character");
  return paths;
}

function bad(fileName: string, why: string): SgError {
  return new SgError("SG1021", `Cannot use the list of paths ${fileName}: ${why}`, {
    context: { file: fileName },
  });
}

function lines(bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    found.push(bytes.slice(start, newline > start && bytes[end - 1] === RETURN ? end - 1 : end));
    start = end + 1;
  }
  return found;
}

function trim(line: Uint8Array): Uint8Array {
  let start = 0, end = line.length;
  while (start < end && isBlank(line[start]!)) start++;
  while (end > start && isBlank(line[end - 1]!)) end--;
  return line.subarray(start, end);
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
