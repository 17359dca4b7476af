// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { OWNER } from "../../../mod/account/mod.ts";
import { userOf } from "../../../mod/account/identity.ts";

Deno.test("userOf: shows no secret and no hash; enabled is what is not disabled", () => {
  const row = {
    ...{
      id: "1",
      name: "ann",
      role: "viewer" as const,
      passwordHash: "scrypt$…",
      createdAt: 1,
      passwordChangedAt: 2,
    },
    disabledAt: null,
    ...{ factorSecret: Uint8Array.of(1), factorSince: 7, factorStep: 9, recoveryHashes: '["a","b"]' },
  };
  const shown = {
    ...{ id: "1", name: "ann", role: "viewer", enabled: true, createdAt: 1, passwordChangedAt: 2 },
    ...{ secondFactorSince: 7, recoveryCodesLeft: 2 },
  };
  assert.deepEqual(userOf(row), shown);
  assert.deepEqual(userOf({ ...row, disabledAt: 5 }), { ...shown, enabled: false });
});

Deno.test("OWNER: is an administrator whose ID no user of the catalog can have", () => {
  assert.equal(OWNER.role, "administrator");
  assert.doesNotMatch(OWNER.id, /^[0-9a-f]{32}$/);
});
