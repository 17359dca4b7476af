// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv } from "node:crypto";
import fc from "fast-check";
import { fromHex, type Random, SEAL_OVERHEAD, systemRandom } from "../../../mod/base/mod.ts";
import { loadNativeCipher } from "../../../mod/platform/mod.ts";
import { type MasterKey, Sealer } from "../../../mod/crypto/mod.ts";
import { poly1305 } from "../../../mod/crypto/poly1305.ts";

const key: MasterKey = {
  encrypt: new Uint8Array(32).map((_, i) => i * 3),
  macK: new Uint8Array(16).map((_, i) => 255 - i),
  macR: new Uint8Array(16).map((_, i) => i * 17),
};

const runtime = new Sealer(key, systemRandom, null);
const ways: [string, Sealer][] = [["the runtime", runtime]];
if (loadNativeCipher()) ways.push(["libcrypto", new Sealer(key, systemRandom)]);

const damaged = { name: "SgError", code: "SG1005" };

/** Gives the same bytes for ever. */
function constant(bytes: Uint8Array): Random {
  return { bytes: (length) => new Uint8Array(length).map((_, i) => bytes[i % bytes.length]!) };
}

/** The format, by other means. */
function reference(iv: Uint8Array, plain: Uint8Array): Uint8Array {
  const ciphertext = createCipheriv("aes-256-ctr", key.encrypt, iv).update(plain);
  const s = createCipheriv("aes-128-ecb", key.macK, null).update(iv);
  const tag = new Uint8Array(16);
  poly1305(key.macR, s.subarray(0, 16), ciphertext, tag);
  return new Uint8Array([...iv, ...ciphertext, ...tag]);
}

/** The places of the sealed pieces in what `sealAll` wrote. */
function split(pieces: readonly Uint8Array[], bytes: Uint8Array, at: number): Uint8Array[] {
  return pieces.map((piece) => {
    const start = at;
    at += piece.length + SEAL_OVERHEAD;
    return bytes.subarray(start, at);
  });
}

for (const [name, sealer] of ways) {
  Deno.test(`Sealer by ${name} follows the format for every length and counter`, () => {
    const ivs = [
      fromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"),
      new Uint8Array(16).fill(255),
      fromHex("0000000000000000fffffffffffffffe"),
    ];
    for (const iv of ivs) {
      const native = name === "libcrypto" ? undefined : null;
      const fixed = new Sealer(key, constant(iv), native);
      for (const length of [0, 1, 15, 16, 17, 31, 32, 33, 1000, 70_001]) {
        const plain = new Uint8Array(length).map((_, i) => i * 5);
        assert.deepEqual(fixed.seal(plain), reference(iv, plain), `length ${length}`);
        assert.deepEqual(sealer.open(reference(iv, plain)), plain);
      }
    }
  });

  Deno.test(`Sealer.sealInto by ${name} writes only its bytes and refuses too small a room`, () => {
    const into = new Uint8Array(100).fill(9);
    assert.equal(sealer.sealInto(new Uint8Array(20), into, 10), 52);
    assert.ok([...into.subarray(0, 10), ...into.subarray(62)].every((byte) => byte === 9));
    assert.deepEqual(sealer.open(into.subarray(10, 62)), new Uint8Array(20));
    assert.throws(() => sealer.sealInto(new Uint8Array(20), into, 49), RangeError);
    assert.throws(() => sealer.sealInto(new Uint8Array(20), into, -1), RangeError);
  });

  Deno.test(`Sealer.open by ${name} refuses every changed bit`, () => {
    const sealed = sealer.seal(new Uint8Array(21).fill(7));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = sealed.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      assert.throws(() => sealer.open(changed), damaged);
    }
  });

  Deno.test(`Sealer.open by ${name} refuses what is cut short, longer or has a zero IV`, async () => {
    const sealed = sealer.seal(new Uint8Array(21));
    for (let length = 0; length < sealed.length; length++) {
      assert.throws(() => sealer.open(sealed.subarray(0, length)), damaged);
    }
    assert.throws(() => sealer.open(new Uint8Array([...sealed, 0])), damaged);
    // With a right MAC, so that nothing but the IV speaks against it.
    const zero = reference(new Uint8Array(16), new Uint8Array(5));
    assert.throws(() => sealer.open(zero), damaged);
    await assert.rejects(sealer.openAll([sealed, zero]), damaged);
  });

  Deno.test(`Sealer.open by ${name} refuses what another key sealed`, () => {
    const others: MasterKey[] = [
      { ...key, macK: new Uint8Array(16) },
      { ...key, macR: new Uint8Array(16).fill(1) },
    ];
    for (const other of others) {
      const sealed = new Sealer(other, systemRandom, null).seal(new Uint8Array(40));
      assert.throws(() => sealer.open(sealed), damaged);
    }
  });

  Deno.test(`Sealer.sealAll by ${name} seals pieces back to back that open and openAll give back`, async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 70 }),
      fc.nat({ max: 40_000 }).map((n) => new Uint8Array(n).fill(n)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.nat({ max: 40 }), async (pieces, at) => {
        const length = pieces.reduce((sum, each) => sum + each.length + SEAL_OVERHEAD, 0);
        const into = new Uint8Array(at + length + 3).fill(9);
        assert.equal(await sealer.sealAll(pieces, into, at), length);
        assert.ok([...into.subarray(0, at), ...into.subarray(at + length)].every((byte) => byte === 9));
        const sealed = split(pieces, into, at);
        sealed.forEach((each, i) => assert.deepEqual(each, reference(each.subarray(0, 16), pieces[i]!)));
        const opened = await sealer.openAll(sealed);
        opened.forEach((each, i) =>
          assert.ok(each.length === pieces[i]!.length && !each.some((b, j) => b !== pieces[i]![j]))
        );
        assert.equal(opened.length, pieces.length);
      }),
      { numRuns: 60 },
    );
  });

  Deno.test(`Sealer.sealAll by ${name} never uses a counter block twice within a call`, async () => {
    const pieces = [0, 0, 1, 16, 17, 0, 4096, 5, 0].map((length) => new Uint8Array(length));
    const into = new Uint8Array(10_000);
    // A base that an addition without carry would break.
    const risky = new Sealer(
      key,
      constant(fromHex("00000000000000ffffffffffffffffff")),
      name === "libcrypto" ? undefined : null,
    );
    for (const each of [sealer, risky]) {
      await each.sealAll(pieces, into);
      const used = new Set<bigint>();
      split(pieces, into, 0).forEach((sealed, i) => {
        const iv = BigInt(`0x${sealed.slice(0, 16).toHex()}`);
        for (let n = 0n; n < BigInt(Math.max(1, Math.ceil(pieces[i]!.length / 16))); n++) {
          assert.ok(!used.has(iv + n));
          used.add(iv + n);
        }
        assert.deepEqual(sealed, reference(sealed.subarray(0, 16), pieces[i]!));
      });
    }
  });

  Deno.test(`Sealer.sealAll by ${name} refuses too small a room`, async () => {
    await assert.rejects(sealer.sealAll([new Uint8Array(5)], new Uint8Array(36)), RangeError);
    assert.equal(await sealer.sealAll([], new Uint8Array(0)), 0);
  });

  Deno.test(`Sealer.openAll by ${name} opens nothing when one piece is damaged`, async () => {
    const good = sealer.seal(new Uint8Array(20_000));
    const bad = good.slice();
    bad[500]! ^= 1;
    await assert.rejects(sealer.openAll([good, bad]), damaged);
  });
}

Deno.test("Sealer draws a fresh IV for each piece", () => {
  const sealer = new Sealer(key, systemRandom);
  const seen = new Set(
    Array.from({ length: 300 }, () => sealer.seal(new Uint8Array(1)).subarray(0, 16).toHex()),
  );
  assert.equal(seen.size, 300);
});

Deno.test("Sealer does not take an IV of zeros from its source", () => {
  let calls = 0;
  const random: Random = { bytes: (length) => new Uint8Array(length).fill(calls++ === 0 ? 0 : 5) };
  const sealed = new Sealer(key, random).seal(new Uint8Array(3));
  assert.deepEqual(sealed.subarray(0, 16), new Uint8Array(16).fill(5));
});

Deno.test("Sealer refuses a key of wrong length", () => {
  for (const part of ["encrypt", "macK", "macR"] as const) {
    assert.throws(() => new Sealer({ ...key, [part]: new Uint8Array(7) }, systemRandom), RangeError);
  }
});

Deno.test("Sealer's reference cipher gives NIST's AES-256-CTR blocks", () => {
  // SP 800-38A, F.5.6: without it the tests above would prove only agreement.
  const nist = createDecipheriv(
    "aes-256-ctr",
    fromHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
    fromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"),
  );
  assert.equal(
    nist.update(fromHex("601ec313775789a5b7a7f504bbf3d228")).toString("hex"),
    "6bc1bee22e409f96e93d7e117393172a",
  );
});
