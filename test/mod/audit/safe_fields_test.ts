// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { shownSafely } from "../../../mod/audit/mod.ts";
import { detailsText } from "../../../mod/audit/safe_fields.ts";

const SHOWN: readonly (readonly [text: string, max: number, shown: string])[] = [
  ["plain ünïcode 😀", 50, "plain ünïcode 😀"],
  ["a\nb\tc\x7f", 50, "a\\x0ab\\x09c\\x7f"],
  ["\u2028\u202e\u2066\ufeff", 50, "\\u{2028}\\u{202e}\\u{2066}\\u{feff}"],
  ["abcdef", 4, "abc…"],
  ["abcd", 4, "abcd"],
  ["\n\n", 4, "\\x0…"],
  ["x".repeat(2) + "😀", 3, "xx…"],
  ["lone \udc00", 50, "lone \ufffd"],
  ["Bearer sg_0123456789abcdefABCDEF-_0123456789abcdefABC", 80, "Bearer (hidden)"],
];

Deno.test("shownSafely: one line, bounded, nothing that controls a terminal", () => {
  for (const [text, max, shown] of SHOWN) assert.equal(shownSafely(text, max), shown);
});

Deno.test("detailsText: fields named like secrets are hidden, left-out ones left out", () => {
  const hidden = {
    oldPassword: "a",
    resetSecret: "b",
    csrf: "c",
    setUpCode: "d",
    apiToken: "e",
    Cookie: "f",
  };
  for (const value of Object.values(JSON.parse(detailsText(hidden)))) assert.equal(value, "(hidden)");
  const said = { password: "changed", code: "SG0178", secret: true, newPassword: null };
  assert.deepEqual(JSON.parse(detailsText(said)), said);
  assert.equal(JSON.parse(detailsText({ pin: 5, passwordPin: 5 })).passwordPin, "(hidden)");
  assert.equal(detailsText({ a: undefined, b: null, c: true, d: 5 }), '{"b":null,"c":true,"d":5}');
  const list = JSON.parse(detailsText({ list: Array.from({ length: 30 }, (_, i) => `${i}\n`) })).list;
  assert.deepEqual([list.length, list[0], list.at(-1)], [21, "0\\x0a", "… 10 more"]);
});
