// Copyright the SpareGrid authors. Apache-2.0.
import { type Random, toHex, utf8 } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import type { Fd, FileSystem } from "../platform/mod.ts";

/** What the names of unfinished files begin with. A crash may leave some; they can be removed. */
export const TEMPORARY_PREFIX = ".sparegrid-restore-";

const ZERO = 0x30;
const NINE = 0x39;

/** Digits of the number at the end of a name. */
const DIGITS = 8;

/** Names that nobody else uses, one after another. */
export class TemporaryNames {
  /** The next name; its last bytes count up in decimal. One is made per file, so it is not made by way of text. */
  readonly #next: Uint8Array;

  constructor(random: Random) {
    this.#next = utf8(`${TEMPORARY_PREFIX}${toHex(random.bytes(8))}-${"0".repeat(DIGITS)}`);
  }

  next(): Uint8Array {
    const name = this.#next.slice();
    for (let at = name.length - 1; this.#next[at]! >= ZERO; at--) {
      if (this.#next[at]! < NINE) {
        this.#next[at]!++;
        break;
      }
      this.#next[at] = ZERO;
    }
    return name;
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
