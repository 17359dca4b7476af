// Copyright the SpareGrid authors. Apache-2.0.
import first from "./migrations/0001_first.sql" with { type: "text" };
import account from "./migrations/0002_account.sql" with { type: "text" };
import client from "./migrations/0003_client.sql" with { type: "text" };
import server from "./migrations/0004_server.sql" with { type: "text" };
import search from "./migrations/0005_search.sql" with { type: "text" };
import secondFactor from "./migrations/0006_second_factor.sql" with { type: "text" };

/** One step of the tables' history. A step that was released is never changed. */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

/** All steps, in order; the number of a step is its place, counted from 1. */
export const MIGRATIONS: readonly Migration[] = [
  { name: "first", statements: statementsOf(first) },
  { name: "account", statements: statementsOf(account) },
  { name: "client", statements: statementsOf(client) },
  { name: "server", statements: statementsOf(server) },
  { name: "search", statements: statementsOf(search) },
  { name: "second factor", statements: statementsOf(secondFactor) },
];

function statementsOf(sql: string): string[] {
  return sql.split("--> statement-breakpoint").map((statement) => statement.trim());
}
