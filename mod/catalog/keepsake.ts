// Copyright the SpareGrid authors. Apache-2.0.
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { account, backupSet, destination, setDestination, setting, token, user } from "./tables.ts";

/** Rows that stand in no repository and no store: without them a new catalog would be an empty one. */
export interface Keepsake {
  readonly setting: readonly (typeof setting.$inferSelect)[];
  readonly user: readonly (typeof user.$inferSelect)[];
  readonly token: readonly (typeof token.$inferSelect)[];
  readonly destination: readonly (typeof destination.$inferSelect)[];
  readonly backupSet: readonly (typeof backupSet.$inferSelect)[];
  readonly setDestination: readonly (typeof setDestination.$inferSelect)[];
  readonly account: readonly (typeof account.$inferSelect)[];
}

/** What is kept outside the catalog, and put into a new one when it was lost. */
export const keepsakeQueries = {
  reads: {
    /** All of it, in a fixed order. When somebody was last seen is left out: it changes all the time. */
    async dump(database: Database): Promise<Keepsake> {
      return {
        setting: await database.select().from(setting).orderBy(setting.key),
        user: await database.select().from(user).orderBy(user.id),
        token: (await database.select().from(token).orderBy(token.id)).map((row) => ({
          ...row,
          usedAt: null,
        })),
        destination: await database.select().from(destination).orderBy(destination.id),
        backupSet: await database.select().from(backupSet).orderBy(backupSet.id),
        setDestination: await database.select().from(setDestination)
          .orderBy(setDestination.setId, setDestination.position),
        account: (await database.select().from(account).orderBy(account.id))
          .map((row) => ({ ...row, seenAt: null, seenAddress: null })),
      };
    },
  },
  writes: {
    /** Puts rows in; those that are there already stay as they are. Answers how many were put in. */
    async restore(database: Database, kept: Keepsake): Promise<number> {
      let inserted = 0;
      const put = async (table: Parameters<Database["insert"]>[0], rows: readonly object[]) => {
        for (const row of rows) {
          inserted += (await database.insert(table).values(row as never).onConflictDoNothing()).rowsAffected;
        }
      };
      await put(setting, kept.setting);
      await put(user, kept.user);
      await put(token, kept.token);
      await put(destination, kept.destination);
      await put(backupSet, kept.backupSet);
      await put(setDestination, kept.setDestination);
      await put(account, kept.account);
      return inserted;
    },
  },
} as const satisfies Queries;
