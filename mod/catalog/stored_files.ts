// Copyright the SpareGrid authors. Apache-2.0.
import { and, asc, eq, gt, isNotNull, isNull, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import type { RemovedFileRow } from "./removed_files.ts";
import { store, storedFile } from "./tables.ts";

/** A file that this server keeps. */
export type StoredFileRow = typeof storedFile.$inferSelect;

/** A file that was stored, new or in place of a damaged one. */
export type NewStoredFile = Pick<StoredFileRow, "type" | "name" | "size" | "sequence" | "storedAt">;

/** What happened in one repository since the last time, in one go. No file may be stored and removed in the same go. */
export interface StoreChanges {
  readonly accountId: string;
  readonly store: string;
  /** The last sequence number that was given. */
  readonly sequence: number;
  readonly stored: readonly NewStoredFile[];
  readonly removed: readonly Omit<RemovedFileRow, "accountId" | "store">[];
  /** Sequence numbers of removed files that are in the trash no longer. */
  readonly leftTrash: readonly { readonly sequence: number; readonly at: number }[];
}

/** What a look at a stored file found. */
export interface VerifiedFile extends Pick<StoredFileRow, "accountId" | "store" | "type" | "name"> {
  readonly verifiedAt: number;
  /** What is wrong; null: nothing. */
  readonly damage: string | null;
}

const ofStore = (accountId: string, name: string) =>
  and(eq(storedFile.accountId, accountId), eq(storedFile.store, name));

/** Files that this server keeps. */
export const storedFileQueries = {
  reads: {
    /** One type of a repository's files by name, those behind the name `after`. */
    async page(
      database: Database,
      accountId: string,
      name: string,
      type: string,
      limit: number,
      after?: string,
    ): Promise<StoredFileRow[]> {
      const behind = after === undefined ? undefined : gt(storedFile.name, after);
      return await database.select().from(storedFile)
        .where(and(ofStore(accountId, name), eq(storedFile.type, type), behind))
        .orderBy(asc(storedFile.name)).limit(limit);
    },
    async byName(
      database: Database,
      accountId: string,
      store: string,
      type: string,
      name: string,
    ): Promise<StoredFileRow | undefined> {
      return (await database.select().from(storedFile).where(
        and(ofStore(accountId, store), eq(storedFile.type, type), eq(storedFile.name, name)),
      ))[0];
    },
    /** A repository's files in the order in which they were stored, those behind a sequence number. */
    async following(
      database: Database,
      accountId: string,
      name: string,
      after: number,
      limit: number,
    ): Promise<StoredFileRow[]> {
      return await database.select().from(storedFile)
        .where(and(ofStore(accountId, name), gt(storedFile.sequence, after)))
        .orderBy(asc(storedFile.sequence)).limit(limit);
    },
    /** Files that were verified longest ago, before a time; those that never were come first. */
    async leastVerified(
      database: Database,
      accountId: string,
      name: string,
      before: number,
      limit: number,
    ): Promise<StoredFileRow[]> {
      const never = await database.select().from(storedFile)
        .where(and(ofStore(accountId, name), isNull(storedFile.verifiedAt))).limit(limit);
      if (never.length === limit) return never;
      const long = await database.select().from(storedFile)
        .where(and(ofStore(accountId, name), lt(storedFile.verifiedAt, before)))
        .orderBy(asc(storedFile.verifiedAt)).limit(limit - never.length);
      return [...never, ...long];
    },
    /** When the file that was verified longest ago was verified; null: some never was, or there is none. */
    async verifiedSince(database: Database, accountId: string, name: string): Promise<number | null> {
      const oldest = await database.select({ at: storedFile.verifiedAt }).from(storedFile)
        .where(ofStore(accountId, name)).orderBy(asc(storedFile.verifiedAt)).limit(1);
      return oldest[0]?.at ?? null;
    },
    /** Files that were found damaged, by type and name. */
    async damaged(
      database: Database,
      accountId: string,
      name: string,
      limit: number,
    ): Promise<StoredFileRow[]> {
      return await database.select().from(storedFile)
        .where(and(ofStore(accountId, name), isNotNull(storedFile.damage)))
        .orderBy(asc(storedFile.type), asc(storedFile.name)).limit(limit);
    },
    /** The first sequence number given at or after a time; undefined where nothing was stored since. */
    async firstSince(
      database: Database,
      accountId: string,
      name: string,
      at: number,
    ): Promise<number | undefined> {
      const [row] = await database.select({ first: sql<number | null>`min(${storedFile.sequence})` })
        .from(storedFile).where(and(ofStore(accountId, name), gt(storedFile.storedAt, at - 1)));
      return row?.first ?? undefined;
    },
  },
  writes: {
    /** Writes down what happened in some repositories: all of it, or nothing. */
    async record(database: Database, changes: readonly StoreChanges[]): Promise<void> {
      for (const change of changes) await recordOne(database, change);
    },
    /** Notes what a look at files found. */
    async verified(database: Database, files: readonly VerifiedFile[]): Promise<void> {
      await database.run(sql`
        UPDATE stored_file SET verified_at = f.value ->> 'verifiedAt', damage = f.value ->> 'damage'
        FROM json_each(${JSON.stringify(files)}) AS f
        WHERE stored_file.account_id = f.value ->> 'accountId' AND stored_file.store = f.value ->> 'store'
          AND stored_file.type = f.value ->> 'type' AND stored_file.name = f.value ->> 'name'`);
    },
  },
} as const satisfies Queries;

async function recordOne(database: Database, change: StoreChanges): Promise<void> {
  const { accountId, store: name, sequence, stored, removed, leftTrash } = change;
  if (removed.length > 0) {
    const rows = JSON.stringify(removed);
    await database.run(sql`
      DELETE FROM stored_file WHERE account_id = ${accountId} AND store = ${name} AND (type, name) IN
        (SELECT value ->> 'type', value ->> 'name' FROM json_each(${rows}))`);
    await database.run(sql`
      INSERT INTO removed_file
        (account_id, store, sequence, type, name, size, removed_at, purge_at, purged_at)
      SELECT ${accountId}, ${name}, value ->> 'sequence', value ->> 'type', value ->> 'name', value ->> 'size',
        value ->> 'removedAt', value ->> 'purgeAt', value ->> 'purgedAt'
      FROM json_each(${rows}) WHERE true ON CONFLICT DO NOTHING`);
  }
  if (stored.length > 0) {
    await database.run(sql`
      INSERT INTO stored_file (account_id, store, type, name, size, sequence, stored_at)
      SELECT ${accountId}, ${name}, value ->> 'type', value ->> 'name', value ->> 'size', value ->> 'sequence',
        value ->> 'storedAt'
      FROM json_each(${JSON.stringify(stored)}) WHERE true
      ON CONFLICT DO UPDATE SET size = excluded.size, sequence = excluded.sequence,
        stored_at = excluded.stored_at, verified_at = NULL, damage = NULL`);
  }
  if (leftTrash.length > 0) {
    await database.run(sql`
      UPDATE removed_file SET purged_at = f.value ->> 'at' FROM json_each(${JSON.stringify(leftTrash)}) AS f
      WHERE account_id = ${accountId} AND store = ${name} AND sequence = f.value ->> 'sequence'`);
  }
  await database.update(store).set({ sequence }).where(
    and(eq(store.accountId, accountId), eq(store.name, name), lt(store.sequence, sequence)),
  );
}
