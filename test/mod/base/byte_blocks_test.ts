// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteBlocks, concatBytes } from "../../../mod/base/mod.ts";

Deno.test("ByteBlocks gives what was appended and written, however it was cut, and begins anew", () => {
  const parts = fc.array(
    fc.record({ bytes: fc.uint8Array({ maxLength: 9 }), times: fc.integer({ min: 1, max: 150_000 }) }),
    { maxLength: 6 },
  );
  const blocks = new ByteBlocks();
  fc.assert(
    fc.property(parts, fc.boolean(), (list, written) => {
      const whole = list.map(({ bytes, times }) => concatBytes(new Array(times).fill(bytes)));
      for (const part of whole) {
        if (written && part.length <= 1 << 20) {
          blocks.room(part.length).set(part);
          blocks.fill(part.length);
        } else blocks.append(part);
      }
      const joined = concatBytes(whole);
      assert.equal(blocks.length, joined.length);
      const given = blocks.join();
      // Compared by hand: the assertion takes seconds for megabytes.
      assert.ok(given.length === joined.length && given.every((byte, i) => byte === joined[i]));
      assert.equal(given.buffer.byteLength, given.length);
      assert.equal(blocks.length, 0);
    }),
    { numRuns: 40 },
  );
});

Deno.test("ByteBlocks has no room for more than a block, but what is appended may be longer", () => {
  const blocks = new ByteBlocks();
  assert.throws(() => blocks.room((1 << 20) + 1), RangeError);
  const long = new Uint8Array((3 << 20) + 5).fill(7);
  blocks.append(long);
  assert.equal(blocks.length, long.length);
  assert.ok(blocks.join().every((byte) => byte === 7));
});
