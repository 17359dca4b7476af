// Copyright the SpareGrid authors. Apache-2.0.
import { and, asc, count, eq, gt, inArray, isNotNull, type SQL } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { forgetPlace } from "./snapshots.ts";
import { backupSet, setDestination } from "./tables.ts";

/** A destination of a set. */
export type SetDestinationRow = typeof setDestination.$inferSelect;

/** A backup set with its destinations, in their order; the password is sealed. */
export type SetRow = typeof backupSet.$inferSelect & { readonly destinations: readonly SetDestinationRow[] };

/** A destination of a set as it is ordered; its position is its place in the list. */
export type SetDestinationOrder = Pick<SetDestinationRow, "destinationId" | "repository">;

/** What of a set can change. */
export type SetChange = Partial<
  Pick<typeof backupSet.$inferSelect, "name" | "order" | "changedAt" | "pausedAt" | "deletingAt">
>;

/** Backup sets, in order of their names, which are compared without regard to case. */
export const setQueries = {
  reads: {
    async get(database: Database, id: string): Promise<SetRow | undefined> {
      return (await setsWhere(database, eq(backupSet.id, id), 1))[0];
    },
    async named(database: Database, name: string): Promise<SetRow | undefined> {
      return (await setsWhere(database, eq(backupSet.name, name), 1))[0];
    },
    /** In order of names, those behind `after`. */
    async page(database: Database, limit: number, after?: string): Promise<SetRow[]> {
      return await setsWhere(database, after === undefined ? undefined : gt(backupSet.name, after), limit);
    },
    async count(database: Database): Promise<number> {
      return (await database.select({ count: count() }).from(backupSet))[0]!.count;
    },
    /** Sets whose repositories are being removed. */
    async deleting(database: Database): Promise<SetRow[]> {
      return await setsWhere(database, isNotNull(backupSet.deletingAt), Number.MAX_SAFE_INTEGER);
    },
    /** The slugs of all sets. */
    async slugs(database: Database): Promise<string[]> {
      const rows = await database.select({ slug: backupSet.slug }).from(backupSet).orderBy(
        asc(backupSet.slug),
      );
      return rows.map((row) => row.slug);
    },
    /** The set that keeps its repository at this path of a destination. */
    async ownerOf(
      database: Database,
      destinationId: string,
      repository: string,
    ): Promise<{ readonly id: string; readonly name: string } | undefined> {
      return (await database.select({ id: backupSet.id, name: backupSet.name }).from(setDestination)
        .innerJoin(backupSet, eq(backupSet.id, setDestination.setId))
        .where(
          and(eq(setDestination.destinationId, destinationId), eq(setDestination.repository, repository)),
        ))[0];
    },
  },
  writes: {
    async insert(
      database: Database,
      row: typeof backupSet.$inferSelect,
      destinations: readonly SetDestinationOrder[],
    ): Promise<void> {
      await database.insert(backupSet).values(row);
      await insertDestinations(database, row.id, destinations, new Map());
    },
    /** False where there is none of this ID. Destinations that stay keep what is known of their repository. */
    async change(
      database: Database,
      id: string,
      change: SetChange,
      destinations?: readonly SetDestinationOrder[],
    ): Promise<boolean> {
      if (Object.keys(change).length > 0) {
        const { rowsAffected } = await database.update(backupSet).set(change).where(eq(backupSet.id, id));
        if (rowsAffected === 0) return false;
      }
      if (destinations !== undefined) {
        const before = await database.delete(setDestination).where(eq(setDestination.setId, id)).returning();
        const madeAt = new Map(
          before.map((row) => [placeKey(row), row.madeAt]),
        );
        await insertDestinations(database, id, destinations, madeAt);
        const kept = new Set(destinations.map((each) => each.destinationId));
        for (const { destinationId } of before) {
          if (!kept.has(destinationId)) await forgetPlace(database, id, destinationId);
        }
      }
      return true;
    },
    /** Notes that the set's repository is there. */
    async made(database: Database, id: string, destinationId: string, at: number): Promise<void> {
      await database.update(setDestination).set({ madeAt: at })
        .where(eqBoth(id, destinationId));
    },
    /** Forgets a set with all that is known of its snapshots; its runs stay. False where there is none. */
    async remove(database: Database, id: string): Promise<boolean> {
      return (await database.delete(backupSet).where(eq(backupSet.id, id))).rowsAffected > 0;
    },
  },
} as const satisfies Queries;

function eqBoth(setId: string, destinationId: string): SQL {
  return and(eq(setDestination.setId, setId), eq(setDestination.destinationId, destinationId))!;
}

function placeKey({ destinationId, repository }: SetDestinationOrder): string {
  return JSON.stringify([destinationId, repository]);
}

async function setsWhere(database: Database, condition: SQL | undefined, limit: number): Promise<SetRow[]> {
  const sets = await database.select().from(backupSet).where(condition).orderBy(asc(backupSet.name)).limit(
    limit,
  );
  if (sets.length === 0) return [];
  const destinations = await database.select().from(setDestination)
    .where(inArray(setDestination.setId, sets.map(({ id }) => id))).orderBy(asc(setDestination.position));
  const bySet = Map.groupBy(destinations, ({ setId }) => setId);
  return sets.map((set) => ({ ...set, destinations: bySet.get(set.id) ?? [] }));
}

async function insertDestinations(
  database: Database,
  setId: string,
  destinations: readonly SetDestinationOrder[],
  madeAt: ReadonlyMap<string, number | null>,
): Promise<void> {
  if (destinations.length === 0) return;
  await database.insert(setDestination).values(destinations.map((each, position) => ({
    ...{ setId, position, destinationId: each.destinationId, repository: each.repository },
    madeAt: madeAt.get(placeKey(each)) ?? null,
  })));
}
