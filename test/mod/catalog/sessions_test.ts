// Copyright the SpareGrid authors. Apache-2.0.
import { sessionQueries } from "../../../mod/catalog/sessions.ts";
import type { Database } from "../../../mod/catalog/database.ts";
import { assertByIndex } from "./query_plans.ts";

const PAGES: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  "session by cookie": (database) => sessionQueries.reads.byCookie(database, "x"),
};

for (const [name, act] of Object.entries(PAGES)) {
  Deno.test(`sessions queries: ${name} goes by an index`, () => assertByIndex(act));
}
