// Copyright the SpareGrid authors. Apache-2.0.
import { and, asc, desc, eq, gt, gte, lt, type SQL } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { auditEntry } from "./tables.ts";

/** A line of the audit log. */
export type AuditRow = typeof auditEntry.$inferSelect;

/** Which lines are wanted. */
export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  /** Milliseconds since 1970. */
  readonly since?: number;
  readonly until?: number;
}

/** The audit log: lines are added at the end, and never changed or removed. */
export const auditQueries = {
  reads: {
    /** The newest line; undefined in an empty log. */
    async last(database: Database): Promise<AuditRow | undefined> {
      return (await database.select().from(auditEntry).orderBy(desc(auditEntry.sequence)).limit(1))[0];
    },
    /** Lines from the newest on, those before `before` where that is given. */
    async page(
      database: Database,
      filter: AuditFilter,
      limit: number,
      before?: number,
    ): Promise<AuditRow[]> {
      const conditions: SQL[] = [];
      if (filter.actor !== undefined) conditions.push(eq(auditEntry.actor, filter.actor));
      if (filter.action !== undefined) conditions.push(eq(auditEntry.action, filter.action));
      if (filter.since !== undefined) conditions.push(gte(auditEntry.at, filter.since));
      if (filter.until !== undefined) conditions.push(lt(auditEntry.at, filter.until));
      if (before !== undefined) conditions.push(lt(auditEntry.sequence, before));
      return await database.select().from(auditEntry).where(and(...conditions))
        .orderBy(desc(auditEntry.sequence)).limit(limit);
    },
    /** Lines in order, those after `after`: for verifying. */
    async following(database: Database, after: number, limit: number): Promise<AuditRow[]> {
      return await database.select().from(auditEntry).where(gt(auditEntry.sequence, after))
        .orderBy(asc(auditEntry.sequence)).limit(limit);
    },
  },
  writes: {
    async append(database: Database, row: AuditRow): Promise<void> {
      await database.insert(auditEntry).values(row);
    },
  },
} as const satisfies Queries;
