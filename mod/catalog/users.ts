// Copyright the SpareGrid authors. Apache-2.0.
import { and, asc, count, eq, gt, isNull, ne } from "drizzle-orm";
import { SgError } from "../errors/mod.ts";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { session, setting, user } from "./tables.ts";

/** A user as the catalog keeps them. */
export type UserRow = typeof user.$inferSelect;

/** What may change of a user; what is left out stays. */
export type UserChanges = Partial<
  Pick<UserRow, "role" | "passwordHash" | "passwordChangedAt" | "disabledAt">
>;

/** People who sign in. Whatever is written, an administrator who can sign in is left. */
export const userQueries = {
  reads: {
    async byId(database: Database, id: string): Promise<UserRow | undefined> {
      return (await database.select().from(user).where(eq(user.id, id)))[0];
    },
    /** Without regard to the case of ASCII letters. */
    async byName(database: Database, name: string): Promise<UserRow | undefined> {
      return (await database.select().from(user).where(eq(user.name, name)))[0];
    },
    /** By name, those after the name `after`. */
    async page(database: Database, limit: number, after?: string): Promise<UserRow[]> {
      return await database.select().from(user).where(after === undefined ? undefined : gt(user.name, after))
        .orderBy(asc(user.name)).limit(limit);
    },
    async count(database: Database): Promise<number> {
      return (await database.select({ n: count() }).from(user))[0]!.n;
    },
  },
  writes: {
    /** SG1035 when the name is taken. */
    async create(database: Database, row: UserRow): Promise<void> {
      await insert(database, row);
    },
    /**
     * Makes the first user and removes the setting `key`, whose value must hold the text `mark`. Answers false, and does
     * nothing, when it does not or when there is a user.
     */
    async createFirst(database: Database, row: UserRow, key: string, mark: string): Promise<boolean> {
      const kept = (await database.select().from(setting).where(eq(setting.key, key)))[0];
      if (!kept?.value.includes(mark) || await userQueries.reads.count(database) > 0) return false;
      await insert(database, row);
      await database.delete(setting).where(eq(setting.key, key));
      return true;
    },
    /**
     * A changed password or a disabled user ends the user's sessions, but for `keptSession`. SG1036 without such a user,
     * SG1049 for the last administrator.
     */
    async update(
      database: Database,
      id: string,
      changes: UserChanges,
      keptSession?: string,
    ): Promise<UserRow> {
      const [row] = await database.update(user).set(changes).where(eq(user.id, id)).returning();
      if (!row) throw unknown(id);
      if (changes.passwordHash !== undefined || row.disabledAt !== null) {
        await database.delete(session).where(
          and(eq(session.userId, id), keptSession === undefined ? undefined : ne(session.id, keptSession)),
        );
      }
      if (changes.role !== undefined || changes.disabledAt !== undefined) await keepAdministrator(database);
      return row;
    },
    /** Stores the same password under other parameters, unless it was changed meanwhile. */
    async rehash(database: Database, id: string, before: string, after: string): Promise<void> {
      await database.update(user).set({ passwordHash: after })
        .where(and(eq(user.id, id), eq(user.passwordHash, before)));
    },
    /** Removes a user with sessions and tokens. SG1036 without such a user, SG1049 for the last administrator. */
    async remove(database: Database, id: string): Promise<UserRow> {
      const [row] = await database.delete(user).where(eq(user.id, id)).returning();
      if (!row) throw unknown(id);
      if (row.role === "administrator") await keepAdministrator(database);
      return row;
    },
  },
} as const satisfies Queries;

async function insert(database: Database, row: UserRow): Promise<void> {
  if (await userQueries.reads.byName(database, row.name)) {
    throw new SgError("SG1035", `Cannot make user ${JSON.stringify(row.name)}: there is one of this name`);
  }
  await database.insert(user).values(row);
}

function unknown(id: string): SgError {
  return new SgError("SG1036", "Cannot find the user: there is none of this ID", { context: { user: id } });
}

/** Undoes the transaction, by its error, where nobody would be left. */
async function keepAdministrator(database: Database): Promise<void> {
  const left = await database.select({ id: user.id }).from(user)
    .where(and(eq(user.role, "administrator"), isNull(user.disabledAt))).limit(1);
  if (left.length === 0) {
    throw new SgError("SG1049", "Cannot change the user: it is the last administrator who can sign in");
  }
}
