// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { FolderDigests } from "../../../mod/archiver/mod.ts";
import { type BlobId, toHex } from "../../../mod/base/mod.ts";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const id = bytes32.map((bytes) => toHex(bytes) as BlobId);
const known = fc.record({ digest: bytes32, subtrees: fc.array(id, { maxLength: 5 }) }, {
  noNullPrototype: true,
});
const trees = fc.uniqueArray(fc.tuple(id, known), { maxLength: 20, selector: ([tree]) => tree });

function encoded(all: readonly (readonly [BlobId, { digest: Uint8Array; subtrees: readonly BlobId[] }])[]) {
  const digests = new FolderDigests();
  for (const [tree, digest] of all) digests.note(tree, digest);
  return digests.encode();
}

Deno.test("FolderDigests finds in a later run what an earlier one noted", () => {
  fc.assert(fc.property(trees, id, (all, stranger) => {
    fc.pre(!all.some(([tree]) => tree === stranger));
    const later = new FolderDigests(encoded([...all, ...all]));
    for (const [tree, digest] of all) {
      assert.equal(later.has(tree), true);
      assert.deepEqual(later.find(tree), digest);
    }
    assert.equal(later.has(stranger), false);
    assert.equal(later.find(stranger), undefined);
    assert.deepEqual(later.encode(), new Uint8Array(0), "only what is noted anew is kept");
  }));
});

Deno.test("FolderDigests of bytes that were cut off anywhere hold the trees that are whole", () => {
  fc.assert(fc.property(trees, fc.nat(), (all, cut) => {
    const bytes = encoded(all);
    const digests = new FolderDigests(bytes.subarray(0, cut % (bytes.length + 1)));
    for (const [tree, digest] of all) {
      const found = digests.find(tree);
      if (found) assert.deepEqual(found, digest);
    }
  }));
});
