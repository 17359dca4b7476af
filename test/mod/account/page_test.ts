// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { creationCursor, cursorText, limitOf, pageOf, textCursor } from "../../../mod/account/page.ts";
import { isSgError } from "../../../mod/errors/mod.ts";

Deno.test("pageOf: keeps one row back, which only says that there are more", () => {
  const page = pageOf([1, 2, 3], { first: 2 }, 9, (row) => [`${row}`], (row) => row * 10);
  assert.deepEqual(page, { nodes: [10, 20], hasNextPage: true, endCursor: cursorText(["2"]), totalCount: 9 });
  assert.equal(textCursor(page.endCursor), "2");
  const empty = pageOf<number, number>([], { first: 2 }, 0, (row) => [row], (row) => row);
  assert.deepEqual(empty, { nodes: [], hasNextPage: false, totalCount: 0 });
});

Deno.test("limitOf: 1 to 500 at a time [W11]", () => {
  assert.deepEqual([limitOf({ first: 1 }), limitOf({ first: 500 })], [2, 501]);
  for (const first of [501, 1e9, Infinity]) {
    assert.throws(() => limitOf({ first }), (error) => isSgError(error, "SG1041"));
  }
  for (const first of [0, -1, 1.5, NaN]) {
    assert.throws(() => limitOf({ first }), (error) => isSgError(error, "SG1040"));
  }
});

Deno.test("cursors: come back as they were; what is none is refused", () => {
  assert.equal(textCursor(undefined), undefined);
  assert.equal(textCursor(cursorText(["ü\u0000😀"])), "ü\u0000😀");
  assert.equal(creationCursor(undefined), undefined);
  assert.deepEqual(creationCursor(cursorText([5, "id"])), { createdAt: 5, id: "id" });
  const bad = [
    "",
    "x",
    "!",
    cursorText([]),
    cursorText([1, 2]),
    cursorText(["a", "b"]),
    "A".repeat(1e6),
    "bnVsbA",
  ];
  for (const text of bad) {
    assert.throws(() => textCursor(text), (error) => isSgError(error, "SG1040"), text.slice(0, 20));
    assert.throws(() => creationCursor(text), (error) => isSgError(error, "SG1040"), text.slice(0, 20));
  }
});
