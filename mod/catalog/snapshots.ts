// Copyright the SpareGrid authors. Apache-2.0.
import { and, count, desc, eq, inArray, isNotNull, notExists, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { dropUnheld } from "./search_lines.ts";
import { searchLine, setDestination, snapshot } from "./tables.ts";

/** A snapshot of a set at one of its destinations, as last seen there. */
export type SnapshotRow = typeof snapshot.$inferSelect;

/** What a repository says of a snapshot. */
export type SeenSnapshot = Pick<
  SnapshotRow,
  "id" | "takenAt" | "hostname" | "paths" | "tags" | "tree" | "summary"
>;

/** Where a page of snapshots goes on. */
export type SnapshotCursor = Pick<SnapshotRow, "takenAt" | "id">;

/** Snapshots of the sets: a cache of what their repositories hold. */
export const snapshotQueries = {
  reads: {
    /** Snapshots of a set by ID; one of each destination that has it. */
    async get(database: Database, setId: string, id: string): Promise<SnapshotRow | undefined> {
      return (await database.select().from(snapshot)
        .where(and(eq(snapshot.setId, setId), eq(snapshot.id, id))).limit(1))[0];
    },
    /** Those there are of these. */
    async some(database: Database, setId: string, ids: readonly string[]): Promise<SnapshotRow[]> {
      return await database.select().from(snapshot)
        .where(and(eq(snapshot.setId, setId), inArray(snapshot.id, [...ids])));
    },
    /** The latest first, those behind `after`; of one destination where that is given. */
    async page(
      database: Database,
      setId: string,
      destinationId: string | undefined,
      limit: number,
      after?: SnapshotCursor,
    ): Promise<SnapshotRow[]> {
      const { takenAt, id } = snapshot;
      return await database.select().from(snapshot)
        .where(
          and(
            ofPlace(setId, destinationId),
            after && sql`(${takenAt}, ${id}) < (${after.takenAt}, ${after.id})`,
          ),
        )
        .orderBy(desc(takenAt), desc(id)).limit(limit);
    },
    async count(database: Database, setId: string, destinationId?: string): Promise<number> {
      return (await database.select({ count: count() }).from(snapshot).where(ofPlace(setId, destinationId)))[
        0
      ]!
        .count;
    },
    /** Repositories that were seen, but of which no snapshot is known: in a catalog that was made anew. */
    async unknown(database: Database): Promise<{ readonly setId: string; readonly destinationId: string }[]> {
      const known = database.select({ id: snapshot.id }).from(snapshot).where(
        and(
          eq(snapshot.setId, setDestination.setId),
          eq(snapshot.destinationId, setDestination.destinationId),
        ),
      );
      return await database.select({
        setId: setDestination.setId,
        destinationId: setDestination.destinationId,
      }).from(setDestination).where(and(isNotNull(setDestination.madeAt), notExists(known)));
    },
    /** IDs of the snapshots that are known of one repository. */
    async ids(database: Database, setId: string, destinationId: string): Promise<string[]> {
      const rows = await database.select({ id: snapshot.id }).from(snapshot)
        .where(ofPlace(setId, destinationId));
      return rows.map((row) => row.id);
    },
  },
  writes: {
    /** Adds snapshots that were seen, of which those that are known stay as they are, and removes those that are gone. */
    async sync(
      database: Database,
      setId: string,
      destinationId: string,
      seen: readonly SeenSnapshot[],
      gone: readonly string[],
    ): Promise<void> {
      if (seen.length > 0) {
        const rows = JSON.stringify(seen.map((each) => [
          ...[each.id, each.takenAt, each.hostname, each.paths, each.tags, each.tree, each.summary],
        ]));
        await database.run(sql`
          INSERT OR IGNORE INTO snapshot
            (set_id, destination_id, id, taken_at, hostname, paths, tags, tree, summary)
          SELECT ${setId}, ${destinationId}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4,
            value ->> 5, value ->> 6
          FROM json_each(${rows})`);
      }
      if (gone.length > 0) {
        const removed = await database.all<{ lineId: number | null; sequence: number | null }>(sql`
          DELETE FROM snapshot WHERE set_id = ${setId} AND destination_id = ${destinationId}
            AND id IN (SELECT value FROM json_each(${JSON.stringify(gone)}))
          RETURNING line_id AS lineId, sequence`);
        for (const [lineId, rows] of Map.groupBy(removed, (row) => row.lineId)) {
          const sequences = rows.map(({ sequence }) => sequence).filter((sequence) => sequence !== null);
          if (lineId !== null) await dropUnheld(database, lineId, sequences);
        }
      }
    },
  },
} as const satisfies Queries;

/** Forgets all snapshots of one repository; what the search index knows of it is removed bit by bit. */
export async function forgetPlace(database: Database, setId: string, destinationId: string): Promise<void> {
  await database.delete(snapshot).where(ofPlace(setId, destinationId));
  await database.update(searchLine).set({ setId: null })
    .where(and(eq(searchLine.setId, setId), eq(searchLine.destinationId, destinationId)));
}

function ofPlace(setId: string, destinationId: string | undefined): SQL {
  const ofSet = eq(snapshot.setId, setId);
  return destinationId === undefined ? ofSet : and(ofSet, eq(snapshot.destinationId, destinationId))!;
}
