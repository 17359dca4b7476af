// Copyright the SpareGrid authors. Apache-2.0.
import { createClient } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import { type Database, migrate } from "../../../mod/catalog/database.ts";

/**
 * How SQLite would carry out the statements of a query, one line a step, such as `SEARCH run USING INDEX run_set (set_id=?)`.
 * The tables are empty and without statistics, as SQLite plans them at a user's, too.
 */
export async function plansOf(query: (database: Database) => Promise<unknown>): Promise<string[]> {
  const client = createClient({ url: "file::memory:", concurrency: 1 });
  try {
    await migrate(client);
    const statements: { sql: string; args: unknown[] }[] = [];
    const logger = { logQuery: (sql: string, args: unknown[]) => void statements.push({ sql, args }) };
    await query(drizzle(client, { logger }) as Database);
    const steps: string[] = [];
    for (const { sql, args } of statements) {
      const plan = await client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: args as [] });
      steps.push(...plan.rows.map((row) => String(row["detail"])));
    }
    return steps;
  } finally {
    client.close();
  }
}

/** Steps that read a table from end to end, or sort. */
export function costly(steps: readonly string[]): string[] {
  return steps.filter((step) => /^SCAN (?!json_each|value)|TEMP B-TREE/.test(step));
}
