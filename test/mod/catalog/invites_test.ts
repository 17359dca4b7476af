// Copyright the SpareGrid authors. Apache-2.0.
import { inviteQueries } from "../../../mod/catalog/invites.ts";
import type { Database } from "../../../mod/catalog/database.ts";
import { assertByIndex } from "./query_plans.ts";

const place = { createdAt: 5, id: "a" };

const PAGES: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  "invites": (database) => inviteQueries.reads.page(database, 50, place),
  "invite by code": (database) => inviteQueries.reads.byCode(database, "x"),
};

for (const [name, act] of Object.entries(PAGES)) {
  Deno.test(`invites queries: ${name} goes by an index`, () => assertByIndex(act));
}
