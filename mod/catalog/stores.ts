// Copyright the SpareGrid authors. Apache-2.0.
import { and, asc, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { store } from "./tables.ts";

/** A repository that this server keeps. */
export type StoreRow = typeof store.$inferSelect;

/** Repositories that this server keeps. */
export const storeQueries = {
  reads: {
    /** All of them, by account and name. */
    async all(database: Database): Promise<StoreRow[]> {
      return await database.select().from(store).orderBy(asc(store.accountId), asc(store.name));
    },
  },
  writes: {
    /**
     * Adds a repository and answers its row; the row that is there where there is one. Sequence numbers go on where those of
     * a former repository of this name ended.
     */
    async create(
      database: Database,
      row: Pick<StoreRow, "accountId" | "name" | "createdAt">,
    ): Promise<StoreRow> {
      const { accountId, name, createdAt } = row;
      await database.run(sql`
        INSERT INTO store (account_id, name, created_at, sequence)
        SELECT ${accountId}, ${name}, ${createdAt}, max(
          (SELECT coalesce(max(sequence), 0) FROM removed_file WHERE account_id = ${accountId} AND store = ${name}),
          (SELECT coalesce(max(sequence), 0) FROM stored_file WHERE account_id = ${accountId} AND store = ${name}))
        WHERE true ON CONFLICT DO NOTHING`);
      return (await database.select().from(store).where(
        and(eq(store.accountId, accountId), eq(store.name, name)),
      ))[0]!;
    },
    /** Forgets a repository; lines of what was removed from it stay until the trash is purged. */
    async remove(database: Database, accountId: string, name: string): Promise<void> {
      await database.delete(store).where(and(eq(store.accountId, accountId), eq(store.name, name)));
    },
  },
} as const satisfies Queries;
