// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { fromHex, utf8 } from "../../../mod/base/mod.ts";
import { BackgroundSha256, constantTimeEqual, Sha256, sha256, sha256Hex } from "../../../mod/crypto/mod.ts";

/** FIPS 180-4's examples. */
const vectors: [string, string][] = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
];

Deno.test("sha256, sha256Hex and Sha256 give the published hashes", () => {
  for (const [text, hash] of vectors) {
    assert.equal(sha256Hex(utf8(text)), hash);
    assert.deepEqual(sha256(utf8(text)), fromHex(hash));
    const half = text.length >> 1;
    const pieces = new Sha256().update(utf8(text.slice(0, half))).update(utf8(text.slice(half)));
    assert.deepEqual(pieces.digest(), fromHex(hash));
  }
});

Deno.test("sha256 gives an array with a buffer of its own, which can be transferred", () => {
  assert.equal(sha256(utf8("abc")).buffer.byteLength, 32);
  assert.equal(new Sha256().digest().buffer.byteLength, 32);
});

Deno.test("constantTimeEqual compares lengths and every byte", () => {
  const a = Uint8Array.of(1, 2, 3);
  assert.ok(constantTimeEqual(a, Uint8Array.of(1, 2, 3)));
  assert.ok(constantTimeEqual(new Uint8Array(0), new Uint8Array(0)));
  assert.ok(!constantTimeEqual(a, Uint8Array.of(1, 2)));
  for (let i = 0; i < 3; i++) assert.ok(!constantTimeEqual(a, a.with(i, 128)));
});

Deno.test("BackgroundSha256: pieces give the hash of the whole, several hashes at a time", async () => {
  const bytes = new Uint8Array(1_000_003).map((_, i) => i * 7 % 256);
  const hashInPieces = async (size: number) => {
    using hash = new BackgroundSha256();
    for (let at = 0; at < bytes.length; at += size) await hash.update(bytes.subarray(at, at + size));
    return hash.digest();
  };
  const hashes = await Promise.all([1_000_003, 65_536, 9_999, 1_000_003].map(hashInPieces));
  assert.deepEqual(hashes, hashes.map(() => sha256(bytes)));
  using none = new BackgroundSha256();
  assert.deepEqual(none.digest(), sha256(new Uint8Array(0)));
});
