// Copyright the SpareGrid authors. Apache-2.0.
import { and, asc, count, eq, gt, isNotNull, isNull, lt, ne } from "drizzle-orm";
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
    /** Keeps the key of a second factor that is not in force yet; false where one is, or there is no such user. */
    async beginFactor(database: Database, id: string, secret: Uint8Array): Promise<boolean> {
      const begun = await database.update(user).set({ factorSecret: secret, factorStep: 0 })
        .where(and(eq(user.id, id), isNull(user.factorSince)));
      return begun.rowsAffected > 0;
    },
    /**
     * Puts the begun second factor in force and ends the user's sessions, but for `keptSession`; false where its key is
     * another by now, or it is in force already.
     */
    async confirmFactor(
      database: Database,
      id: string,
      { factorSecret, ...factor }: Required<
        Pick<UserRow, "factorSecret" | "factorSince" | "factorStep" | "recoveryHashes">
      >,
      keptSession: string,
    ): Promise<boolean> {
      const confirmed = await database.update(user).set(factor)
        .where(and(eq(user.id, id), isNull(user.factorSince), eq(user.factorSecret, factorSecret!)));
      if (confirmed.rowsAffected === 0) return false;
      await database.delete(session).where(and(eq(session.userId, id), ne(session.id, keptSession)));
      return true;
    },
    /** Uses up the codes of all time steps up to `step`; undefined where it was used before. */
    async useFactorStep(database: Database, id: string, step: number): Promise<UserRow | undefined> {
      const isNew = and(eq(user.id, id), isNotNull(user.factorSince), lt(user.factorStep, step));
      return (await database.update(user).set({ factorStep: step }).where(isNew).returning())[0];
    },
    /** Uses up a recovery code; undefined where there is none of this hash. */
    async useRecoveryCode(database: Database, id: string, hash: string): Promise<UserRow | undefined> {
      const row = await userQueries.reads.byId(database, id);
      const hashes = JSON.parse(row?.recoveryHashes ?? "[]") as string[];
      if (row?.factorSince === null || !hashes.includes(hash)) return undefined;
      const recoveryHashes = JSON.stringify(hashes.filter((other) => other !== hash));
      return (await database.update(user).set({ recoveryHashes }).where(eq(user.id, id)).returning())[0];
    },
    /** Keeps other recovery codes; false where no second factor is in force. */
    async replaceRecoveryCodes(database: Database, id: string, recoveryHashes: string): Promise<boolean> {
      const replaced = await database.update(user).set({ recoveryHashes })
        .where(and(eq(user.id, id), isNotNull(user.factorSince)));
      return replaced.rowsAffected > 0;
    },
    /** Takes the second factor away, with its recovery codes; answers the user. SG1036 without such a user. */
    async removeFactor(database: Database, id: string): Promise<UserRow> {
      const none = { factorSecret: null, factorSince: null, factorStep: 0, recoveryHashes: "[]" };
      const [row] = await database.update(user).set(none).where(eq(user.id, id)).returning();
      if (!row) throw unknown(id);
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
