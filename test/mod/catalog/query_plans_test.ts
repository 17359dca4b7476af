// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { auditQueries } from "../../../mod/catalog/audit_entries.ts";
import type { Database } from "../../../mod/catalog/database.ts";
import { assertByIndex, plansOf } from "./query_plans.ts";

Deno.test("audit queries: pages of an actor and of an action go by an index", async () => {
  await assertByIndex((database) => auditQueries.reads.page(database, { actor: "a" }, 50, 9));
  await assertByIndex((database) => auditQueries.reads.page(database, { action: "a" }, 50, 9));
});

Deno.test("query plans: the check itself sees what sorts and what reads all", async () => {
  const all = (database: Database) => auditQueries.reads.page(database, {}, 50);
  assert.deepEqual(await plansOf(all), ["SCAN audit_entry"]); // by the row's number, which is the order
  await assert.rejects(assertByIndex(all), assert.AssertionError);
});
