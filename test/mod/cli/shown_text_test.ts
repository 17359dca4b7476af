// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { fitText, padText, shownName, textWidth } from "../../../mod/cli/shown_text.ts";

Deno.test("shownName shows bytes that are not UTF-8 by number and the rest as text", () => {
  assert.equal(shownName(Uint8Array.of(0x61, 0xff, 0xc3, 0xbc, 0xc3)), "a\\xffü\\xc3");
  assert.equal(shownName(Uint8Array.of(0xed, 0xa0, 0x80)), "\\xed\\xa0\\x80");
});

Deno.test("shownName never lets a control character through, whatever the bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(shownName(bytes), /[\x00-\x1f\x7f-\x9f\u202e]/);
  }));
});

Deno.test("textWidth counts wide characters twice and marks not at all", () => {
  assert.equal(textWidth("abc"), 3);
  assert.equal(textWidth("日本"), 4);
  assert.equal(textWidth("e\u0301"), 1);
  assert.equal(textWidth("🙂"), 2);
});

Deno.test("fitText never exceeds its columns and keeps the end, where the file name is", () => {
  assert.equal(fitText("/home/me/Documents/letter.odt", 40), "/home/me/Documents/letter.odt");
  const cut = fitText("/home/me/Documents/letter.odt", 20);
  assert.match(cut, /^\/.*….*letter\.odt$/);
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(50), (text, columns) => {
    assert.ok(textWidth(fitText(text, columns)) <= columns);
  }));
});

Deno.test("padText aligns by columns, not by characters", () => {
  assert.equal(padText("日", 4), "日  ");
  assert.equal(padText("7", 3, "right"), "  7");
});
