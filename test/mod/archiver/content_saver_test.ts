// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { ContentSaver } from "../../../mod/archiver/content_saver.ts";
import { CHUNK_BYTES_MIN, MIB, toHex } from "../../../mod/base/mod.ts";
import { noise } from "../../kit/memory_tree.ts";

const SECRET = new Uint8Array(32).fill(5);
const nowhere = { put: () => {} };

async function feed(content: ContentSaver, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const room = content.room();
    const part = bytes.subarray(at, at + room.length);
    room.set(part);
    await content.filled(part.length);
    at += part.length;
  }
}

Deno.test("ContentSaver.zeros gives the same blobs as feeding the zeros", async () => {
  const skipping = new ContentSaver(SECRET, nowhere);
  const feeding = new ContentSaver(SECRET, nowhere);
  const piece = fc.record({ data: fc.nat(MIB), zeros: fc.nat(30 * MIB) });
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 3 }), async (pieces) => {
      skipping.begin();
      feeding.begin();
      for (const { data, zeros } of pieces) {
        await feed(skipping, noise(data));
        await feed(feeding, noise(data));
        await skipping.zeros(zeros);
        await feed(feeding, new Uint8Array(zeros));
      }
      await skipping.end();
      await feeding.end();
      assert.equal(toHex(skipping.ids), toHex(feeding.ids));
    }),
    { numRuns: 6 },
  );
});

Deno.test("ContentSaver.zeros puts the blob of zeros once, however often it comes", async () => {
  const puts: string[] = [];
  const content = new ContentSaver(SECRET, { put: (id) => void puts.push(toHex(id)) });
  for (let round = 0; round < 2; round++) {
    content.begin();
    await content.zeros(2 ** 34);
    await content.end();
  }
  assert.ok(puts.length <= 3, `${puts.length}`);
  assert.ok(content.ids.length >= 32 * 2 ** 34 / (8 * MIB));
});

Deno.test("ContentSaver.saveShort gives what the chunker would give, and refuses more", async () => {
  const content = new ContentSaver(SECRET, nowhere);
  const plain = noise(CHUNK_BYTES_MIN - 1);
  await content.saveShort(plain);
  const short = toHex(content.ids);
  content.begin();
  await feed(content, plain);
  await content.end();
  assert.equal(toHex(content.ids), short);
  await content.saveShort(new Uint8Array(0));
  assert.equal(content.ids.length, 0);
  assert.throws(() => content.saveShort(noise(CHUNK_BYTES_MIN)), RangeError);
});
