// Copyright the SpareGrid authors. Apache-2.0.
import { and, asc, eq, gt, gte, isNull, lte } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { removedFile } from "./tables.ts";

/** A file that was removed: in the trash, or gone. */
export type RemovedFileRow = typeof removedFile.$inferSelect;

/** Files that were removed. They are written with what else happened in their repository: see `storedFiles.record`. */
export const removedFileQueries = {
  reads: {
    /** A repository's removals in order, those behind a sequence number. */
    async following(
      database: Database,
      accountId: string,
      store: string,
      after: number,
      limit: number,
    ): Promise<RemovedFileRow[]> {
      return await database.select().from(removedFile).where(
        and(
          eq(removedFile.accountId, accountId),
          eq(removedFile.store, store),
          gt(removedFile.sequence, after),
        ),
      ).orderBy(asc(removedFile.sequence)).limit(limit);
    },
    /** Files in the trash whose time is over at `now`, the first to be purged first. */
    async due(database: Database, now: number, limit: number): Promise<RemovedFileRow[]> {
      return await database.select().from(removedFile).where(
        and(isNull(removedFile.purgedAt), lte(removedFile.purgeAt, now)),
      ).orderBy(asc(removedFile.purgeAt)).limit(limit);
    },
    /** Files of a repository in the trash that were removed at or after `since`, those behind a sequence number. */
    async inTrash(
      database: Database,
      accountId: string,
      store: string,
      limit: number,
      { since = 0, after = 0 }: { readonly since?: number; readonly after?: number } = {},
    ): Promise<RemovedFileRow[]> {
      return await database.select().from(removedFile).where(
        and(
          eq(removedFile.accountId, accountId),
          eq(removedFile.store, store),
          gt(removedFile.sequence, after),
          isNull(removedFile.purgedAt),
          gte(removedFile.removedAt, since),
        ),
      ).orderBy(asc(removedFile.sequence)).limit(limit);
    },
    /** Lines of a file in the trash; none where it is not there. */
    async trashed(
      database: Database,
      accountId: string,
      store: string,
      type: string,
      name: string,
    ): Promise<RemovedFileRow[]> {
      return await database.select().from(removedFile).where(
        and(
          eq(removedFile.accountId, accountId),
          eq(removedFile.store, store),
          eq(removedFile.type, type),
          eq(removedFile.name, name),
          isNull(removedFile.purgedAt),
        ),
      );
    },
  },
  writes: {},
} as const satisfies Queries;
