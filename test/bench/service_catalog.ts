// Copyright the SpareGrid authors. Apache-2.0.
// Fills a catalog with made-up runs and accounts, to see how long lists are answered.
import { createClient } from "@libsql/client";

/** Adds rows to the catalog of an installation that is not running. */
export async function fillCatalog(
  data: string,
  { runs, accounts }: { readonly runs: number; readonly accounts: number },
): Promise<void> {
  const client = createClient({ url: `file:${data}/catalog.db` });
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)`;
  await client.execute({
    sql:
      `INSERT INTO run (kind, state, order_json, ordered_by, queued_at, started_at, ended_at, attempt, problems)
      ${numbers} SELECT 'backup', 'done', '{}', 'schedule', 1700000000000 + i * 1000, 1700000000000 + i * 1000,
      1700000000500 + i * 1000, 1, 0 FROM n`,
    args: [runs],
  });
  await client.execute({
    sql:
      `INSERT INTO account (id, state, label, secret, quota_bytes, append_only, retention_lock_days, created_at)
      ${numbers} SELECT 'client-' || i, 'active', 'client ' || i, x'00', 1000000000, 0, 14, 1700000000000 FROM n`,
    args: [accounts],
  });
  client.close();
}
