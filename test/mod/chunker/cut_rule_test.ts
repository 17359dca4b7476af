// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { CHUNK_BYTES_MEAN, CHUNK_BYTES_MIN, MIB } from "../../../mod/base/mod.ts";
import {
  ChunkStream,
  EASY_BITS,
  gearTable,
  HARD_BITS,
  NORMAL_BYTES,
  WINDOW_BYTES,
} from "../../../mod/chunker/mod.ts";
import { noise } from "../../kit/gear_model.ts";

const stream = new ChunkStream(undefined, gearTable(new Uint8Array(32).fill(42)));

/** Length of the first chunk of `data`, which must fit the stream's room. */
function firstCut(data: Uint8Array): number {
  stream.reset();
  stream.space().set(data);
  stream.filled(data.length);
  stream.end();
  return stream.next()!.length;
}

Deno.test("NORMAL_BYTES, HARD_BITS and EASY_BITS make the mean chunk what the limits promise", () => {
  const stay = Math.exp(-(NORMAL_BYTES - CHUNK_BYTES_MIN) / 2 ** HARD_BITS);
  const mean = CHUNK_BYTES_MIN + 2 ** HARD_BITS * (1 - stay) + 2 ** EASY_BITS * stay;
  assert.ok(Math.abs(mean / CHUNK_BYTES_MEAN - 1) < 0.01, `the mean is ${(mean / MIB).toFixed(3)} MiB`);
  assert.ok(CHUNK_BYTES_MIN < NORMAL_BYTES && NORMAL_BYTES < CHUNK_BYTES_MEAN && HARD_BITS > EASY_BITS);
});

Deno.test("NORMAL_BYTES is where cuts become more frequent, by about as much as the bits say", () => {
  const RUNS = 300;
  let hard = 0, hardBytes = 0, easy = 0, easyBytes = 0;
  for (let run = 0; run < RUNS; run++) {
    const length = firstCut(noise(2 * MIB, 77 + run));
    const before = Math.min(length, NORMAL_BYTES) - CHUNK_BYTES_MIN;
    hardBytes += before;
    if (length < NORMAL_BYTES) hard++;
    else {
      easyBytes += length - NORMAL_BYTES;
      easy++;
    }
  }
  assert.ok(hard > 10, `${hard} cuts under the hard condition`);
  const perHard = Math.log2(hardBytes / hard), perEasy = Math.log2(easyBytes / easy);
  assert.ok(Math.abs(perHard - HARD_BITS) < 0.7, `one cut in 2^${perHard.toFixed(2)} bytes below`);
  assert.ok(Math.abs(perEasy - EASY_BITS) < 0.4, `one cut in 2^${perEasy.toFixed(2)} bytes above`);
});

Deno.test("WINDOW_BYTES before a cut decide it, and nothing before them", () => {
  const data = noise(4 * MIB, 5);
  const at = firstCut(data);
  assert.ok(at < data.length);
  const changed = (byte: number) => {
    const copy = data.slice();
    copy[byte]! ^= 0x5a;
    return firstCut(copy);
  };
  for (const before of [WINDOW_BYTES + 1, WINDOW_BYTES + 2, 1000]) assert.equal(changed(at - before), at);
  // The oldest byte of the window touches but the top bit; a newer one moves the cut for certain.
  for (const before of [1, WINDOW_BYTES >> 1]) assert.notEqual(changed(at - before), at);
});
