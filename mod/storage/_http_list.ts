// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { isFileName } from "./file_handle.ts";
import { JsonArrayReader } from "./_json_array.ts";
import type { FileType } from "./storage.ts";

/** Most that one list may hold: ten million packs of 16 MiB are more than 100 TB. */
const LIST_MAX = { entries: 10_000_000, bytes: 1024 ** 3 };

/** An entry of a list: version 1 of the protocol has no sizes. */
export interface ListedFile {
  readonly name: string;
  readonly size: number | undefined;
}

/**
 * Reads a list as it arrives, in either version of the protocol, told by the entries themselves. Names that are not
 * of our files are left out. SG1017 for an endless list, SG1015 for what is no list.
 */
export async function* listedFiles(
  type: FileType,
  answer: { chunks(): AsyncIterable<Uint8Array> },
  doing: string,
  most: { readonly entries: number; readonly bytes: number } = LIST_MAX,
): AsyncIterable<ListedFile> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = new JsonArrayReader();
  let bytes = 0;
  let entries = 0;
  try {
    for await (const chunk of answer.chunks()) {
      bytes += chunk.length;
      for (const entry of reader.push(decoder.decode(chunk, { stream: true }))) {
        if (++entries > most.entries) throw endless(doing);
        const file = listedFile(entry);
        if (isFileName(type, file.name)) yield file;
      }
      if (bytes > most.bytes) throw endless(doing);
    }
    reader.end();
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
    throw new SgError("SG1015", `Cannot ${doing}: the server's answer is not a list: ${error.message}`, {
      cause: error,
    });
  }
}

function listedFile(entry: unknown): ListedFile {
  if (typeof entry === "string") return { name: entry, size: undefined };
  if (typeof entry === "object" && entry !== null && "name" in entry && "size" in entry) {
    const { name, size } = entry;
    if (typeof name === "string" && typeof size === "number" && Number.isSafeInteger(size) && size >= 0) {
      return { name, size };
    }
  }
  throw new SyntaxError("an entry is neither a name nor a name with a size");
}

function endless(doing: string): SgError {
  return new SgError("SG1017", `Cannot ${doing}: the server's list is longer than any valid one`);
}
