// Copyright the SpareGrid authors. Apache-2.0.
import { type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";

/** What names are looked for. */
export interface NameTest {
  /** For SQLite's GLOB operator. */
  readonly glob: string;
  /** Compare names in lower case; the glob is so, too. */
  readonly folded: boolean;
  /** Every name fits. */
  readonly any: boolean;
  /** Parts of three characters, in lower case, that each fitting name holds; none where nothing is known. */
  readonly trigrams: readonly string[];
}

/**
 * Where a search goes on: behind a state of the name `a` in the folder `b` that began at `c` (part 0), or below the folder `a`
 * behind the state `c` that ended at `b` (part 1).
 */
export interface SearchPlace {
  readonly part: 0 | 1;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** A state that was found. */
export interface FoundVersion {
  readonly place: SearchPlace;
  readonly setId: string;
  readonly destinationId: string;
  /** Names joined and led by slashes, escaped. */
  readonly path: string;
  readonly kind: number;
  readonly size: number;
  readonly modifiedAt: number;
  readonly state: number;
  /** IDs of the first and the last snapshot that hold it, and how many do. */
  readonly firstSnapshot: string;
  readonly lastSnapshot: string;
  readonly snapshots: number;
}

/** A state as the tables have it. */
interface RawVersion {
  readonly id: number;
  readonly nameId: number;
  readonly folderId: number;
  readonly lineId: number;
  readonly setId: string;
  readonly destinationId: string;
  readonly folder: string;
  readonly name: string;
  readonly kind: number;
  readonly size: number;
  readonly modifiedAt: number;
  readonly state: number;
  readonly first: number;
  readonly last: number;
}

/** Names looked at in one go: few at first, for a page is soon full. */
const NAMES_FIRST = 200;
const NAMES_MAX = 20_000;

/** Asking the index of names. */
export const searchQueries = {
  reads: {
    /**
     * States of entries whose names fit, and then of what is below folders whose names fit, in all snapshots that are
     * indexed; at most `limit`, behind `after`, of one set where that is given.
     */
    async find(
      database: Database,
      test: NameTest,
      setId: string | undefined,
      limit: number,
      after?: SearchPlace,
    ): Promise<FoundVersion[]> {
      const rows = after?.part === 1 ? [] : await findNamed(database, test, setId, limit, after);
      const found = await described(database, rows, 0);
      if (found.length >= limit || test.any) return found;
      const below = after?.part === 1 ? after : undefined;
      const deeper = await findBelow(database, test, setId, limit - found.length, below);
      return [...found, ...await described(database, deeper, 1)];
    },
    /** All states of one entry in the snapshots of a set, the latest first. */
    async history(database: Database, setId: string, folder: string, name: string): Promise<FoundVersion[]> {
      const rows = await database.all<RawVersion>(sql`
        SELECT ${COLUMNS} FROM search_line l
        JOIN entry_folder f ON f.line_id = l.id AND f.path = ${folder}
        JOIN entry_name n ON n.name = ${name}
        JOIN entry_version v ON v.name_id = n.id AND v.folder_id = f.id
        WHERE l.set_id = ${setId} AND ${HELD} ORDER BY v.last DESC, v.id DESC`);
      return await described(database, rows, 0);
    },
    /** What the index holds. */
    async size(database: Database): Promise<{ readonly versions: number; readonly names: number }> {
      return (await database.all<{ versions: number; names: number }>(sql`
        SELECT (SELECT count(*) FROM entry_version) AS versions, (SELECT count(*) FROM entry_name) AS names`))[
        0
      ]!;
    },
  },
  writes: {},
} as const satisfies Queries;

const COLUMNS = sql.raw(
  "v.id, v.name_id AS nameId, v.folder_id AS folderId, v.line_id AS lineId, l.set_id AS setId, " +
    "l.destination_id AS destinationId, f.path AS folder, n.name, v.kind, v.size, v.modified_at AS modifiedAt, " +
    "v.state, v.first, v.last",
);

/** A snapshot holds the state: the last ones that did may have been removed. */
const HELD = sql.raw(
  "EXISTS (SELECT 1 FROM snapshot s WHERE s.line_id = v.line_id AND s.sequence BETWEEN v.first AND v.last)",
);

async function findNamed(
  database: Database,
  test: NameTest,
  setId: string | undefined,
  limit: number,
  after: SearchPlace | undefined,
): Promise<RawVersion[]> {
  const found: RawVersion[] = [];
  let from = after?.a ?? 0;
  let behind: SQL = after
    ? sql`(v.name_id, v.folder_id, v.first) > (${after.a}, ${after.b}, ${after.c})`
    : sql`true`;
  for (let names = NAMES_FIRST; found.length < limit; names = Math.min(NAMES_MAX, names * 4)) {
    const ids = await namesFrom(database, test, from, names);
    if (ids.length === 0) break;
    found.push(
      ...await database.all<RawVersion>(sql`
        SELECT ${COLUMNS} FROM entry_version v
        CROSS JOIN entry_name n ON n.id = v.name_id CROSS JOIN entry_folder f ON f.id = v.folder_id
        CROSS JOIN search_line l ON l.id = v.line_id
        WHERE v.name_id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND ${behind} AND ${HELD}
          AND ${ofSet(setId)}
        ORDER BY v.name_id, v.folder_id, v.first LIMIT ${limit - found.length}`),
    );
    from = ids.at(-1)! + 1;
    behind = sql`true`;
    if (ids.length < names) break;
  }
  return found;
}

/** IDs of names that fit, in order, from `from` on. */
async function namesFrom(database: Database, test: NameTest, from: number, limit: number): Promise<number[]> {
  const rows = test.trigrams.length > 0
    ? await database.all<{ id: number }>(sql`
        SELECT n.id FROM file_name x CROSS JOIN entry_name n ON n.id = x.rowid
        WHERE x.file_name MATCH ${matchOf(test.trigrams)} AND x.rowid >= ${from} AND ${fits(test)}
        ORDER BY x.rowid LIMIT ${limit}`)
    : await database.all<{ id: number }>(sql`
        SELECT n.id FROM entry_name n WHERE n.id >= ${from} AND ${fits(test)} ORDER BY n.id LIMIT ${limit}`);
  return rows.map(({ id }) => id);
}

/** States below folders whose names fit, but whose own names do not. */
async function findBelow(
  database: Database,
  test: NameTest,
  setId: string | undefined,
  limit: number,
  after: SearchPlace | undefined,
): Promise<RawVersion[]> {
  const behind = after ? sql`(v.folder_id, v.last, v.id) > (${after.a}, ${after.b}, ${after.c})` : sql`true`;
  const narrowed = test.trigrams.length > 0
    ? sql`f.name_id IN (SELECT rowid FROM file_name WHERE file_name MATCH ${matchOf(test.trigrams)})`
    : sql`f.name_id IS NOT NULL`;
  return await database.all<RawVersion>(sql`
    WITH RECURSIVE below (id) AS (
      SELECT f.id FROM entry_folder f JOIN entry_name n ON n.id = f.name_id WHERE ${narrowed} AND ${
    fits(test)
  }
      UNION SELECT c.id FROM below b JOIN entry_folder c ON c.parent_id = b.id
    )
    SELECT ${COLUMNS} FROM entry_version v
    CROSS JOIN entry_name n ON n.id = v.name_id CROSS JOIN entry_folder f ON f.id = v.folder_id
    CROSS JOIN search_line l ON l.id = v.line_id
    WHERE v.folder_id IN (SELECT id FROM below) AND ${behind} AND NOT ${fits(test)} AND ${HELD} AND ${
    ofSet(setId)
  }
    ORDER BY v.folder_id, v.last, v.id LIMIT ${limit}`);
}

function fits({ any, folded, glob }: NameTest): SQL {
  if (any) return sql`true`;
  return folded ? sql`n.folded GLOB ${glob}` : sql`n.name GLOB ${glob}`;
}

function ofSet(setId: string | undefined): SQL {
  return setId === undefined ? sql`true` : sql`l.set_id = ${setId}`;
}

/** All of the parts, each as FTS5 quotes it. */
function matchOf(trigrams: readonly string[]): string {
  return trigrams.map((part) => `"${part.replaceAll('"', '""')}"`).join(" AND ");
}

/** Adds which snapshots hold the states. */
async function described(
  database: Database,
  rows: readonly RawVersion[],
  part: SearchPlace["part"],
): Promise<FoundVersion[]> {
  if (rows.length === 0) return [];
  const spans = JSON.stringify(rows.map(({ lineId, first, last }) => [lineId, first, last]));
  const within = sql.raw("s.line_id = j.value ->> 0 AND s.sequence BETWEEN j.value ->> 1 AND j.value ->> 2");
  const held = await database.all<{ count: number; first: string | null; last: string | null }>(sql`
    SELECT (SELECT count(*) FROM snapshot s WHERE ${within}) AS count,
      (SELECT s.id FROM snapshot s WHERE ${within} ORDER BY s.sequence LIMIT 1) AS first,
      (SELECT s.id FROM snapshot s WHERE ${within} ORDER BY s.sequence DESC LIMIT 1) AS last
    FROM json_each(${spans}) j ORDER BY j.key`);
  return rows.map((row, at) => ({
    place: placeOf(row, part),
    ...{ setId: row.setId, destinationId: row.destinationId, path: `${row.folder}/${row.name}` },
    ...{ kind: row.kind, size: row.size, modifiedAt: row.modifiedAt, state: row.state },
    firstSnapshot: held[at]!.first ?? "",
    lastSnapshot: held[at]!.last ?? "",
    snapshots: held[at]!.count,
  }));
}

function placeOf({ id, nameId, folderId, first, last }: RawVersion, part: SearchPlace["part"]): SearchPlace {
  return part === 0 ? { part, a: nameId, b: folderId, c: first } : { part, a: folderId, b: last, c: id };
}
