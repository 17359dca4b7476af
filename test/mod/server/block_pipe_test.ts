// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { concatBytes } from "../../../mod/base/mod.ts";
import { BlockPipe } from "../../../mod/server/_block_pipe.ts";

/** Lengths of pieces: from one byte at a time to more than a block at once. */
const lengths = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 200_000 }), fc.constant(700_000)),
  { maxLength: 24 },
);

Deno.test("BlockPipe: each stage gets what went in, in order, whatever the pieces; these may change once they were taken", async () => {
  await fc.assert(
    fc.asyncProperty(lengths, fc.integer({ min: 1, max: 5 }), async (lengths, depth) => {
      const got: Uint8Array[][] = [[], []];
      const stages = got.map((blocks) => async (block: Uint8Array<ArrayBuffer>) => {
        await Promise.resolve();
        blocks.push(block.slice());
      });
      const pipe = new BlockPipe(stages, () => depth);
      const given: Uint8Array[] = [];
      for (const [i, length] of lengths.entries()) {
        const piece = new Uint8Array(length).fill(i + 1);
        given.push(piece.slice());
        await pipe.add(piece);
        piece.fill(0xff);
      }
      await pipe.end();
      pipe.mustBeWhole();
      for (const blocks of got) {
        assert.equal(Buffer.compare(concatBytes(blocks), concatBytes(given)), 0);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("BlockPipe: what a stage fails with is thrown, and nothing more is worked on", async () => {
  let worked = 0;
  const pipe = new BlockPipe([() => {
    worked++;
    return Promise.reject(new Error("no room"));
  }], () => 1);
  const feed = async () => {
    for (let i = 0; i < 10; i++) await pipe.add(new Uint8Array(600_000));
  };
  await assert.rejects(feed(), /no room/);
  await pipe.end();
  assert.throws(() => pipe.mustBeWhole(), /no room/);
  assert.equal(worked, 1);
});
