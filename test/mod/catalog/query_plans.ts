// Copyright the SpareGrid authors. Apache-2.0.
// How SQLite answers a query: for tests that a page is found by an index and not by reading and sorting all.
import assert from "node:assert/strict";
import { createClient } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import { type Database, migrate } from "../../../mod/catalog/database.ts";

/** The plans of all that `act` asks of an empty catalog: a line for each step, as `EXPLAIN QUERY PLAN` says it. */
export async function plansOf(act: (database: Database) => Promise<unknown>): Promise<string[]> {
  const client = createClient({ url: "file::memory:", concurrency: 1 });
  try {
    await migrate(client);
    const asked: { sql: string; args: unknown[] }[] = [];
    const logger = { logQuery: (sql: string, args: unknown[]) => void asked.push({ sql, args }) };
    await act(drizzle(client, { logger }) as Database);
    const plans: string[] = [];
    for (const { sql, args } of asked) {
      const { rows } = await client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: args as string[] });
      plans.push(...rows.map((row) => String(row["detail"])));
    }
    return plans;
  } finally {
    client.close();
  }
}

/** Asserts that all of `act` goes by indexes: nothing is sorted, no table read from end to end but by an index. */
export async function assertByIndex(act: (database: Database) => Promise<unknown>): Promise<void> {
  const plans = await plansOf(act);
  assert.ok(plans.length > 0, "nothing was asked");
  for (const plan of plans) {
    assert.doesNotMatch(plan, /TEMP B-TREE|^SCAN (?!.*USING (?:COVERING )?INDEX)/, plans.join("\n"));
  }
}
