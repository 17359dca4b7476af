// Copyright the SpareGrid authors. Apache-2.0.
import type { LineChanges, NewVersion } from "../catalog/mod.ts";

/** An entry that is new or changed. */
export interface NewEntry {
  readonly folderId: number;
  readonly name: string;
  readonly folded: string;
  readonly kind: number;
  readonly size: number;
  readonly modifiedAt: number;
  readonly state: number;
}

/** Changes that are written down at once. */
const CHANGES_MAX = 5_000;

/** Changes of a line of the search index on their way to the catalog, in order. */
export class IndexBatch {
  readonly #lineId: number;
  readonly #apply: (changes: LineChanges) => Promise<void>;
  readonly #changesMax: number;
  readonly #names = new Map<string, string>();
  readonly #trees = new Map<string, readonly [number, string, string | null]>();
  #folders: (readonly [number, number, string, string])[] = [];
  #added: NewVersion[] = [];
  #ended: number[] = [];
  #gone: string[] = [];

  constructor(lineId: number, apply: (changes: LineChanges) => Promise<void>, changesMax = CHANGES_MAX) {
    this.#lineId = lineId;
    this.#apply = apply;
    this.#changesMax = changesMax;
  }

  add({ folderId, name, folded, kind, size, modifiedAt, state }: NewEntry): void {
    this.#names.set(name, folded);
    this.#added.push([folderId, name, kind, size, modifiedAt, state]);
  }

  end(id: number): void {
    this.#ended.push(id);
  }

  /** A folder that was at this path is gone with all below it. */
  gone(path: string): void {
    this.#gone.push(path);
  }

  folder(id: number, parentId: number, name: string, folded: string, path: string): void {
    if (parentId !== 0) this.#names.set(name, folded);
    this.#folders.push([id, parentId, name, path]);
  }

  /** The tree of a folder that the snapshot holds; null while not all below it is taken in. The last word counts. */
  tree(folderId: number, name: string, folded: string, tree: string | null): void {
    this.#names.set(name, folded);
    this.#trees.set(`${folderId}/${name}`, [folderId, name, tree]);
  }

  async flushIfFull(): Promise<void> {
    const { length } = this.#added;
    if (length + this.#ended.length + this.#folders.length + this.#trees.size >= this.#changesMax) {
      await this.flush();
    }
  }

  /** Makes everything so far durable. */
  async flush(): Promise<void> {
    const changes: LineChanges = {
      ...{ lineId: this.#lineId, names: [...this.#names], folders: this.#folders, added: this.#added },
      ...{ ended: this.#ended, gone: this.#gone, trees: [...this.#trees.values()] },
    };
    this.#names.clear();
    this.#trees.clear();
    this.#folders = [];
    this.#added = [];
    this.#ended = [];
    this.#gone = [];
    await this.#apply(changes);
  }
}
