// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import {
  decodeHeader,
  encodeHeader,
  HEADER_ENTRY_BYTES_MAX,
  headerBytes,
  plainLength,
} from "../../../mod/format/mod.ts";
import { answersOrRefuses, BLOBS, hostileBytes } from "./_arbitraries.ts";

const ID = "cd".repeat(32);
const PLAIN_DATA = fromHex("00" + "64000000" + ID);
const PACKED_TREE = fromHex("03" + "2a000000" + "00010000" + ID);
const refused = (error: unknown) => isSgError(error, "SG1005");

Deno.test("encodeHeader writes the four kinds of entries", () => {
  const blob = { id: ID as Parameters<typeof encodeHeader>[0][0]["id"], offset: 0, length: 42 };
  const bytes = encodeHeader([
    { ...blob, type: "data", uncompressedLength: 0 },
    { ...blob, type: "tree", uncompressedLength: 0 },
    { ...blob, type: "data", uncompressedLength: 256 },
    { ...blob, type: "tree", uncompressedLength: 256 },
  ]);
  const length = "2a000000";
  assert.equal(
    bytes.toHex(),
    `00${length}${ID}01${length}${ID}02${length}00010000${ID}03${length}00010000${ID}`,
  );
});

Deno.test("decodeHeader gives back what encodeHeader wrote, offsets counted from the lengths", () => {
  fc.assert(fc.property(BLOBS, (blobs) => {
    const bytes = encodeHeader(blobs);
    assert.equal(bytes.length, headerBytes(blobs));
    assert.deepEqual(decodeHeader(bytes), blobs);
    // Bytes that lie inside a larger buffer are read from where they lie.
    assert.deepEqual(decodeHeader(concatBytes([Uint8Array.of(9), bytes]).subarray(1)), blobs);
  }));
});

Deno.test("headerBytes is at most the largest entry for each blob", () => {
  fc.assert(fc.property(BLOBS, (blobs) => {
    assert.ok(headerBytes(blobs) <= blobs.length * HEADER_ENTRY_BYTES_MAX);
  }));
});

Deno.test("decodeHeader refuses what cannot be a header", () => {
  const wrong = {
    "unknown type": PLAIN_DATA.with(0, 4),
    "type 255": PLAIN_DATA.with(0, 255),
    "shorter than a seal": PLAIN_DATA.with(1, 31),
    "compressed and empty": PACKED_TREE.with(6, 0),
    "longer than any pack": concatBytes([0, 1].map(() => fromHex(`00ffffffff${ID}`))),
  };
  for (const [why, bytes] of Object.entries(wrong)) assert.throws(() => decodeHeader(bytes), refused, why);
  const whole = concatBytes([PLAIN_DATA, PACKED_TREE]);
  for (let end = 1; end < whole.length; end++) {
    if (end !== PLAIN_DATA.length) {
      assert.throws(() => decodeHeader(whole.subarray(0, end)), refused, `cut at ${end}`);
    }
  }
  assert.equal(decodeHeader(whole).length, 2);
  assert.deepEqual(decodeHeader(new Uint8Array(0)), []);
});

Deno.test("decodeHeader answers or refuses any bytes", () => {
  fc.assert(fc.property(hostileBytes(concatBytes([PLAIN_DATA, PACKED_TREE])), (bytes) => {
    answersOrRefuses(() => decodeHeader(bytes));
  }));
});

Deno.test("plainLength is the noted one of a compressed blob, and without the seal of another", () => {
  assert.equal(plainLength(132, 5000), 5000);
  assert.equal(plainLength(132, 0), 100);
  assert.equal(plainLength(7, 0), 0);
});
