// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { LineChanges } from "../../../mod/catalog/mod.ts";
import { IndexBatch } from "../../../mod/client/index_batch.ts";

Deno.test("IndexBatch: writes what it has as soon as it is full, and begins anew", async () => {
  const written: LineChanges[] = [];
  const batch = new IndexBatch(7, (changes) => (written.push(changes), Promise.resolve()), 3);
  batch.add({ folderId: 1, name: "A", folded: "a", kind: 0, size: 5, modifiedAt: 9, state: 11 });
  batch.end(21);
  await batch.flushIfFull();
  assert.deepEqual(written, []);
  batch.tree(1, "b", "b", null);
  batch.gone("/c");
  await batch.flushIfFull();
  assert.deepEqual(written, [{
    ...{ lineId: 7, names: [["A", "a"], ["b", "b"]], folders: [], added: [[1, "A", 0, 5, 9, 11]] },
    ...{ ended: [21], gone: ["/c"], trees: [[1, "b", null]] },
  }]);
  batch.end(22);
  await batch.flush();
  assert.deepEqual(written[1], {
    ...{ lineId: 7, names: [], folders: [], added: [], ended: [22], gone: [], trees: [] },
  });
});
