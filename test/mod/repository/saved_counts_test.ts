// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { countPack, noCounts } from "../../../mod/repository/mod.ts";

Deno.test("countPack adds up blobs by their type, plain bytes whether compressed or not, and packs", () => {
  const counts = noCounts();
  const lengths = Uint32Array.of(100, 50), uncompressed = Uint32Array.of(300, 0);
  countPack(counts, { type: "data", lengths, uncompressed }, 200);
  countPack(
    counts,
    { type: "tree", lengths: lengths.slice(0, 1), uncompressed: uncompressed.slice(0, 1) },
    150,
  );
  assert.deepEqual(counts, {
    ...{ dataBlobs: 2, dataBytes: 318, treeBlobs: 1, treeBytes: 300 },
    ...{ packedBytes: 350, packs: 2 },
  });
});
