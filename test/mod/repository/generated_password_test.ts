// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom } from "../../../mod/base/mod.ts";
import { generatedPassword } from "../../../mod/repository/mod.ts";

Deno.test("generatedPassword has six groups of letters that nobody takes for one another", () => {
  const passwords = new Set(Array.from({ length: 50 }, () => generatedPassword(systemRandom)));
  assert.equal(passwords.size, 50);
  for (const password of passwords) assert.match(password, /^(?:[a-hjkmnp-z2-9]{5}-){5}[a-hjkmnp-z2-9]{5}$/);
});
