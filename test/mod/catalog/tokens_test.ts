// Copyright the SpareGrid authors. Apache-2.0.
import { tokenQueries } from "../../../mod/catalog/tokens.ts";
import type { Database } from "../../../mod/catalog/database.ts";
import { assertByIndex } from "./query_plans.ts";

const place = { createdAt: 5, id: "a" };

const PAGES: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  "tokens of all": (database) => tokenQueries.reads.page(database, 50, undefined, place),
  "tokens of one": (database) => tokenQueries.reads.page(database, 50, "u", place),
  "token by hash": (database) => tokenQueries.reads.byHash(database, "x"),
};

for (const [name, act] of Object.entries(PAGES)) {
  Deno.test(`tokens queries: ${name} goes by an index`, () => assertByIndex(act));
}
