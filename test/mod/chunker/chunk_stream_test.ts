// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { equalBytes, KIB, MIB } from "../../../mod/base/mod.ts";
import { CHUNK_KERNEL_BYTES, ChunkStream, gearTable } from "../../../mod/chunker/mod.ts";
import { Kernel } from "../../../mod/kernel/mod.ts";
import { gearModel, noise } from "../../kit/gear_model.ts";

const table = gearTable(new Uint8Array(32).fill(42));
const stream = new ChunkStream(undefined, table);

/** Lengths of the chunks of `data` when it comes in reads of these sizes (then of the last one); checks their bytes. */
function cut(data: Uint8Array, reads: readonly number[] = [MIB], by = stream): number[] {
  const lengths: number[] = [];
  let given = 0;
  let read = 0;
  let turn = 0;
  by.reset();
  for (let ended = false;;) {
    const chunk = by.next();
    if (chunk) {
      assert.ok(equalBytes(chunk, data.subarray(given, given + chunk.length)), "the chunk's bytes");
      given += chunk.length;
      lengths.push(chunk.length);
    } else if (ended) {
      break;
    } else {
      const space = by.space();
      assert.ok(space.length >= MIB, "room");
      const size = Math.min(reads[turn]!, space.length, data.length - read);
      turn = Math.min(turn + 1, reads.length - 1);
      space.set(data.subarray(read, read + size));
      by.filled(size);
      read += size;
      if (read === data.length) {
        by.end();
        ended = true;
      }
    }
  }
  assert.equal(given, data.length);
  return lengths;
}

Deno.test("ChunkStream cuts where the model cuts", () => {
  for (const seed of [1, 2, 3]) {
    const data = noise(12 * MIB + seed, seed);
    assert.deepEqual(cut(data), gearModel(data, table));
  }
});

Deno.test("ChunkStream cuts low-entropy bytes where the model cuts", () => {
  const data = noise(12 * MIB, 9).map((byte) => byte & 1);
  assert.deepEqual(cut(data), gearModel(data, table));
});

Deno.test("ChunkStream gives the same chunks however the reads are sliced", () => {
  const data = noise(6 * MIB, 5);
  const wanted = gearModel(data, table);
  const size = fc.oneof(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 512 * KIB - 70, max: 512 * KIB + 3 }),
    fc.integer({ min: 828 * KIB - 3, max: 828 * KIB + 3 }),
    fc.integer({ min: 1, max: 16 * MIB }),
  );
  const last = fc.integer({ min: 30_000, max: 16 * MIB });
  fc.assert(
    fc.property(fc.array(size, { maxLength: 12 }), last, (sizes, then) => {
      assert.deepEqual(cut(data, [...sizes, then]), wanted);
    }),
    { numRuns: 40 },
  );
});

Deno.test("ChunkStream gives each file its own chunks, after a whole file and after a broken-off one", () => {
  const one = noise(3 * MIB, 6);
  const wanted = cut(one);
  assert.deepEqual(cut(one), wanted);
  stream.reset();
  stream.space().fill(1);
  stream.filled(700 * KIB);
  assert.equal(stream.next(), undefined);
  assert.deepEqual(cut(one), wanted);
});

Deno.test("ChunkStream gives an empty file no chunk and a small file one", () => {
  assert.deepEqual(cut(new Uint8Array(0)), []);
  for (const length of [1, 64, 512 * KIB - 1, 512 * KIB, 512 * KIB + 1]) {
    assert.deepEqual(cut(noise(length, 7)), [length]);
  }
});

Deno.test("ChunkStream cuts endless zeros at 8 MiB", () => {
  assert.deepEqual(cut(new Uint8Array(20 * MIB)), [8 * MIB, 8 * MIB, 4 * MIB]);
  assert.deepEqual(cut(new Uint8Array(8 * MIB), [1000]), [8 * MIB]);
  assert.deepEqual(cut(new Uint8Array(8 * MIB + 1), [8 * MIB - 1, 1]), [8 * MIB, 1]);
});

Deno.test("ChunkStream falls into step again soon after an insertion", () => {
  const data = noise(24 * MIB, 8);
  for (const at of [0, 5 * MIB + 17, 11 * MIB]) {
    const changed = new Uint8Array(data.length + 3);
    changed.set(data.subarray(0, at));
    changed.set(data.subarray(at), at + 3);
    const ends = (lengths: number[]) => lengths.map(((sum) => (length) => sum += length)(0));
    const before = ends(cut(data));
    const after = new Set(ends(cut(changed)));
    const lost = before.filter((end) => !after.has(end <= at ? end : end + 3));
    assert.ok(
      lost.length <= 5,
      `${lost.length} of ${before.length} cuts are lost after an insertion at ${at}`,
    );
  }
});

Deno.test("ChunkStream makes chunks of 512 KiB to 8 MiB, 1 MiB on average, whatever the secret", () => {
  const data = noise(128 * MIB, 10);
  for (const fill of [42, 43]) {
    const lengths = cut(
      data,
      [4 * MIB],
      new ChunkStream(undefined, gearTable(new Uint8Array(32).fill(fill))),
    );
    const whole = lengths.slice(0, -1);
    const mean = whole.reduce((sum, length) => sum + length) / whole.length;
    assert.ok(Math.abs(mean / MIB - 1) < 0.1, `the mean is ${(mean / MIB).toFixed(3)} MiB`);
    assert.ok(Math.min(...whole) >= 512 * KIB && Math.max(...whole) < 4 * MIB);
  }
});

Deno.test("ChunkStream cuts elsewhere under another secret", () => {
  const data = noise(8 * MIB, 11);
  assert.notDeepEqual(cut(data), cut(data, [MIB], new ChunkStream(undefined, gearTable(new Uint8Array(32)))));
});

Deno.test("ChunkStream refuses wrong use", () => {
  assert.throws(() => new ChunkStream(new Kernel(CHUNK_KERNEL_BYTES - 1_000_000), table), RangeError);
  assert.throws(() => new ChunkStream(undefined, new BigUint64Array(255)), RangeError);
  stream.reset();
  assert.throws(() => stream.filled(stream.space().length + 1), RangeError);
  assert.throws(() => stream.filled(-1), RangeError);
  assert.throws(() => stream.filled(NaN), RangeError);
  stream.end();
  assert.throws(() => stream.filled(1), RangeError);
});
