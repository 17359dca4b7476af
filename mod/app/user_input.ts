// Copyright the SpareGrid authors. Apache-2.0.
import { isOsError, type SgCode, SgError } from "../errors/mod.ts";
import { readUserFile } from "../platform/mod.ts";

/** Reads a file that the user named; `what` says in the message what it is. Failures are SgErrors with `code`. */
export async function readNamedFile(
  path: string,
  { what, code, bytesMax }: { what: string; code: SgCode; bytesMax: number },
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readUserFile(path, bytesMax);
  } catch (cause) {
    if (!isOsError(cause)) throw cause;
    throw new SgError(code, `Cannot read ${what} ${path}: ${cause.message}`, {
      cause,
      context: { file: path, missing: cause.errno === "ENOENT" },
    });
  }
}

/** Largest text that is taken from a file, bytes. */
const TEXT_BYTES_MAX = 1024 * 1024;

/** The content of a file of text that the user named. SG1008 where it cannot be read. */
export function readTextFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return readNamedFile(path, { what: "file", code: "SG1008", bytesMax: TEXT_BYTES_MAX });
}
