// Copyright the SpareGrid authors. Apache-2.0.
import { concatBytes } from "../base/mod.ts";
import { OsError } from "../errors/mod.ts";

/**
 * Reads a file that the user named on the command line (a password, patterns, paths). Links are followed, and pipes such
 * as `/dev/stdin` or a shell's `<(…)` are read to their end. `EFBIG` beyond `bytesMax`; other failures are
 * `OsError`s too.
 */
export async function readUserFile(path: string, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    using file = await Deno.open(path);
    if ((await file.stat()).isDirectory) throw new OsError("EISDIR", "open", "it is a folder");
    for (;;) {
      const part = new Uint8Array(65_536);
      const count = await file.read(part);
      if (count === null) break;
      parts.push(part.subarray(0, count));
      length += count;
      if (length > bytesMax) throw new OsError("EFBIG", "read", `it is larger than ${bytesMax} bytes`);
    }
  } catch (error) {
    throw error instanceof OsError ? error : asOsError(error);
  }
  return concatBytes(parts);
}

function asOsError(cause: unknown): OsError {
  const { code, message } = cause as { code?: unknown; message?: unknown };
  const text = cause instanceof Deno.errors.NotFound
    ? "there is no such file"
    : cause instanceof Deno.errors.PermissionDenied
    ? "permission denied"
    : String(message);
  return new OsError(typeof code === "string" ? code : "EIO", "open", text, { cause });
}
