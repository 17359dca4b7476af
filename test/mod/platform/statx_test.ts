// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { StatxRecord } from "../../../mod/platform/_statx.ts";

/** What is read from a `struct statx`: from nlink to the device's minor number. */
const FROM = 16, TO = 144;
const RECORD = fc.uint8Array({ minLength: 256, maxLength: 256 });

Deno.test("StatxRecord gives the same stat for the same record, and forgets nothing when one byte differs", () => {
  fc.assert(fc.property(RECORD, fc.nat(255), fc.integer({ min: 1, max: 255 }), (bytes, at, flip) => {
    const record = new StatxRecord(), fresh = new StatxRecord();
    record.bytes.set(bytes);
    const stat = record.decode();
    assert.equal(record.decode(), stat);
    record.bytes[at]! ^= flip;
    fresh.bytes.set(record.bytes);
    const changed = record.decode();
    assert.deepEqual(changed, fresh.decode());
    if (at < FROM || at >= TO) assert.equal(changed, stat);
  }));
});

Deno.test("StatxRecord goes back to what it was before", () => {
  const record = new StatxRecord();
  const first = record.decode();
  record.bytes[40] = 1;
  assert.equal(record.decode().size, 1);
  record.bytes[40] = 0;
  assert.deepEqual(record.decode(), first);
});
