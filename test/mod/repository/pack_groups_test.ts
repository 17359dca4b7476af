// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual } from "node:assert/strict";
import { type BlobId, systemRandom } from "../../../mod/base/mod.ts";
import { blobsOf, BlobTable } from "../../../mod/repository/mod.ts";
import { PackGroups } from "../../../mod/repository/pack_groups.ts";

const idOf = (n: number) => n.toString(16).padStart(64, "0") as BlobId;

/** A table of three packs, entered out of order: blobs 4, 2, 1 in pack 0; none in pack 1; blob 3 in pack 2. */
function mixedTable(): BlobTable {
  const table = BlobTable.create({ random: systemRandom });
  table.addHex("data", idOf(1), 0, 200, 40, 0);
  table.addHex("tree", idOf(3), 2, 0, 50, 60);
  table.addHex("data", idOf(2), 0, 100, 100, 300);
  table.addHex("data", idOf(4), 0, 0, 100, 0);
  return table;
}

Deno.test("PackGroups gives the blobs of each pack by their place", () => {
  const table = mixedTable();
  const groups = new PackGroups(table, 3);
  deepStrictEqual(groups.blobs(0).map(({ id, offset }) => [id, offset]), [[idOf(4), 0], [idOf(2), 100], [
    idOf(1),
    200,
  ]]);
  deepStrictEqual(groups.blobs(1), []);
  deepStrictEqual(groups.blobs(2).map(({ id }) => id), [idOf(3)]);
});

Deno.test("blobsOf tells all that the table knows of entries, in another thread's view of it too", () => {
  const table = mixedTable();
  const entries = new PackGroups(table, 3).entries(2).slice();
  const expected = [{ id: idOf(3), type: "tree", offset: 0, length: 50, uncompressedLength: 60 }];
  deepStrictEqual(blobsOf(table, entries), expected);
  deepStrictEqual(blobsOf(BlobTable.attach(table.handle), entries), expected);
});
