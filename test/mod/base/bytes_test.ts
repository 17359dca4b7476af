// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compareBytes,
  concatBytes,
  equalBytes,
  freeBytes,
  fromBase64,
  fromHex,
  toBase64,
  toHex,
  utf8,
  utf8Text,
  utf8TextStrict,
} from "../../../mod/base/bytes.ts";

const bytes = fc.uint8Array({ maxLength: 20 });

Deno.test("utf8 and utf8Text keep every well-formed text, byte order marks included", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    assert.equal(utf8Text(utf8(text)), text);
    assert.equal(utf8TextStrict(utf8(text)), text);
  }));
  assert.equal(utf8Text(utf8("\ufeffx")), "\ufeffx");
});

Deno.test("utf8Text replaces what utf8TextStrict refuses", () => {
  for (const bad of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
    assert.equal(utf8TextStrict(Uint8Array.from(bad)), undefined);
    assert.match(utf8Text(Uint8Array.from(bad)), /\ufffd/);
  }
});

Deno.test("concatBytes joins in order", () => {
  fc.assert(fc.property(fc.array(bytes), (parts) => {
    assert.deepEqual([...concatBytes(parts)], parts.flatMap((part) => [...part]));
  }));
});

Deno.test("compareBytes orders by unsigned bytes, a prefix first", () => {
  assert.ok(compareBytes(Uint8Array.of(0x7f), Uint8Array.of(0x80)) < 0);
  assert.ok(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0)) < 0);
  fc.assert(fc.property(bytes, bytes, (a, b) => {
    assert.equal(
      Math.sign(compareBytes(a, b)),
      Math.sign(toHex(a) < toHex(b) ? -1 : toHex(a) > toHex(b) ? 1 : 0),
    );
    assert.equal(compareBytes(a, b) === 0, equalBytes(a, b));
  }));
});

Deno.test("toHex, fromHex, toBase64 and fromBase64 go there and back, and refuse what is neither", () => {
  fc.assert(fc.property(bytes, (given) => {
    assert.deepEqual([...fromHex(toHex(given))], [...given]);
    assert.deepEqual([...fromBase64(toBase64(given))], [...given]);
  }));
  assert.equal(toHex(Uint8Array.of(0, 0xab)), "00ab");
  assert.equal(toBase64(Uint8Array.of(255)), "/w==");
  assert.throws(() => fromHex("0"), SyntaxError);
  assert.throws(() => fromBase64("*"), SyntaxError);
});

Deno.test("freeBytes takes the whole buffer away, from other views too", () => {
  const whole = new Uint8Array(100);
  const part = whole.subarray(10, 20);
  freeBytes(part);
  assert.deepEqual([whole.length, part.length, whole.buffer.byteLength], [0, 0, 0]);
});
