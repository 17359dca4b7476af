// Copyright the SpareGrid authors. Apache-2.0.
import type { JobFolder } from "./job.ts";
import type { TargetFolder } from "./target_folders.ts";

/** Numbers the folders that one job speaks of; parents come before what is in them. */
export class FolderTable {
  readonly folders: JobFolder[] = [];
  readonly #numbers = new Map<TargetFolder, number>();

  constructor(root: TargetFolder) {
    this.#numbers.set(root, 0);
  }

  /** Number of the folder. */
  number(folder: TargetFolder): number {
    const known = this.#numbers.get(folder);
    if (known !== undefined) return known;
    const chain: TargetFolder[] = [];
    for (let at = folder; !this.#numbers.has(at); at = at.parent!) chain.push(at);
    for (let next = chain.pop(); next; next = chain.pop()) {
      const parent = this.#numbers.get(next.parent!)!;
      this.folders.push({ parent, name: next.name, dev: next.dev, ino: next.ino });
      this.#numbers.set(next, this.folders.length);
    }
    return this.folders.length;
  }
}
