// Copyright the SpareGrid authors. Apache-2.0.
import { type Random, toHex, utf8 } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import type { Fd, FileSystem } from "../platform/mod.ts";

/** What the names of unfinished files begin with. A crash may leave some; they can be removed. */
export const TEMPORARY_PREFIX = ".sparegrid-restore-";

/** Names that nobody else uses, one after another. */
export class TemporaryNames {
  readonly #start: string;
  #count = 0;

  constructor(random: Random) {
    this.#start = `${TEMPORARY_PREFIX}${toHex(random.bytes(8))}-`;
  }

  next(): Uint8Array {
    return utf8(this.#start + (this.#count++).toString(36));
  }
}

/** Tries that a taken temporary name is worth before somebody must be doing it on purpose. */
const TRIES = 100;

/** Makes a new empty file that only its owner may read, under a temporary name. `OsError` as of `create`. */
export function createTemporary(
  fs: FileSystem,
  folder: Fd,
  names: TemporaryNames,
): { readonly fd: Fd; readonly name: Uint8Array } {
  for (let left = TRIES;; left--) {
    const name = names.next();
    try {
      return { fd: fs.create(folder, name, 0o600), name };
    } catch (error) {
      if (left <= 0 || !isOsError(error, "EEXIST")) throw error;
    }
  }
}
