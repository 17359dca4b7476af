// Copyright the SpareGrid authors. Apache-2.0.
import { accountQueries } from "../../../mod/catalog/accounts.ts";
import type { Database } from "../../../mod/catalog/database.ts";
import { assertByIndex } from "./query_plans.ts";

const PAGES: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  "accounts, first page": (database) => accountQueries.reads.page(database, 50, {}),
  "accounts, next page": (database) => accountQueries.reads.page(database, 50, {}, "m"),
  "accounts of a state": (database) => accountQueries.reads.page(database, 50, { state: "pending" }, "m"),
  "accounts by text": (database) => accountQueries.reads.page(database, 50, { text: "x" }, "m"),
};

for (const [name, act] of Object.entries(PAGES)) {
  Deno.test(`accounts queries: ${name} goes by an index`, () => assertByIndex(act));
}
