// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { gearTable } from "../../../mod/chunker/mod.ts";

const secret = new Uint8Array(32).map((_, i) => i);

Deno.test("gearTable stays what it was: chunks of old backups depend on it", () => {
  // Computed with Python's hashlib from the description.
  const table = gearTable(secret);
  assert.equal(table[0], 0x3f919188747693a5n);
  assert.equal(table[1], 0x3dc2b0bfa52fc370n);
  assert.equal(table[255], 0xd8e54b9327b56addn);
});

Deno.test("gearTable has 256 different numbers, others for another secret", () => {
  const table = gearTable(secret);
  const other = gearTable(secret.with(31, 0));
  assert.equal(new Set([...table, ...other]).size, 512);
});

Deno.test("gearTable refuses a secret of another length", () => {
  assert.throws(() => gearTable(new Uint8Array(31)), RangeError);
});
