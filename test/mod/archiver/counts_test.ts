// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Counts } from "../../../mod/archiver/counts.ts";

Deno.test("Counts.files is the sum of new, changed and unmodified ones", () => {
  const counts = new Counts();
  assert.equal(counts.files, 0);
  Object.assign(counts, { filesNew: 1, filesChanged: 20, filesUnmodified: 300, dirsNew: 5000 });
  assert.equal(counts.files, 321);
});
