// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8, utf8TextStrict } from "../../../mod/base/mod.ts";
import { INVALID_RUNE, runeAt, runeWidth } from "../../../mod/format/go_utf8.ts";

function runesOf(bytes: Uint8Array): number[] {
  const runes: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const code = runeAt(bytes, at);
    runes.push(code);
    at += runeWidth(code);
  }
  return runes;
}

Deno.test("runeAt walks valid text code point by code point", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.deepEqual(runesOf(utf8(text)), Array.from(text, (c) => c.codePointAt(0)));
  }));
});

Deno.test("runeAt finds a fault exactly where the strict decoder does", () => {
  const byte = fc.oneof(
    fc.nat({ max: 255 }),
    fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0x80, 0x90, 0xa0, 0xbf, 0xc1),
  );
  fc.assert(fc.property(fc.array(byte, { maxLength: 8 }), (list) => {
    const bytes = Uint8Array.from(list);
    assert.equal(runesOf(bytes).includes(INVALID_RUNE), utf8TextStrict(bytes) === undefined);
  }));
});

Deno.test("runeAt takes invalid bytes one at a time, as Go does", () => {
  const invalid = {
    "e282": 2,
    "f09f98": 3,
    "eda080": 3,
    "c080": 2,
    "f4908080": 4,
    "ff": 1,
    "80": 1,
    "e08080": 3,
  };
  for (const [hex, faults] of Object.entries(invalid)) {
    assert.deepEqual(runesOf(Uint8Array.fromHex(hex)), Array(faults).fill(INVALID_RUNE), hex);
  }
});
