// Copyright the SpareGrid authors. Apache-2.0.
import { userQueries } from "../../../mod/catalog/users.ts";
import type { Database } from "../../../mod/catalog/database.ts";
import { assertByIndex } from "./query_plans.ts";

const PAGES: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  "users, first page": (database) => userQueries.reads.page(database, 50),
  "users, next page": (database) => userQueries.reads.page(database, 50, "m"),
  "user by name": (database) => userQueries.reads.byName(database, "ann"),
};

for (const [name, act] of Object.entries(PAGES)) {
  Deno.test(`users queries: ${name} goes by an index`, () => assertByIndex(act));
}
