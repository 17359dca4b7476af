// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { plainLength } from "../../../mod/restorer/mod.ts";

Deno.test("plainLength is the stored one of a compressed blob, and without the seal of another", () => {
  const place = { pack: 0, offset: 0, length: 132 };
  assert.equal(plainLength({ ...place, uncompressedLength: 5000 }), 5000);
  assert.equal(plainLength({ ...place, uncompressedLength: 0 }), 100);
  assert.equal(plainLength({ ...place, length: 7, uncompressedLength: 0 }), 0);
});
