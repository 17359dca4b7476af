// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { tableLines } from "../../../mod/cli/table.ts";

Deno.test("tableLines aligns columns, wide characters and cells of several lines", () => {
  const lines = tableLines([{ title: "Name" }, { title: "N", align: "right" }], [["日本", "7"], [
    "a\nb",
    "100",
  ]]);
  assert.deepEqual(lines, ["Name    N", "---------", "日本    7", "a     100", "b", "---------"]);
});
