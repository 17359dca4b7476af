// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { StreamSaver } from "../../../mod/archiver/mod.ts";
import { MIB, toHex } from "../../../mod/base/mod.ts";
import { noise } from "../../kit/memory_tree.ts";

const SECRET = new Uint8Array(32).fill(3);

async function save(saver: StreamSaver, bytes: Uint8Array, pieces: number[]): Promise<string> {
  let at = 0;
  for (const piece of pieces) {
    await saver.add(bytes.subarray(at, at + piece));
    at += piece;
  }
  if (at < bytes.length) await saver.add(bytes.subarray(at));
  const { content, size } = await saver.end();
  assert.equal(size, bytes.length);
  return toHex(content);
}

Deno.test("StreamSaver.end gives the same content however the bytes came, stream after stream", async () => {
  const puts = new Set<string>();
  const saver = new StreamSaver({ chunkerSecret: SECRET, sink: { put: (id) => void puts.add(toHex(id)) } });
  const bytes = noise(5 * MIB);
  const expected = await save(saver, bytes, []);
  assert.ok(expected.length > 64);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(2 * MIB), { maxLength: 4 }), async (pieces) => {
      assert.equal(await save(saver, bytes, pieces.filter((piece) => piece < MIB)), expected);
    }),
    { numRuns: 10 },
  );
  assert.equal(puts.size * 64, expected.length);
  assert.equal(await save(saver, new Uint8Array(0), []), "");
});
