// Copyright the SpareGrid authors. Apache-2.0.
import type { Catalog, FoundVersion, SearchPlace } from "../catalog/mod.ts";
import { ENTRY_KINDS } from "./entry_kind.ts";
import { limitOf, refused } from "./fields.ts";
import { nameBytes, pathText } from "./name_text.ts";
import type { CursorPage, FileVersion, PageOrder, SetSnapshot } from "./records.ts";
import { nameTest } from "./search_pattern.ts";
import { snapshotOf } from "./snapshot_book.ts";

/** Finds entries by name in all snapshots, and the states of one entry, in the index of the catalog. */
export class Search {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /**
   * States of entries whose names fit the pattern (a name, or with `*`, `?`, `[…]`), and then, as `find` has it, of all that
   * is below folders whose names do. SG1040 for what is no pattern.
   */
  async search(
    order: { readonly pattern: string; readonly set?: string; readonly ignoreCase?: boolean },
    page: PageOrder<string>,
    signal: AbortSignal,
  ): Promise<CursorPage<FileVersion>> {
    const test = nameTest(order.pattern, order.ignoreCase ?? false);
    const after = page.after === undefined ? undefined : placeOf(page.after);
    const limit = limitOf(page);
    const found = await this.#catalog.search.find(test, order.set, limit + 1, after);
    signal.throwIfAborted();
    const rows = found.slice(0, limit);
    return {
      rows: await this.#versions(rows),
      cursors: rows.map(({ place: { part, a, b, c } }) => [part, a, b, c].join(".")),
      more: found.length > limit,
    };
  }

  /** All states of one entry in the snapshots of a set, the latest first; each once, with the snapshots that hold it. */
  async history(
    { set, path }: { readonly set: string; readonly path: Uint8Array },
    page: PageOrder<string>,
    signal: AbortSignal,
  ): Promise<CursorPage<FileVersion>> {
    const { folder, name } = pathText(path);
    const found = name === "" ? [] : mergeStates(await this.#catalog.search.history(set, folder, name));
    signal.throwIfAborted();
    const keys = found.map(({ place: { a, b, c } }) => [a, b, c].join("."));
    const from = page.after === undefined ? 0 : keys.indexOf(page.after) + 1;
    if (page.after !== undefined && from === 0) {
      throw refused("after", "it is not a cursor of this list any more");
    }
    const end = from + limitOf(page);
    return {
      rows: await this.#versions(found.slice(from, end)),
      cursors: keys.slice(from, end),
      more: end < found.length,
    };
  }

  async #versions(found: readonly FoundVersion[]): Promise<FileVersion[]> {
    const snapshots = new Map<string, SetSnapshot>();
    for (const [setId, versions] of Map.groupBy(found, (version) => version.setId)) {
      const ids = new Set(
        versions.flatMap(({ firstSnapshot, lastSnapshot }) => [firstSnapshot, lastSnapshot]),
      );
      for (const row of await this.#catalog.snapshots.some(setId, [...ids])) {
        snapshots.set(`${setId} ${row.id}`, snapshotOf(row));
      }
    }
    return found.flatMap((version) => {
      const first = snapshots.get(`${version.setId} ${version.firstSnapshot}`);
      const last = snapshots.get(`${version.setId} ${version.lastSnapshot}`);
      // Removed since it was found.
      if (!first || !last) return [];
      const { setId, path, kind, size, modifiedAt } = version;
      return [{
        ...{ setId, path: nameBytes(path), kind: ENTRY_KINDS[kind] ?? "other", size, modifiedAt },
        ...{ firstSnapshot: first, lastSnapshot: last, snapshotCount: version.snapshots },
      }];
    });
  }
}

/** A state that went and came back is one state. The latest comes first. */
function mergeStates(found: readonly FoundVersion[]): FoundVersion[] {
  const merged = new Map<string, FoundVersion>();
  for (const version of found) {
    const key = `${version.destinationId} ${version.kind} ${version.state}`;
    const later = merged.get(key);
    merged.set(
      key,
      later
        ? { ...later, firstSnapshot: version.firstSnapshot, snapshots: later.snapshots + version.snapshots }
        : version,
    );
  }
  return [...merged.values()];
}

function placeOf(cursor: string): SearchPlace {
  const numbers = /^([01])\.(\d{1,16})\.(\d{1,16})\.(\d{1,16})$/.exec(cursor)?.slice(1).map(Number);
  if (!numbers || !numbers.every(Number.isSafeInteger)) {
    throw refused("after", "it is not a cursor of this list");
  }
  const [part, a, b, c] = numbers as [0 | 1, number, number, number];
  return { part, a, b, c };
}
