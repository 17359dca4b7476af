// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { randomBelow, systemRandom } from "../../../mod/base/random.ts";

Deno.test("systemRandom gives as many bytes as asked, beyond what Web Crypto gives at once", () => {
  const bytes = systemRandom.bytes(200_001);
  assert.equal(bytes.length, 200_001);
  // The chance that any 64 bytes are all zero is nil: every part has been filled.
  for (let at = 0; at + 64 <= bytes.length; at += 64) {
    assert.ok(bytes.subarray(at, at + 64).some((byte) => byte !== 0));
  }
});

Deno.test("randomBelow stays below and draws again where the remainder would favour small numbers", () => {
  for (let i = 0; i < 200; i++) assert.ok(randomBelow(systemRandom, 7) < 7);
  const draws = [0xffffffff, 5];
  const scripted = {
    bytes: () => new Uint8Array(Uint32Array.of(draws.shift()!).buffer) as Uint8Array<ArrayBuffer>,
  };
  assert.equal(randomBelow(scripted, 7), 5);
  assert.deepEqual(draws, []);
});
