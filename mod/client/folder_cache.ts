// Copyright the SpareGrid authors. Apache-2.0.
import { MIB } from "../base/mod.ts";
import type { TreeFolder } from "./tree_folder.ts";

/** Memory for folders of snapshots that were looked into. */
const BYTES_MAX = 128 * MIB;

/**
 * Folders of snapshots by the ID of their tree, which is a hash of all that is in it. The ones used last are kept, within a
 * bound of memory; a single one may be larger, for a folder of a million entries is to be read once and not for each page.
 */
export class FolderCache {
  readonly #folders = new Map<string, Promise<TreeFolder>>();
  readonly #sizes = new Map<string, number>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax = BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** Memory in use, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The folder of this tree; loads it where it is not kept. Who asks meanwhile waits for the same. */
  async get(tree: string, load: () => Promise<TreeFolder>): Promise<TreeFolder> {
    const kept = this.#folders.get(tree);
    if (kept) {
      this.#folders.delete(tree);
      this.#folders.set(tree, kept);
      try {
        return await kept;
      } catch {
        // The one who asked first may have gone away; that is no failure of ours.
      }
    }
    const loading = load();
    this.#folders.set(tree, loading);
    try {
      const folder = await loading;
      if (this.#folders.get(tree) === loading) this.#keep(tree, folder);
      return folder;
    } catch (error) {
      if (this.#folders.get(tree) === loading) this.#folders.delete(tree);
      throw error;
    }
  }

  #keep(tree: string, { bytes }: TreeFolder): void {
    this.#sizes.set(tree, bytes);
    this.#bytes += bytes;
    this.#trim(tree);
  }

  #trim(newest: string): void {
    for (const tree of [...this.#folders.keys()]) {
      if (this.#bytes <= this.#bytesMax) return;
      const bytes = this.#sizes.get(tree);
      if (tree === newest || bytes === undefined) continue;
      this.#folders.delete(tree);
      this.#sizes.delete(tree);
      this.#bytes -= bytes;
    }
  }
}
