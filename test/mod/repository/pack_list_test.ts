// Copyright the SpareGrid authors. Apache-2.0.
import { strictEqual } from "node:assert/strict";
import { type PackId, systemRandom } from "../../../mod/base/mod.ts";
import { PackList } from "../../../mod/repository/mod.ts";

Deno.test("PackList numbers packs in order, finds them and adds up their sizes", () => {
  const list = new PackList();
  const ids = Array.from({ length: 500 }, () => systemRandom.bytes(32).toHex() as PackId);
  ids.forEach((id, number) => strictEqual(list.number(id), number));
  ids.forEach((id, number) => {
    strictEqual(list.number(id), number);
    strictEqual(list.find(id), number);
    strictEqual(list.id(number), id);
    strictEqual(list.bytes(number), 36);
    strictEqual(list.blobs(number), 0);
  });
  strictEqual(list.count, 500);
  strictEqual(list.find("0".repeat(64) as PackId), -1);
  list.addBlob(499, 100, false);
  list.addBlob(499, 200, true);
  strictEqual(list.bytes(499), 36 + 100 + 37 + 200 + 41);
  strictEqual(list.blobs(499), 2);
});
