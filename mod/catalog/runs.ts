// Copyright the SpareGrid authors. Apache-2.0.
import { and, asc, count, desc, eq, gt, gte, inArray, lt, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Queries } from "./query.ts";
import { run, runProblem } from "./tables.ts";

/** A run as the ledger knows it. */
export type RunRow = typeof run.$inferSelect;

/** What of a run can change. */
export type RunChange = Partial<Omit<RunRow, "id" | "kind" | "queuedAt" | "orderedBy">>;

/** A new run. */
export type RunDraft = Omit<typeof run.$inferInsert, "id">;

/** Which runs are wanted; all conditions must hold. Times are those of the order, ms. */
export interface RunRowFilter {
  readonly set?: string;
  readonly destination?: string;
  readonly kinds?: readonly RunRow["kind"][];
  readonly states?: readonly RunRow["state"][];
  readonly since?: number;
  readonly until?: number;
}

/** A page of runs: the newest first unless `oldestFirst`, those behind the run `after`. */
export interface RunPageOrder {
  readonly limit: number;
  readonly after?: number;
  readonly oldestFirst?: boolean;
}

/** Runs of one set and kind that ended alike in a span of time, added up. */
export interface RunSums {
  readonly setId: string | null;
  readonly kind: RunRow["kind"];
  readonly state: RunRow["state"];
  readonly runs: number;
  readonly files: number;
  readonly bytes: number;
  /** Milliseconds from start to end. */
  readonly ms: number;
}

/** An entry that a run could not read or write. */
export interface ProblemRow {
  readonly code: string;
  readonly path: Uint8Array | null;
  readonly message: string;
}

/** States of runs that are not over. */
const OPEN_STATES = ["queued", "waiting", "running", "suspended"] as const;

/** Runs and their problems. */
export const runQueries = {
  reads: {
    async get(database: Database, id: number): Promise<RunRow | undefined> {
      return (await database.select().from(run).where(eq(run.id, id)))[0];
    },
    async page(
      database: Database,
      filter: RunRowFilter,
      { limit, after, oldestFirst }: RunPageOrder,
    ): Promise<RunRow[]> {
      const behind = after === undefined ? undefined : (oldestFirst ? gt : lt)(run.id, after);
      return await database.select().from(run).where(and(...conditionsOf(filter), behind))
        .orderBy((oldestFirst ? asc : desc)(run.id)).limit(limit);
    },
    async count(database: Database, filter: RunRowFilter): Promise<number> {
      return (await database.select({ count: count() }).from(run).where(and(...conditionsOf(filter))))[0]!
        .count;
    },
    /** Runs that are not over, in order. */
    async open(database: Database): Promise<RunRow[]> {
      const rows = await database.select().from(run).where(inArray(run.state, [...OPEN_STATES]));
      return rows.sort((a, b) => a.id - b.id);
    },
    /** The latest run of a set, of one kind where that is given. */
    async latest(database: Database, setId: string, kind?: RunRow["kind"]): Promise<RunRow | undefined> {
      const ofKind = kind === undefined ? undefined : eq(run.kind, kind);
      return (await database.select().from(run).where(and(eq(run.setId, setId), ofKind))
        .orderBy(desc(run.id)).limit(1))[0];
    },
    /** Runs that ended from `since` on and before `until`, ms, by set, kind and state. */
    async sums(database: Database, since: number, until: number): Promise<RunSums[]> {
      const figure = (name: string) =>
        sql<number>`coalesce(sum(json_extract(${run.report}, ${`$.${name}`})), 0)`;
      return await database.select({
        ...{ setId: run.setId, kind: run.kind, state: run.state, runs: count() },
        ...{ files: figure("filesStored"), bytes: figure("bytesStored") },
        ms: sql<number>`coalesce(sum(max(0, ${run.endedAt} - ${run.startedAt})), 0)`,
      }).from(run).where(and(gte(run.endedAt, since), lt(run.endedAt, until)))
        .groupBy(run.setId, run.kind, run.state);
    },
    /** Problems of a run in the order they came, those behind position `after`. */
    async problems(
      database: Database,
      runId: number,
      limit: number,
      after = -1,
    ): Promise<(ProblemRow & { readonly position: number })[]> {
      return await database.select({
        ...{ position: runProblem.position, code: runProblem.code, path: runProblem.path },
        message: runProblem.message,
      }).from(runProblem).where(and(eq(runProblem.runId, runId), gt(runProblem.position, after)))
        .orderBy(asc(runProblem.position)).limit(limit);
    },
  },
  writes: {
    /** All of them or none; gives their IDs in the same order. */
    async insert(database: Database, drafts: readonly RunDraft[]): Promise<number[]> {
      const ids: number[] = [];
      for (const draft of drafts) {
        ids.push((await database.insert(run).values(draft).returning({ id: run.id }))[0]!.id);
      }
      return ids;
    },
    /** Changes a run and adds problems behind those it has, from position `first` on. */
    async change(
      database: Database,
      id: number,
      change: RunChange,
      problems: readonly ProblemRow[] = [],
      first = 0,
    ): Promise<void> {
      if (Object.keys(change).length > 0) await database.update(run).set(change).where(eq(run.id, id));
      if (problems.length === 0) return;
      const rows = JSON.stringify(
        problems.map(({ code, path, message }) => [code, path ? path.toHex() : null, message]),
      );
      await database.run(sql`
        INSERT INTO run_problem (run_id, position, code, path, message)
        SELECT ${id}, ${first} + key, value ->> 0, unhex(value ->> 1), value ->> 2 FROM json_each(${rows})`);
    },
    /** A run begins anew: what it met before is forgotten. */
    async begin(database: Database, id: number, change: RunChange): Promise<void> {
      await database.delete(runProblem).where(eq(runProblem.runId, id));
      await database.update(run).set(change).where(eq(run.id, id));
    },
  },
} as const satisfies Queries;

function conditionsOf({ set, destination, kinds, states, since, until }: RunRowFilter): SQL[] {
  const conditions: SQL[] = [];
  if (set !== undefined) conditions.push(eq(run.setId, set));
  if (destination !== undefined) conditions.push(eq(run.destinationId, destination));
  if (kinds !== undefined) conditions.push(inArray(run.kind, [...kinds]));
  if (states !== undefined) conditions.push(inArray(run.state, [...states]));
  if (since !== undefined) conditions.push(gte(run.queuedAt, since));
  if (until !== undefined) conditions.push(lt(run.queuedAt, until));
  return conditions;
}
