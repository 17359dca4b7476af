// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { constants, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { concatBytes, fromHex, SEAL_OVERHEAD, systemRandom, utf8 } from "../../../mod/base/mod.ts";
import { Sealer, sha256Hex } from "../../../mod/crypto/mod.ts";
import { Kernel } from "../../../mod/kernel/mod.ts";
import { loadNativeZstd } from "../../../mod/platform/mod.ts";
import { type CompressionLevel, Compressor } from "../../../mod/compress/mod.ts";

const runtime = new Compressor("auto", null);
const ways: [string, Compressor][] = [["the runtime", runtime]];
if (loadNativeZstd()) ways.push(["libzstd", new Compressor("auto")]);

const damaged = { name: "SgError", code: "SG1005" };
const tooLarge = { name: "SgError", code: "SG1017" };

function frameOf(plain: Uint8Array, by = runtime): Uint8Array<ArrayBuffer> {
  const into = new Uint8Array(by.bound(plain.length));
  const length = by.compress(plain, into);
  assert.ok(length > 0);
  return into.slice(0, length);
}

const text = utf8("the quick brown fox jumps over the lazy dog; ".repeat(7000));
/** One block that repeats a zero 128 KiB times, 30,000 times over: 3.9 GB out of 120 KB. */
const bomb = concatBytes([
  fromHex("28b52ffd0058"),
  ...Array.from({ length: 30_000 }, () => fromHex("02001000")),
  fromHex("010000"),
]);

for (const [name, compressor] of ways) {
  Deno.test(`Compressor by ${name} gives back what the other one compressed`, () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat({ max: 400_000 }), fc.integer({ min: 1, max: 255 }))
        .map(([length, step]) => new Uint8Array(length).map((_, i) => (i * step) >> 5)),
    );
    fc.assert(
      fc.property(bytes, (plain) => {
        for (const [, other] of ways) {
          const frame = frameOf(plain, other);
          assert.equal(frame[4]! & 4, 0, "no checksum");
          assert.ok(equal(compressor.decompress(frame, plain.length), plain));
          assert.ok(equal(compressor.decompressBounded(frame, plain.length), plain));
        }
      }),
      { numRuns: 40 },
    );
  });

  Deno.test(`Compressor.compress by ${name} says -1 when the frame does not fit`, () => {
    const random = crypto.getRandomValues(new Uint8Array(1000));
    assert.equal(compressor.compress(random, new Uint8Array(999)), -1);
    assert.ok(compressor.compress(random, new Uint8Array(compressor.bound(1000))) > 1000);
  });

  Deno.test(`Compressor.decompress by ${name} wants exactly the promised length`, () => {
    const frame = frameOf(text);
    for (const length of [0, 1, text.length - 1, text.length + 1, text.length * 2]) {
      assert.throws(() => compressor.decompress(frame, length), damaged);
    }
    assert.throws(() => compressor.decompress(frame, 2 ** 40), tooLarge);
  });

  Deno.test(`Compressor by ${name} refuses damaged frames`, () => {
    const frame = frameOf(text);
    for (const length of [0, 1, 4, 5, 8, frame.length >> 1, frame.length - 1]) {
      assert.throws(() => compressor.decompress(frame.subarray(0, length), text.length), damaged);
      assert.throws(() => compressor.decompressBounded(frame.subarray(0, length), 1e6), damaged);
    }
    assert.throws(() => compressor.decompressBounded(concatBytes([frame, utf8("rest")]), 1e6), damaged);
    assert.throws(() => compressor.decompress(concatBytes([frame, utf8("rest")]), text.length), damaged);
  });

  Deno.test(`Compressor by ${name} answers any garbage with its own errors`, () => {
    const frame = frameOf(text.subarray(0, 3000));
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.uint8Array({ maxLength: 60 }).map((tail) => concatBytes([fromHex("28b52ffd"), tail])),
      fc.tuple(fc.nat({ max: frame.length - 1 }), fc.nat({ max: 255 })).map(([i, byte]) =>
        frame.with(i, byte)
      ),
    );
    const answers = (act: () => Uint8Array) => {
      try {
        act();
      } catch (error) {
        assert.match(String((error as { code?: unknown }).code), /^SG10(05|17)$/, String(error));
      }
    };
    fc.assert(
      fc.property(garbage, (bytes) => {
        answers(() => compressor.decompress(bytes, 3000));
        answers(() => compressor.decompressBounded(bytes, 1e6));
      }),
      { numRuns: 300 },
    );
  });

  Deno.test(`Compressor.decompressParts by ${name} gives frame by frame what decompress gives at one go`, () => {
    const parts = [text, utf8("two"), text.subarray(5)];
    const frames = concatBytes(parts.map((part, i) => frameOf(part, ways[i % ways.length]![1])));
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    assert.deepEqual([...compressor.decompressParts(frames, length)].map(({ length }) => length), [
      text.length,
      3,
      text.length - 5,
    ]);
    const joined = concatBytes([...compressor.decompressParts(frames, length)]);
    assert.ok(equal(joined, concatBytes(parts)) && equal(compressor.decompress(frames, length), joined));
    for (const wrong of [0, 1, text.length, length - 1, length + 1, 2 * length]) {
      assert.throws(() => [...compressor.decompressParts(frames, wrong)], damaged, String(wrong));
    }
    const one = frameOf(text);
    assert.ok(equal([...compressor.decompressParts(one, text.length)][0]!, text));
    assert.throws(() => [...compressor.decompressParts(bomb, 1_000_000)], damaged);
    assert.throws(() => [...compressor.decompressParts(concatBytes([one, bomb]), 1_000_000)], damaged);
    const tiny = frameOf(utf8("x"));
    const many = concatBytes(Array.from({ length: 5000 }, () => tiny));
    assert.throws(() => [...compressor.decompressParts(many, 5000)], tooLarge);
    assert.throws(() => compressor.decompressBounded(many, 1e6), tooLarge);
  });

  Deno.test(`Compressor.decompressBounded by ${name} joins several frames, of any make`, () => {
    // libzstd notes the content's size in the header, the runtime does not.
    const sized = frameOf(text, compressor);
    const checked = zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    const skippable = fromHex("502a4d1803000000010203");
    const empty = frameOf(new Uint8Array(0));
    const all = concatBytes([sized, skippable, empty, checked, frameOf(text)]);
    assert.ok(equal(compressor.decompressBounded(all, 1e6), concatBytes([text, text, text])));
    assert.throws(() => compressor.decompressBounded(all, 3 * text.length - 1), tooLarge);
    assert.throws(() => compressor.decompressBounded(skippable, 100), damaged);
  });

  Deno.test(`Compressor by ${name} stops a bomb at the bound`, () => {
    assert.throws(() => compressor.decompressBounded(bomb, 1_000_000), tooLarge);
    assert.throws(() => compressor.decompress(bomb, 1_000_000), damaged);
  });

  Deno.test(`Compressor by ${name} does not believe the content size in the header`, () => {
    // A single segment of 5 bytes that claims 2^40.
    const liar = fromHex("28b52ffd" + "e0" + "0000000000010000" + "290000" + "68656c6c6f");
    assert.throws(() => compressor.decompress(liar, 5), damaged);
    assert.throws(() => compressor.decompressBounded(liar, 1e6), /SgError: Cannot decompress/);
  });

  Deno.test(`Compressor by ${name} refuses a window over the limit and a frame with a dictionary`, () => {
    const wide = fromHex("28b52ffd" + "00" + "a8" + "290000" + "68656c6c6f");
    assert.throws(() => compressor.decompressBounded(wide, 1e6), tooLarge);
    const dictionary = fromHex("28b52ffd" + "21" + "07" + "05" + "290000" + "68656c6c6f");
    assert.throws(() => compressor.decompressBounded(dictionary, 1e6), damaged);
  });

  Deno.test(`Compressor and Sealer by ${name} read straight from a kernel's memory, where chunks lie`, async () => {
    const chunk = new Kernel(200_000).memory.subarray(70_001, 170_001);
    for (let i = 0; i < chunk.length; i++) chunk[i] = i * i >> 9;
    assert.ok(equal(compressor.decompress(frameOf(chunk, compressor), chunk.length), chunk));
    const key = { encrypt: new Uint8Array(32), macK: new Uint8Array(16), macR: new Uint8Array(16).fill(1) };
    const sealer = new Sealer(key, systemRandom, name === "libzstd" ? undefined : null);
    const into = new Uint8Array(chunk.length + SEAL_OVERHEAD);
    await sealer.sealAll([chunk], into);
    assert.ok(equal(sealer.open(into), chunk));
    assert.ok(equal(sealer.open(sealer.seal(chunk)), chunk));
    const hash = createHash("sha256").update(chunk.slice()).digest("hex");
    assert.equal(sha256Hex(chunk), hash);
  });

  Deno.test(`Compressor by ${name} gives arrays whose buffer is theirs alone`, () => {
    for (const plain of [utf8("hello"), text]) {
      const frame = frameOf(plain);
      assert.equal(compressor.decompress(frame, plain.length).buffer.byteLength, plain.length);
      assert.equal(compressor.decompressBounded(frame, 1e6).buffer.byteLength, plain.length);
    }
  });
}

Deno.test("Compressor compresses better at the levels above the fastest", () => {
  const words = utf8(Array.from({ length: 40_000 }, (_, i) => `${i * i % 977} ${i % 31}`).join(","));
  for (const native of [null, undefined]) {
    const sizes = (["fastest", "auto", "max"] satisfies CompressionLevel[])
      .map((level) => frameOf(words, new Compressor(level, native)).length);
    assert.ok(sizes[0]! > sizes[1]! && sizes[0]! > sizes[2]!, sizes.join());
  }
});

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
