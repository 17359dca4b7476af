// Copyright the SpareGrid authors. Apache-2.0.
import { strictEqual, throws } from "node:assert/strict";
import type { BlobId } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { BlobTable } from "../../../mod/repository/mod.ts";
import { SeededRandom } from "../../kit/seeded_random.ts";

const ID = "ab".repeat(32) as BlobId;

Deno.test("BlobTable takes a thousand copies of a blob, and refuses to go on for ever", () => {
  const table = BlobTable.create({ random: new SeededRandom(1) });
  for (let copy = 0; copy < 1000; copy++) {
    strictEqual(table.addHex("data", ID, copy, 0, 100, 0), true);
    strictEqual(table.addHex("data", ID, copy, 0, 100, 0), false);
  }
  let copies = 0;
  for (let entry = table.findHex("data", ID); entry >= 0; entry = table.findNext(entry)) copies++;
  strictEqual(copies, 1000);
  throws(() => {
    for (let copy = 1000; copy < 100_000; copy++) table.addHex("data", ID, copy, 0, 100, 0);
  }, (error) => isSgError(error, "SG1017"));
});
