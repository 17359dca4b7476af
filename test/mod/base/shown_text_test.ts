// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { shownJson, shownPath, shownText, utf8 } from "../../../mod/base/mod.ts";

Deno.test("shownText shows control characters, direction marks and lone surrogates by number", () => {
  assert.equal(shownText("a\x1b[2Jb\nc\x7f\x9b"), "a\\x1b[2Jb\\x0ac\\x7f\\x9b");
  assert.equal(shownText("evil\u202etxt.exe"), "evil\\u{202e}txt.exe");
  assert.equal(shownText("\ud800x"), "\\u{d800}x");
  assert.equal(shownText("Grüße 日本 🙂"), "Grüße 日本 🙂");
});

Deno.test("shownJson prints nothing that a terminal would obey, and stays the same JSON", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = shownJson(JSON.stringify({ text }));
      assert.deepEqual(JSON.parse(shown), { text });
      assert.equal(shownText(shown), shown);
    }),
  );
  assert.equal(shownJson('"\u202ea\u{e0041}\u009b"'), '"\\u202ea\\udb40\\udc41\\u009b"');
});

Deno.test("shownPath shows a path as shownText shows its text, and what is no UTF-8 as U+FFFD", () => {
  assert.equal(shownPath(utf8("/a\x1b/ü")), "/a\\x1b/ü");
  assert.equal(shownPath(Uint8Array.of(0x2f, 0xff)), "/\ufffd");
});
