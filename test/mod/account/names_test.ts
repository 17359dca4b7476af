// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { accountId, isAccountId, printableName } from "../../../mod/account/mod.ts";
import { wholeNumber } from "../../../mod/account/names.ts";
import { isSgError } from "../../../mod/errors/mod.ts";

const refused = (error: unknown) => isSgError(error, "SG1040") && error.context["field"] === "thing";

Deno.test("printableName: composes, counts characters and not code units, refuses what cannot be seen", () => {
  assert.equal(printableName("thing", "Zoe\u0308", 3), "Zo\u00eb");
  assert.equal(printableName("thing", "😀😀", 2), "😀😀");
  const bad = [
    "",
    "abc",
    " a",
    "a\u00a0",
    "\u0007",
    "\u200d",
    "\u202e",
    "\ufeff",
    "\ud83d",
    "\u2029",
    "\ue000",
    "x".repeat(1e6),
  ];
  for (const text of bad) {
    assert.throws(() => printableName("thing", text, 2), refused, JSON.stringify(text.slice(0, 9)));
  }
});

Deno.test("accountId: letters, digits, dots, dashes and underscores, 1 to 64, no leading dot", () => {
  for (const id of ["a", "0", "-", "_", "a.b-c_d", "x".repeat(64), "a.."]) {
    assert.ok(isAccountId(id) && accountId(id) === id);
  }
  for (
    const id of ["", ".", "..", ".a", "A", "a/b", "a\\b", "a%2e", "ä", "a b", "a\n", "\na", "x".repeat(65)]
  ) {
    assert.ok(!isAccountId(id), id);
    assert.throws(() => accountId(id), (error) => isSgError(error, "SG1040"));
  }
});

Deno.test("wholeNumber: within bounds, whole", () => {
  assert.equal(wholeNumber("thing", 3, 1, 3), 3);
  for (const value of [0, 4, 1.5, NaN, Infinity, "2" as unknown as number]) {
    assert.throws(() => wholeNumber("thing", value, 1, 3), refused);
  }
});
