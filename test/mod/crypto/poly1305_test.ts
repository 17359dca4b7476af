// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex, utf8 } from "../../../mod/base/mod.ts";
import { loadNativeCipher } from "../../../mod/platform/mod.ts";
import { poly1305 } from "../../../mod/crypto/poly1305.ts";

const hex = (text: string) => fromHex(text.replaceAll(" ", ""));
const native = loadNativeCipher()?.poly1305;

type Tag = (r: Uint8Array, s: Uint8Array, message: Uint8Array) => Uint8Array;

const ways: [string, Tag][] = [["the kernel", (r, s, message) => {
  const tag = new Uint8Array(16);
  poly1305(r, s, message, tag);
  return tag;
}]];
if (native) {
  ways.push(["libcrypto", (r, s, message) => {
    const tag = new Uint8Array(16);
    native(r).tag(s, message, tag);
    return tag;
  }]);
}

/** The definition, in big integers. */
function model(r: Uint8Array, s: Uint8Array, message: Uint8Array): Uint8Array {
  const number = (bytes: Uint8Array) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const p = (1n << 130n) - 5n;
  const clamped = number(r) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let h = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = message.subarray(at, at + 16);
    h = (h + number(block) + (1n << BigInt(8 * block.length))) * clamped % p;
  }
  let sum = h + number(s);
  const tag = new Uint8Array(16);
  for (let i = 0; i < 16; i++, sum >>= 8n) tag[i] = Number(sum & 255n);
  return tag;
}

/** RFC 8439, sections 2.5.2 and A.3 (7 to 11), and the first three of appendix B of Bernstein's paper. */
const vectors: [r: string, s: string, message: Uint8Array, tag: string][] = [
  [
    "85d6be7857556d337f4452fe42d506a8",
    "0103808afb0db2fd4abff6af4149f51b",
    utf8("Cryptographic Forum Research Group"),
    "a8061dc1305136c6c22b8baf0c0127a9",
  ],
  ["02" + "00".repeat(15), "00".repeat(16), hex("ff".repeat(16)), "03" + "00".repeat(15)],
  ["02" + "00".repeat(15), "ff".repeat(16), hex("02" + "00".repeat(15)), "03" + "00".repeat(15)],
  [
    "01" + "00".repeat(15),
    "00".repeat(16),
    hex("ff".repeat(16) + "f0" + "ff".repeat(15) + "11" + "00".repeat(15)),
    "05" + "00".repeat(15),
  ],
  [
    "01" + "00".repeat(15),
    "00".repeat(16),
    hex("ff".repeat(16) + "fb" + "fe".repeat(15) + "01".repeat(16)),
    "00".repeat(16),
  ],
  ["02" + "00".repeat(15), "00".repeat(16), hex("fd" + "ff".repeat(15)), "fa" + "ff".repeat(15)],
  [
    "851fc40c3467ac0be05cc20404f3f700",
    "580b3b0f9447bb1e69d095b5928b6dbc",
    hex("f3f6"),
    "f4c633c3044fc145f84f335cb81953de",
  ],
  [
    "a0f3080000f46400d0c7e9076c834403",
    "dd3fab2251f11ac759f0887129cc2ee7",
    hex(""),
    "dd3fab2251f11ac759f0887129cc2ee7",
  ],
  [
    "48443d0bb0d21109c89a100b5ce2c208",
    "83149c69b561dd88298a1798b10716ef",
    hex("663cea190ffb83d89593f3f476b6bc24d7e679107ea26adb8caf6652d0656136"),
    "0ee1c16bb73f0f4fd19881753c01cdbe",
  ],
];

const block = fc.oneof(
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  fc.constantFrom(new Uint8Array(16), new Uint8Array(16).fill(255), hex("fbffffff" + "ff".repeat(12))),
);
const message = fc.oneof(
  fc.uint8Array({ maxLength: 70 }),
  fc.tuple(fc.nat({ max: 70 }), fc.constantFrom(0, 1, 254, 255)).map(([n, b]) => new Uint8Array(n).fill(b)),
  fc.uint8Array({ minLength: 1000, maxLength: 1100 }),
);

for (const [name, tag] of ways) {
  Deno.test(`poly1305 of ${name} gives the published tags`, () => {
    for (const [r, s, text, wanted] of vectors) assert.deepEqual(tag(hex(r), hex(s), text), hex(wanted));
  });

  Deno.test(`poly1305 of ${name} agrees with its definition`, () => {
    fc.assert(
      fc.property(
        block,
        block,
        message,
        (r, s, text) => assert.deepEqual(tag(r, s, text), model(r, s, text)),
      ),
      { numRuns: 500 },
    );
  });

  Deno.test(`poly1305 of ${name} agrees with its definition for messages longer than its stage`, () => {
    for (const length of [131_071, 131_072, 131_073, 131_088, 262_150]) {
      const text = new Uint8Array(length).map((_, i) => i * 7 >> 3);
      const r = new Uint8Array(16).fill(255);
      const s = new Uint8Array(16).fill(200);
      assert.deepEqual(tag(r, s, text), model(r, s, text));
    }
  });
}
