// Copyright the SpareGrid authors. Apache-2.0.
import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { setting } from "./tables.ts";

/** Facts of the installation and what an administrator changes while it runs, by key; values are JSON data. */
export const settingQueries = {
  reads: {
    /** The value; undefined where it was never set. */
    async get(database: Database, key: string): Promise<unknown> {
      const rows = await database.select().from(setting).where(eq(setting.key, key));
      return rows.length === 0 ? undefined : JSON.parse(rows[0]!.value);
    },
    async all(database: Database): Promise<Record<string, unknown>> {
      const rows = await database.select().from(setting);
      return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value)]));
    },
  },
  writes: {
    async set(database: Database, key: string, value: unknown): Promise<void> {
      const text = JSON.stringify(value);
      await database.insert(setting).values({ key, value: text })
        .onConflictDoUpdate({ target: setting.key, set: { value: text } });
    },
    async remove(database: Database, key: string): Promise<void> {
      await database.delete(setting).where(eq(setting.key, key));
    },
  },
} as const satisfies Queries;
