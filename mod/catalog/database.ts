// Copyright the SpareGrid authors. Apache-2.0.
import { type Client, createClient, type ResultSet } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import type { BaseSQLiteDatabase } from "drizzle-orm/sqlite-core";
import { SgError } from "../errors/mod.ts";
import { MIGRATIONS } from "./migrations.ts";

/** What a query of the catalog asks: the database, or a transaction of it. */
export type Database = BaseSQLiteDatabase<"async", ResultSet, Record<string, never>>;

/** An open database file, in the thread that waits for it: libSQL blocks while it works. */
export interface OpenDatabase {
  readonly database: Database;
  readonly client: Client;
}

/** How long a connection waits for another process, ms. */
const BUSY_MS = 5_000;

/** Opens the file for reading and, by one connection at a time, for writing. Foreign keys hold, writes are durable. */
export function openDatabase(path: string): OpenDatabase {
  const url = `file:${path.split("/").map(encodeURIComponent).join("/")}`;
  const client = createClient({ url, timeout: BUSY_MS, concurrency: 1 });
  return { client, database: drizzle(client) as Database };
}

/** Puts what the journal holds into the file itself, and closes it. */
export async function closeDatabase(client: Client): Promise<void> {
  try {
    await client.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    client.close();
  }
}

/** What SQLite finds wrong with the file; empty when it is whole. */
export async function findDamage(client: Client): Promise<string[]> {
  try {
    const { rows } = await client.execute("PRAGMA quick_check(5)");
    return rows.map((row) => String(row[0])).filter((line) => line !== "ok");
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/**
 * Brings the tables to this program's version, each step in a transaction of its own: killed at any moment, the file is
 * at one version or the next. SG1034 for a file of a newer program.
 */
export async function migrate(client: Client): Promise<void> {
  await client.execute("PRAGMA journal_mode = WAL");
  await client.execute(
    "CREATE TABLE IF NOT EXISTS migration (number integer PRIMARY KEY NOT NULL, name text NOT NULL)",
  );
  const { rows } = await client.execute("SELECT coalesce(max(number), 0) FROM migration");
  const done = Number(rows[0]![0]);
  if (done > MIGRATIONS.length) {
    throw new SgError("SG1034", `Cannot use the catalog: it is of version ${done}`, {
      remedy: "Use the newer SpareGrid that wrote it.",
      context: { version: done, known: MIGRATIONS.length },
    });
  }
  for (const [index, { name, statements }] of [...MIGRATIONS.entries()].slice(done)) {
    await client.batch([
      ...statements,
      { sql: "INSERT INTO migration (number, name) VALUES (?, ?)", args: [index + 1, name] },
    ], "write");
  }
}
