// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isId } from "../../../mod/base/ids.ts";

Deno.test("isId takes 64 lower-case hexadecimal digits and nothing else", () => {
  assert.equal(isId("0123456789abcdef".repeat(4)), true);
  for (
    const odd of ["", "a".repeat(63), "a".repeat(65), "A".repeat(64), "g".repeat(64), `${"a".repeat(64)}\n`]
  ) {
    assert.equal(isId(odd), false, JSON.stringify(odd));
  }
});
