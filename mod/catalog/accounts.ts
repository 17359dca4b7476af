// Copyright the SpareGrid authors. Apache-2.0.
import { and, asc, count, eq, gt, type SQL, sql } from "drizzle-orm";
import { SgError } from "../errors/mod.ts";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { account } from "./tables.ts";

/** A client of this server as the catalog keeps it; its secret is sealed. */
export type AccountRow = typeof account.$inferSelect;

/** What may change of an account; what is left out stays. */
export type AccountChanges = Partial<Omit<AccountRow, "id" | "createdAt">>;

/** Which accounts are wanted; all conditions must hold. */
export interface AccountFilter {
  readonly state?: AccountRow["state"];
  /** A part of the ID or the label, without regard to the case of ASCII letters. */
  readonly text?: string;
}

/** Clients of this server. */
export const accountQueries = {
  reads: {
    async byId(database: Database, id: string): Promise<AccountRow | undefined> {
      return (await database.select().from(account).where(eq(account.id, id)))[0];
    },
    async ids(database: Database): Promise<string[]> {
      return (await database.select({ id: account.id }).from(account)).map(({ id }) => id);
    },
    /** By ID, those after the ID `after`. */
    async page(
      database: Database,
      limit: number,
      filter: AccountFilter,
      after?: string,
    ): Promise<AccountRow[]> {
      const conditions = conditionsOf(filter);
      if (after !== undefined) conditions.push(gt(account.id, after));
      return await database.select().from(account).where(and(...conditions)).orderBy(asc(account.id)).limit(
        limit,
      );
    },
    async count(database: Database, filter: AccountFilter): Promise<number> {
      return (await database.select({ n: count() }).from(account).where(and(...conditionsOf(filter))))[0]!.n;
    },
    /** Sum of all allotments, bytes. */
    async allotted(database: Database): Promise<number> {
      return (await database.select({ sum: sql<number>`coalesce(sum(${account.quotaBytes}), 0)` })
        .from(account))[0]!.sum;
    },
  },
  writes: {
    /**
     * Adds an account, and gives others the quotas that follow from it. SG1035 when the ID is taken, SG1039 when it would
     * wait for approval and `pendingMax` do already.
     */
    async create(
      database: Database,
      row: AccountRow,
      pendingMax: number,
      quotas: readonly { readonly id: string; readonly quotaBytes: number }[] = [],
    ): Promise<void> {
      if (await accountQueries.reads.byId(database, row.id)) throw taken(row.id);
      const pending = row.state === "pending" &&
        await accountQueries.reads.count(database, { state: "pending" });
      if (pending !== false && pending >= pendingMax) {
        throw new SgError("SG1039", `Cannot ask for an account: ${pending} others wait for approval`);
      }
      await database.insert(account).values(row);
      for (const { id, quotaBytes } of quotas) {
        await database.update(account).set({ quotaBytes }).where(eq(account.id, id));
      }
    },
    /** Changes an account whose state is one of `states` (any, where left out); undefined when there is none such. */
    async update(
      database: Database,
      id: string,
      changes: AccountChanges,
      states?: readonly AccountRow["state"][],
    ): Promise<AccountRow | undefined> {
      const row = await accountQueries.reads.byId(database, id);
      if (!row || (states && !states.includes(row.state))) return undefined;
      if (Object.keys(changes).length === 0) return row;
      return (await database.update(account).set(changes).where(eq(account.id, id)).returning())[0];
    },
    /** Removes an account that has no repositories; false when there is none. */
    async remove(database: Database, id: string): Promise<boolean> {
      return (await database.delete(account).where(eq(account.id, id))).rowsAffected > 0;
    },
  },
} as const satisfies Queries;

/** The ID is in use. */
export function taken(id: string): SgError {
  return new SgError("SG1035", `Cannot make account ${id}: there is one of this ID`, {
    context: { account: id },
  });
}

function conditionsOf({ state, text }: AccountFilter): SQL[] {
  const conditions: SQL[] = [];
  if (state !== undefined) conditions.push(eq(account.state, state));
  if (text) {
    const wanted = text.toLowerCase();
    conditions.push(
      sql`(instr(lower(${account.id}), ${wanted}) > 0 OR instr(lower(${account.label}), ${wanted}) > 0)`,
    );
  }
  return conditions;
}
