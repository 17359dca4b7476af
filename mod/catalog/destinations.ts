// Copyright the SpareGrid authors. Apache-2.0.
import { asc, count, eq, gt } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { destination, setDestination } from "./tables.ts";

/** Where backups of this machine go; the secret is sealed. */
export type DestinationRow = typeof destination.$inferSelect;

/** What of a destination can change. */
export type DestinationChange = Partial<
  Pick<DestinationRow, "name" | "secret" | "account" | "fingerprint" | "uploadBytesPerSecond">
>;

/** Destinations, in order of their names, which are compared without regard to case. */
export const destinationQueries = {
  reads: {
    async get(database: Database, id: string): Promise<DestinationRow | undefined> {
      return (await database.select().from(destination).where(eq(destination.id, id)))[0];
    },
    async named(database: Database, name: string): Promise<DestinationRow | undefined> {
      return (await database.select().from(destination).where(eq(destination.name, name)))[0];
    },
    /** In order of names, those behind `after`. */
    async page(database: Database, limit: number, after?: string): Promise<DestinationRow[]> {
      return await database.select().from(destination)
        .where(after === undefined ? undefined : gt(destination.name, after))
        .orderBy(asc(destination.name)).limit(limit);
    },
    async count(database: Database): Promise<number> {
      return (await database.select({ count: count() }).from(destination))[0]!.count;
    },
    /** IDs of the sets that use it. */
    async setsOf(database: Database, id: string): Promise<string[]> {
      const rows = await database.select({ id: setDestination.setId }).from(setDestination)
        .where(eq(setDestination.destinationId, id));
      return rows.map((row) => row.id);
    },
  },
  writes: {
    async insert(database: Database, row: DestinationRow): Promise<void> {
      await database.insert(destination).values(row);
    },
    /** False where there is none of this ID. */
    async change(database: Database, id: string, change: DestinationChange): Promise<boolean> {
      if (Object.keys(change).length === 0) return true;
      return (await database.update(destination).set(change).where(eq(destination.id, id))).rowsAffected > 0;
    },
    /** False where there is none of this ID, or a set uses it. */
    async remove(database: Database, id: string): Promise<boolean> {
      const used = await database.select().from(setDestination).where(eq(setDestination.destinationId, id))
        .limit(1);
      if (used.length > 0) return false;
      return (await database.delete(destination).where(eq(destination.id, id))).rowsAffected > 0;
    },
  },
} as const satisfies Queries;
