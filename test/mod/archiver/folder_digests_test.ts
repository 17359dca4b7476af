// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { DIGESTS_BYTES_MAX, FolderDigests } from "../../../mod/archiver/mod.ts";
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

Deno.test("FolderDigests note no more than they may take, and what fits still after that", () => {
  const digests = new FolderDigests();
  const digest = new Uint8Array(32);
  const name = (n: number) => n.toString(16).padStart(64, "0") as BlobId;
  const subtrees = Array.from({ length: 100_000 }, (_, i) => name(i));
  for (let n = 0; n < 12; n++) digests.note(name(n), { digest, subtrees });
  digests.note(name(99), { digest, subtrees: [] });
  const bytes = digests.encode();
  assert.ok(bytes.length <= DIGESTS_BYTES_MAX && bytes.length > DIGESTS_BYTES_MAX - 4_000_000);
  const later = new FolderDigests(bytes);
  assert.deepEqual([later.has(name(0)), later.has(name(11)), later.has(name(99))], [true, false, true]);
});
