// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { accountQueries } from "../../../mod/catalog/accounts.ts";
import { auditQueries } from "../../../mod/catalog/audit_entries.ts";
import { inviteQueries } from "../../../mod/catalog/invites.ts";
import { sessionQueries } from "../../../mod/catalog/sessions.ts";
import { tokenQueries } from "../../../mod/catalog/tokens.ts";
import { userQueries } from "../../../mod/catalog/users.ts";
import type { Database } from "../../../mod/catalog/database.ts";
import { assertByIndex, plansOf } from "./query_plans.ts";

const place = { createdAt: 5, id: "a" };

const PAGES: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  "users, first page": (database) => userQueries.reads.page(database, 50),
  "users, next page": (database) => userQueries.reads.page(database, 50, "m"),
  "user by name": (database) => userQueries.reads.byName(database, "ann"),
  "session by cookie": (database) => sessionQueries.reads.byCookie(database, "x"),
  "tokens of all": (database) => tokenQueries.reads.page(database, 50, undefined, place),
  "tokens of one": (database) => tokenQueries.reads.page(database, 50, "u", place),
  "token by hash": (database) => tokenQueries.reads.byHash(database, "x"),
  "accounts, first page": (database) => accountQueries.reads.page(database, 50, {}),
  "accounts, next page": (database) => accountQueries.reads.page(database, 50, {}, "m"),
  "accounts of a state": (database) => accountQueries.reads.page(database, 50, { state: "pending" }, "m"),
  "accounts by text": (database) => accountQueries.reads.page(database, 50, { text: "x" }, "m"),
  "invites": (database) => inviteQueries.reads.page(database, 50, place),
  "invite by code": (database) => inviteQueries.reads.byCode(database, "x"),
  "audit of an actor": (database) => auditQueries.reads.page(database, { actor: "a" }, 50, 9),
  "audit of an action": (database) => auditQueries.reads.page(database, { action: "a" }, 50, 9),
};

for (const [name, act] of Object.entries(PAGES)) {
  Deno.test(`query plans: ${name} goes by an index`, () => assertByIndex(act));
}

Deno.test("query plans: the check itself sees what sorts and what reads all", async () => {
  const sorted = (database: Database) => auditQueries.reads.page(database, {}, 50);
  assert.deepEqual(await plansOf(sorted), ["SCAN audit_entry"]); // by the row's number, which is the order
  await assert.rejects(assertByIndex(sorted), assert.AssertionError);
});
