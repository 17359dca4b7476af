// Copyright the SpareGrid authors. Apache-2.0.
import type { Database } from "./database.ts";

/**
 * One question or order to the catalog. It runs in the catalog's thread: its arguments and its answer travel there and
 * back as copies, so they are plain data.
 */
// deno-lint-ignore no-explicit-any -- each query has arguments of its own; `Asked` gives them back exactly.
export type Query = (database: Database, ...args: any[]) => Promise<unknown>;

/**
 * The queries of one subject. `reads` see the last committed state. Each of `writes` is one transaction: all of it is
 * durable when it is answered, or none of it happened.
 */
export interface Queries {
  readonly reads: Readonly<Record<string, Query>>;
  readonly writes: Readonly<Record<string, Query>>;
}

/** A query as the other threads see it: without the database. */
export type Asked<Q> = Q extends (database: Database, ...args: infer A) => Promise<infer R>
  ? (...args: A) => Promise<R>
  : never;

/** A place in a list that is sorted by the time of making: what the page before ended with. */
export interface CreationPlace {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly id: string;
}
