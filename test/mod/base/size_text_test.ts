// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { parseSize } from "../../../mod/base/mod.ts";

Deno.test("parseSize reads restic's sizes, and larger ones", () => {
  assert.equal(parseSize("500"), 500);
  assert.equal(parseSize("1.5k"), 1536);
  assert.equal(parseSize("2G"), 2 * 1024 ** 3);
  assert.equal(parseSize("2GiB"), 2 * 1024 ** 3);
  assert.equal(parseSize("2 gb"), 2 * 1024 ** 3);
  assert.equal(parseSize("7P"), 7 * 1024 ** 5);
  assert.equal(parseSize(String(Number.MAX_SAFE_INTEGER)), Number.MAX_SAFE_INTEGER);
});

Deno.test("parseSize takes nothing else", () => {
  for (const text of ["", "-1", "1e3", "k", "1.", "1 k b", "9P", "10000000000000000", "0x10"]) {
    assert.equal(parseSize(text), undefined, text);
  }
});
