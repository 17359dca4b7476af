// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import type { Repository } from "../repository/mod.ts";
import type { TreeLoader } from "../restorer/mod.ts";
import type { RunObserver } from "./orders.ts";

/** Loads trees for reading: an entry that cannot be read does not hide the others of its folder. */
export function readableTrees(repository: Repository): TreeLoader {
  return { loadTree: (id, signal) => repository.loadTree(id, signal, { strict: false }) };
}

/** The entries that a walk left out because they cannot be read: told at once, and at the end the reason of a failure. */
export class LeftOut {
  readonly #observer: RunObserver;
  #count = 0;

  constructor(observer: RunObserver) {
    this.#observer = observer;
  }

  /** For `walkTree`. */
  readonly onRefused = (path: Uint8Array, { code, message }: SgError): void => {
    this.#count++;
    this.#observer.problem({ code, path, message });
  };

  /** SG1005 when anything was left out: a list that is not whole must not pass for one. */
  end(): void {
    if (this.#count === 0) return;
    throw new SgError("SG1005", `Cannot read ${this.#count} entries of the snapshot: the rest was read`);
  }
}
