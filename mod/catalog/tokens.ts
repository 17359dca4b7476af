// Copyright the SpareGrid authors. Apache-2.0.
import { and, count, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { CreationPlace, Queries } from "./query.ts";
import { token, user } from "./tables.ts";
import type { UserRow } from "./users.ts";

/** An API token as the catalog keeps it. */
export type TokenRow = typeof token.$inferSelect;

/** API tokens. */
export const tokenQueries = {
  reads: {
    /** The token whose text has this hash, and its user. */
    async byHash(database: Database, hash: string): Promise<{ token: TokenRow; user: UserRow } | undefined> {
      return (await database.select().from(token).innerJoin(user, eq(user.id, token.userId))
        .where(eq(token.hash, hash)))[0];
    },
    /** Tokens of one user, or of all, the newest first, those behind `after`. */
    async page(
      database: Database,
      limit: number,
      userId?: string,
      after?: CreationPlace,
    ): Promise<{ token: TokenRow; user: UserRow }[]> {
      const conditions: SQL[] = [];
      if (userId !== undefined) conditions.push(eq(token.userId, userId));
      if (after) conditions.push(sql`(${token.createdAt}, ${token.id}) < (${after.createdAt}, ${after.id})`);
      return await database.select().from(token).innerJoin(user, eq(user.id, token.userId))
        .where(and(...conditions)).orderBy(desc(token.createdAt), desc(token.id)).limit(limit);
    },
    async count(database: Database, userId?: string): Promise<number> {
      return (await database.select({ n: count() }).from(token)
        .where(userId === undefined ? undefined : eq(token.userId, userId)))[0]!.n;
    },
  },
  writes: {
    /** Adds a token; false, and nothing is added, where the user has `max` of them. */
    async create(database: Database, row: TokenRow, max: number): Promise<boolean> {
      if (await tokenQueries.reads.count(database, row.userId) >= max) return false;
      await database.insert(token).values(row);
      return true;
    },
    /** Notes that the token was used. */
    async note(database: Database, id: string, usedAt: number): Promise<void> {
      await database.update(token).set({ usedAt }).where(eq(token.id, id));
    },
    /** Removes a token, where `userId` is given only that user's; answers it, or undefined when there is none. */
    async remove(database: Database, id: string, userId?: string): Promise<TokenRow | undefined> {
      return (await database.delete(token)
        .where(and(eq(token.id, id), userId === undefined ? undefined : eq(token.userId, userId)))
        .returning())[0];
    },
  },
} as const satisfies Queries;
