// Copyright the SpareGrid authors. Apache-2.0.
import { and, asc, desc, eq, inArray, lt, ne, or } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { session, user } from "./tables.ts";
import type { UserRow } from "./users.ts";

/** A signed-in browser as the catalog keeps it. */
export type SessionRow = typeof session.$inferSelect;

/** Signed-in browsers. */
export const sessionQueries = {
  reads: {
    /** The session of a cookie, and its user. */
    async byCookie(
      database: Database,
      cookieHash: string,
    ): Promise<{ session: SessionRow; user: UserRow } | undefined> {
      return (await database.select().from(session).innerJoin(user, eq(user.id, session.userId))
        .where(eq(session.cookieHash, cookieHash)))[0];
    },
    /** A user's sessions, the oldest first. */
    async ofUser(database: Database, userId: string): Promise<SessionRow[]> {
      return await database.select().from(session).where(eq(session.userId, userId))
        .orderBy(asc(session.createdAt), asc(session.id));
    },
  },
  writes: {
    /**
     * Adds a session, unless its user is gone, disabled or has another password or second factor than were just
     * verified: then it answers false. A user's oldest sessions go where there would be more than `max`.
     */
    async create(
      database: Database,
      row: SessionRow,
      { passwordHash, factorSince }: Pick<UserRow, "passwordHash" | "factorSince">,
      max: number,
    ): Promise<boolean> {
      const [owner] = await database.select().from(user).where(eq(user.id, row.userId));
      if (
        owner?.passwordHash !== passwordHash || owner.factorSince !== factorSince || owner.disabledAt !== null
      ) return false;
      await database.insert(session).values(row);
      const surplus = database.select({ id: session.id }).from(session).where(eq(session.userId, row.userId))
        .orderBy(desc(session.createdAt), desc(session.id)).limit(1_000_000).offset(max);
      await database.delete(session).where(inArray(session.id, surplus));
      return true;
    },
    /** Notes that the session was used. */
    async note(database: Database, id: string, seenAt: number): Promise<void> {
      await database.update(session).set({ seenAt }).where(eq(session.id, id));
    },
    /** Notes that its user proved to be there. */
    async prove(database: Database, id: string, provedAt: number): Promise<void> {
      await database.update(session).set({ provedAt }).where(eq(session.id, id));
    },
    /** Ends one session of a user; false when there is none. */
    async end(database: Database, id: string, userId: string): Promise<boolean> {
      const ended = await database.delete(session).where(and(eq(session.id, id), eq(session.userId, userId)));
      return ended.rowsAffected > 0;
    },
    /** Ends all sessions of a user, but for `kept`; answers their IDs. */
    async endAll(database: Database, userId: string, kept?: string): Promise<string[]> {
      const ended = await database.delete(session)
        .where(and(eq(session.userId, userId), kept === undefined ? undefined : ne(session.id, kept)))
        .returning({ id: session.id });
      return ended.map(({ id }) => id);
    },
    /** Removes sessions that are over. Times are milliseconds since 1970. */
    async removeExpired(database: Database, createdBefore: number, seenBefore: number): Promise<void> {
      await database.delete(session)
        .where(or(lt(session.createdAt, createdBefore), lt(session.seenAt, seenBefore)));
    },
  },
} as const satisfies Queries;
