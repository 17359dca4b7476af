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

Deno.test("tableLines takes more rows than a call takes arguments", () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => [String(i)]);
  const lines = tableLines([{ title: "N", align: "right" }], rows);
  assert.deepEqual([lines.length, lines[0], lines[2], lines.at(-2)], [300_003, "     N", "     0", "299999"]);
});
