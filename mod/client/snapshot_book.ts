// Copyright the SpareGrid authors. Apache-2.0.
import type { Catalog, SeenSnapshot, SnapshotRow } from "../catalog/mod.ts";
import { isSgError } from "../errors/mod.ts";
import { decodeSnapshot } from "../format/mod.ts";
import type { Repository } from "../repository/mod.ts";
import type { StoredFile } from "../storage/mod.ts";
import { limitOf } from "./fields.ts";
import type { PageOrder, SetSnapshot } from "./records.ts";
import type { Place } from "./repositories.ts";

/** What of a repository a {@link SnapshotBook} reads. */
export type SnapshotSource = Pick<Repository, "files" | "storage">;

/** What changed since the book was brought up to date before. */
export interface BookChange {
  readonly added: number;
  readonly removed: number;
}

/** The snapshots of the sets as the catalog knows them; brought up to date from their repositories. */
export class SnapshotBook {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** The latest first; `after` is a snapshot's time and ID. */
  async page(
    set: string,
    destination: string | undefined,
    page: PageOrder<readonly [takenAt: number, id: string]>,
  ): Promise<SetSnapshot[]> {
    const [takenAt, id] = page.after ?? [];
    const after = takenAt === undefined || id === undefined ? undefined : { takenAt, id };
    return (await this.#catalog.snapshots.page(set, destination, limitOf(page), after)).map(snapshotOf);
  }

  count(set: string, destination: string | undefined): Promise<number> {
    return this.#catalog.snapshots.count(set, destination);
  }

  /** How many snapshots each of these sets has, and the latest. */
  async summary(
    sets: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly count: number; readonly last?: SetSnapshot }>> {
    const entries = await Promise.all(sets.map(async (set) => {
      const [count, [last]] = await Promise.all([
        this.count(set, undefined),
        this.page(set, undefined, { limit: 1 }),
      ]);
      return [set, { count, ...(last ? { last } : {}) }] as const;
    }));
    return new Map(entries);
  }

  /** Reads which snapshots the repository has; loads those only that are not known. Damaged ones are left out. */
  async refresh(place: Place, { files, storage }: SnapshotSource, signal: AbortSignal): Promise<BookChange> {
    const { setId, destinationId } = place;
    const there = await Array.fromAsync(storage.list("snapshots", { signal }));
    const known = new Set(await this.#catalog.snapshots.ids(setId, destinationId));
    const fresh = there.filter(({ name }) => !known.has(name));
    const seen: SeenSnapshot[] = [];
    const width = Math.max(1, storage.connections);
    for (let at = 0; at < fresh.length; at += width) {
      const some = fresh.slice(at, at + width).map((file) => readSnapshot(files, file, signal));
      seen.push(...(await Promise.all(some)).filter((each) => each !== undefined));
    }
    for (const { name } of there) known.delete(name);
    await this.#catalog.snapshots.sync(setId, destinationId, seen, [...known]);
    return { added: seen.length, removed: known.size };
  }
}

async function readSnapshot(
  files: SnapshotSource["files"],
  file: StoredFile,
  signal: AbortSignal,
): Promise<SeenSnapshot | undefined> {
  try {
    const snapshot = decodeSnapshot(
      await files.load("snapshots", file, { signal }),
      `snapshots/${file.name}`,
    );
    const { time, hostname, paths, tags, tree, summary } = snapshot;
    const figures = summary && { files: summary.totalFilesProcessed, bytes: summary.totalBytesProcessed };
    return {
      ...{ id: file.name, takenAt: Number(time / 1_000_000n), hostname: hostname ?? "", tree },
      ...{ paths: JSON.stringify(paths), tags: JSON.stringify(tags ?? []) },
      summary: figures ? JSON.stringify(figures) : null,
    };
  } catch (error) {
    // Removed since the list was made, or damaged: `check` names those.
    if (["SG1005", "SG1006", "SG1007", "SG1017"].some((code) => isSgError(error) && error.code === code)) {
      return undefined;
    }
    throw error;
  }
}

/** The snapshot that a row tells of. */
export function snapshotOf(row: SnapshotRow): SetSnapshot {
  const { id, setId, destinationId, takenAt, hostname } = row;
  const figures = row.summary === null ? {} : JSON.parse(row.summary) as { files: number; bytes: number };
  return {
    ...{ id, setId, destinationId, takenAt, hostname },
    ...{ paths: JSON.parse(row.paths), tags: JSON.parse(row.tags) },
    ...figures,
  };
}
