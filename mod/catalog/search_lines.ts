// Copyright the SpareGrid authors. Apache-2.0.
import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { entryFolder, entryName, entryVersion, searchLine, snapshot } from "./tables.ts";

/** `last` of a state that the newest snapshot of its line holds. */
export const OPEN = Number.MAX_SAFE_INTEGER;

/** A row of snapshots, each compared with the one before. */
export type SearchLineRow = typeof searchLine.$inferSelect;

/** A state that the head of a line holds. */
export interface OpenVersion {
  readonly id: number;
  readonly name: string;
  readonly kind: number;
  readonly state: number;
  readonly tree: string | null;
}

/** A snapshot that was not taken into the index yet. */
export interface UnindexedSnapshot {
  readonly id: string;
  readonly hostname: string;
  readonly paths: string;
  readonly tree: string;
}

/** A state that begins with the snapshot being taken in. */
export type NewVersion = readonly [
  folderId: number,
  name: string,
  kind: number,
  size: number,
  modifiedAt: number,
  state: number,
];

/** Changes of a line, in the order in which they were met; all of them or none. */
export interface LineChanges {
  readonly lineId: number;
  /** Names that occur in the rest, as they are and in lower case. */
  readonly names: readonly (readonly [name: string, folded: string])[];
  /** New folders: a parent before its children. */
  readonly folders: readonly (readonly [id: number, parentId: number, name: string, path: string])[];
  readonly added: readonly NewVersion[];
  /** States, by ID, that the snapshot being taken in does not hold. */
  readonly ended: readonly number[];
  /** Paths of folders that are gone, with all below them. */
  readonly gone: readonly string[];
  /** Trees of folders that the head holds; null: not all below is taken in. */
  readonly trees: readonly (readonly [folderId: number, name: string, tree: string | null])[];
}

/** Taking snapshots into the index of names, line by line. */
export const searchLineQueries = {
  reads: {
    /** Snapshots of a repository that are not in the index, in order of time. */
    async unindexed(database: Database, setId: string, destinationId: string): Promise<UnindexedSnapshot[]> {
      return await database.select({
        ...{ id: snapshot.id, hostname: snapshot.hostname, paths: snapshot.paths, tree: snapshot.tree },
      }).from(snapshot).where(and(
        eq(snapshot.setId, setId),
        eq(snapshot.destinationId, destinationId),
        isNull(snapshot.sequence),
      )).orderBy(asc(snapshot.takenAt), asc(snapshot.id));
    },
    /** Repositories that have snapshots which are not in the index. */
    async behind(database: Database): Promise<{ readonly setId: string; readonly destinationId: string }[]> {
      return await database.selectDistinct({ setId: snapshot.setId, destinationId: snapshot.destinationId })
        .from(snapshot).where(isNull(snapshot.lineId));
    },
    /** Greatest ID of a folder. */
    async lastFolder(database: Database): Promise<number> {
      return (await database.select({ id: sql<number>`coalesce(max(${entryFolder.id}), 0)` }).from(
        entryFolder,
      ))[0]!
        .id;
    },
    async folder(database: Database, lineId: number, path: string): Promise<number | undefined> {
      return (await database.select({ id: entryFolder.id }).from(entryFolder)
        .where(and(eq(entryFolder.lineId, lineId), eq(entryFolder.path, path))))[0]?.id;
    },
    /** States that the head holds in a folder, by ID, those behind `after`. */
    async open(database: Database, folderId: number, limit: number, after = 0): Promise<OpenVersion[]> {
      const { id, kind, state, tree } = entryVersion;
      return await database.select({ id, name: entryName.name, kind, state, tree }).from(entryVersion)
        .innerJoin(entryName, eq(entryName.id, entryVersion.nameId))
        .where(and(eq(entryVersion.folderId, folderId), eq(entryVersion.last, OPEN), gt(id, after)))
        .orderBy(asc(id)).limit(limit);
    },
    /** How many states the head holds in a folder. */
    async countOpen(database: Database, folderId: number): Promise<number> {
      return (await database.select({ count: sql<number>`count(*)` }).from(entryVersion)
        .where(and(eq(entryVersion.folderId, folderId), eq(entryVersion.last, OPEN))))[0]!.count;
    },
    /**
     * The states of these names that the head holds in a folder. By the index of names: by that of folders each name would
     * cost a look at the whole folder.
     */
    async openNamed(database: Database, folderId: number, names: readonly string[]): Promise<OpenVersion[]> {
      return await database.all(sql`
        SELECT v.id, n.name, v.kind, v.state, v.tree FROM json_each(${JSON.stringify(names)}) j
        CROSS JOIN entry_name n ON n.name = j.value
        CROSS JOIN entry_version v INDEXED BY entry_version_name ON v.name_id = n.id AND v.folder_id = ${folderId}
        WHERE v.last = ${OPEN}`);
    },
  },
  writes: {
    /** The line of a snapshot; what its head holds may change from now on. */
    async begin(
      database: Database,
      line: Pick<SearchLineRow, "destinationId" | "hostname" | "paths"> & { readonly setId: string },
    ): Promise<SearchLineRow> {
      await database.insert(searchLine).values({ ...line, head: 0 }).onConflictDoNothing();
      const mine = and(
        eq(searchLine.setId, line.setId),
        eq(searchLine.destinationId, line.destinationId),
        eq(searchLine.hostname, line.hostname),
        eq(searchLine.paths, line.paths),
      );
      const row = (await database.select().from(searchLine).where(mine))[0]!;
      await database.update(searchLine).set({ tree: null }).where(eq(searchLine.id, row.id));
      return row;
    },
    /** Changes that the snapshot after the head makes. */
    async apply(database: Database, changes: LineChanges): Promise<void> {
      await addNames(database, changes.names);
      const { lineId } = changes;
      const row =
        (await database.select({ head: searchLine.head }).from(searchLine).where(eq(searchLine.id, lineId)))[
          0
        ];
      // Its set was removed meanwhile.
      if (!row) return;
      await endVersions(database, row.head, changes);
      await addFolders(database, changes);
      await addVersions(database, row.head + 1, changes);
      await setTrees(database, changes);
    },
    /**
     * Removes a bit of what belongs to no set any more, so that nobody waits long: at most `limit` rows. False where there is
     * nothing left.
     */
    async sweep(database: Database, limit: number): Promise<boolean> {
      const gone = await database.select({ id: searchLine.id }).from(searchLine).where(
        isNull(searchLine.setId),
      ).limit(1);
      if (gone.length === 0) return false;
      const { id } = gone[0]!;
      for (const table of ["entry_version", "entry_folder"]) {
        const name = sql.raw(table);
        const rows = await database.all<{ nameId: number | null }>(sql`
          DELETE FROM ${name} WHERE id IN (SELECT id FROM ${name} WHERE line_id = ${id} LIMIT ${limit})
          RETURNING name_id AS nameId`);
        if (rows.length === 0) continue;
        await dropNames(
          database,
          new Set(rows.map(({ nameId }) => nameId).filter((nameId) => nameId !== null)),
        );
        return true;
      }
      await database.delete(searchLine).where(eq(searchLine.id, id));
      return true;
    },
    /** The snapshot is taken in whole: it is the head now. */
    async finish(
      database: Database,
      lineId: number,
      snapshotId: string,
      tree: string,
      at: number,
    ): Promise<void> {
      const lines = await database.select().from(searchLine).where(eq(searchLine.id, lineId));
      if (lines.length === 0) return;
      const { setId, destinationId, head } = lines[0]!;
      if (setId === null) return;
      await database.update(snapshot).set({ indexedAt: at, lineId, sequence: head + 1 }).where(and(
        eq(snapshot.setId, setId),
        eq(snapshot.destinationId, destinationId),
        eq(snapshot.id, snapshotId),
      ));
      await database.update(searchLine).set({ head: head + 1, tree }).where(eq(searchLine.id, lineId));
      // What ended with snapshots that were removed before is held by none.
      await dropUnheld(database, lineId, [head]);
    },
  },
} as const satisfies Queries;

async function addNames(database: Database, names: LineChanges["names"]): Promise<void> {
  if (names.length === 0) return;
  const [{ max }] = await database.all(sql`SELECT coalesce(max(id), 0) AS max FROM entry_name`) as [
    { max: number },
  ];
  await database.run(sql`
    INSERT OR IGNORE INTO entry_name (name, folded)
    SELECT value ->> 0, value ->> 1 FROM json_each(${JSON.stringify(names)})`);
  await database.run(
    sql`INSERT INTO file_name (rowid, folded) SELECT id, folded FROM entry_name WHERE id > ${max}`,
  );
}

/**
 * Ends states at the head. What a try began that did not come to its end, and is ended now, was held by no snapshot: it ends
 * before it begins, and goes with {@link dropUnheld}.
 */
async function endVersions(
  database: Database,
  head: number,
  { lineId, ended, gone }: LineChanges,
): Promise<void> {
  if (ended.length > 0) {
    await database.run(sql`
      UPDATE entry_version SET last = ${head}, tree = NULL
      WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ended)}))`);
  }
  for (const path of gone) {
    await database.run(sql`
      UPDATE entry_version SET last = ${head}, tree = NULL WHERE last = ${OPEN} AND folder_id IN (
        SELECT id FROM entry_folder
        WHERE line_id = ${lineId} AND (path = ${path} OR (path >= ${`${path}/`} AND path < ${`${path}0`})))`);
  }
}

async function addFolders(database: Database, { lineId, folders }: LineChanges): Promise<void> {
  if (folders.length === 0) return;
  await database.run(sql`
    INSERT OR IGNORE INTO entry_folder (id, line_id, parent_id, name_id, path)
    SELECT j.value ->> 0, ${lineId}, nullif(j.value ->> 1, 0), n.id, j.value ->> 3
    FROM json_each(${JSON.stringify(folders)}) j LEFT JOIN entry_name n ON n.name = j.value ->> 2`);
}

async function addVersions(
  database: Database,
  sequence: number,
  { lineId, added }: LineChanges,
): Promise<void> {
  if (added.length === 0) return;
  await database.run(sql`
    INSERT INTO entry_version (folder_id, line_id, name_id, kind, size, modified_at, state, first, last)
    SELECT j.value ->> 0, ${lineId}, n.id, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5,
      ${sequence}, ${OPEN}
    FROM json_each(${JSON.stringify(added)}) j CROSS JOIN entry_name n ON n.name = j.value ->> 1`);
}

async function setTrees(database: Database, { trees }: LineChanges): Promise<void> {
  if (trees.length === 0) return;
  await database.run(sql`
    UPDATE entry_version INDEXED BY entry_version_name SET tree = j.value ->> 2
    FROM json_each(${JSON.stringify(trees)}) j CROSS JOIN entry_name n ON n.name = j.value ->> 1
    WHERE entry_version.name_id = n.id AND entry_version.folder_id = j.value ->> 0 AND entry_version.last = ${OPEN}`);
}

/**
 * Removes what no snapshot of the line holds any more, round each of these sequences, whose snapshots are gone; with the
 * names and folders that nothing else needs. Sequence 0 is that of an empty line: what a first try left behind ended there.
 */
export async function dropUnheld(
  database: Database,
  lineId: number,
  sequences: readonly number[],
): Promise<void> {
  const done = new Set<string>();
  for (const sequence of sequences) {
    const [{ low, high }] = await database.all(sql`
      SELECT
        coalesce((SELECT max(sequence) FROM snapshot WHERE line_id = ${lineId} AND sequence < ${sequence}), -1) AS low,
        coalesce((SELECT min(sequence) FROM snapshot WHERE line_id = ${lineId} AND sequence > ${sequence}), ${OPEN})
          AS high`) as [{ low: number; high: number }];
    if (done.has(`${low}`)) continue;
    done.add(`${low}`);
    await dropBetween(database, lineId, low, high);
  }
}

async function dropBetween(database: Database, lineId: number, low: number, high: number): Promise<void> {
  await dropUnused(
    database,
    await database.all(sql`
      DELETE FROM entry_version WHERE line_id = ${lineId} AND last > ${low} AND last < ${high} AND first > ${low}
        AND NOT EXISTS (SELECT 1 FROM snapshot s WHERE s.line_id = ${lineId} AND s.sequence BETWEEN first AND last)
      RETURNING name_id AS nameId, folder_id AS folderId`),
  );
}

interface Dropped {
  readonly nameId: number;
  readonly folderId: number;
}

/** Removes names and folders that only these states, which are gone, needed. */
async function dropUnused(database: Database, dropped: readonly Dropped[]): Promise<void> {
  if (dropped.length === 0) return;
  // The states may have been those of folders, which may be empty.
  const pairs = JSON.stringify(dropped.map(({ folderId, nameId }) => [folderId, nameId]));
  const inner = await database.all<{ id: number }>(sql`
    SELECT f.id FROM json_each(${pairs}) j
    CROSS JOIN entry_folder f ON f.parent_id = j.value ->> 0 AND f.name_id = j.value ->> 1`);
  const folders = new Set([...dropped.map(({ folderId }) => folderId), ...inner.map(({ id }) => id)]);
  const names = new Set(dropped.map(({ nameId }) => nameId));
  for (const name of await dropFolders(database, folders)) names.add(name);
  await dropNames(database, names);
}

/** Removes those of the folders, and of the folders above, that hold nothing; gives their names. */
async function dropFolders(database: Database, ids: ReadonlySet<number>): Promise<number[]> {
  const names: number[] = [];
  for (let some = [...ids]; some.length > 0;) {
    const rows = await database.all<{ parentId: number; nameId: number }>(sql`
      DELETE FROM entry_folder WHERE id IN (SELECT value FROM json_each(${JSON.stringify(some)}))
        AND parent_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM entry_version v WHERE v.folder_id = entry_folder.id)
        AND NOT EXISTS (SELECT 1 FROM entry_folder f WHERE f.parent_id = entry_folder.id)
      RETURNING parent_id AS parentId, name_id AS nameId`);
    for (const { nameId } of rows) names.push(nameId);
    some = [...new Set(rows.map(({ parentId }) => parentId))];
  }
  return names;
}

async function dropNames(database: Database, ids: ReadonlySet<number>): Promise<void> {
  const rows = await database.all(sql`
    DELETE FROM entry_name WHERE id IN (SELECT value FROM json_each(${JSON.stringify([...ids])}))
      AND NOT EXISTS (SELECT 1 FROM entry_version v WHERE v.name_id = entry_name.id)
      AND NOT EXISTS (SELECT 1 FROM entry_folder f WHERE f.name_id = entry_name.id)
    RETURNING id`) as { id: number }[];
  await dropFromTrigrams(database, rows);
}

async function dropFromTrigrams(database: Database, rows: readonly { readonly id: number }[]): Promise<void> {
  if (rows.length === 0) return;
  const gone = JSON.stringify(rows.map(({ id }) => id));
  await database.run(sql`DELETE FROM file_name WHERE rowid IN (SELECT value FROM json_each(${gone}))`);
}
