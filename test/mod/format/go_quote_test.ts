// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { toHex, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { goQuote, goUnquote } from "../../../mod/format/mod.ts";

Deno.test("goQuote writes what Go's strconv.Quote writes", () => {
  const cases: readonly [hexOrText: string | Uint8Array, quoted: string][] = [
    ["plain name-1.txt", "plain name-1.txt"],
    ["\x07\b\t\n\v\f\r", "\\a\\b\\t\\n\\v\\f\\r"],
    ['"\\', '\\"\\\\'],
    ["\0\x01\x1f\x7f", "\\x00\\x01\\x1f\\x7f"],
    ["é日本😀", "é日本😀"],
    // Not printable in Go: no-break space, C1 controls, soft hyphen, format characters, line separator, private use.
    ["\u00a0\u0080\u00ad", "\\u00a0\\u0080\\u00ad"],
    ["\u200b\u2028\u202e\ufeff\ue000", "\\u200b\\u2028\\u202e\\ufeff\\ue000"],
    ["\u3000", "\\u3000"],
    ["\u{10ffff}\u{e0001}", "\\U0010ffff\\U000e0001"],
    // Printable: a combining mark, the replacement character, a currency sign.
    ["e\u0301\ufffd€", "e\u0301\ufffd€"],
    [Uint8Array.fromHex("ff61c328eda080"), "\\xffa\\xc3(\\xed\\xa0\\x80"],
    [Uint8Array.fromHex("e282"), "\\xe2\\x82"],
    ["", ""],
    ["<&>'`", "<&>'`"],
  ];
  for (const [name, quoted] of cases) {
    assert.equal(goQuote(typeof name === "string" ? utf8(name) : name), quoted);
  }
});

Deno.test("goUnquote gives back every name", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.string({ unit: "binary" }).map(utf8),
    fc.string({ unit: "grapheme-ascii" }).map(utf8),
  );
  fc.assert(fc.property(bytes, (name) => assert.equal(toHex(goUnquote(goQuote(name))!), toHex(name))));
});

Deno.test("goUnquote: names share buffers and yet stay what they are, of any length", () => {
  const texts = Array.from({ length: 3000 }, (_, i) => `${i}-`.repeat(1 + (i * 7919) % 600));
  const names = texts.map((text) => goUnquote(text)!);
  assert.deepEqual(names.map((name) => utf8Text(name)), texts);
});

Deno.test("goUnquote accepts what strconv.Unquote accepts, also what Quote never writes", () => {
  const cases: Readonly<Record<string, string>> = {
    "\\101\\377\\000": "41ff00",
    "\\xFf\\x0a": "ff0a",
    "\\u00E9\\U0001f600": "c3a9f09f9880",
    "a\tb\u0001": "61096201",
    "\u00a0": "c2a0",
    "'": "27",
  };
  for (const [quoted, hex] of Object.entries(cases)) assert.equal(toHex(goUnquote(quoted)!), hex, quoted);
});

Deno.test("goUnquote refuses what strconv.Unquote refuses", () => {
  const bad = ["\\", "a\\", "\\q", "\\'", '"', 'a"b', "a\nb", "\\x", "\\x1", "\\xg0", "\\u12", "\\U0000004"];
  bad.push("\\ud800", "\\U0000dfff", "\\U00110000", "\\400", "\\18", "\\08", "\\8", "\\U", "é\\");
  for (const quoted of bad) assert.equal(goUnquote(quoted), undefined, JSON.stringify(quoted));
});

Deno.test("goUnquote answers any text without failing", () => {
  const text = fc.array(fc.constantFrom("\\", "x", "u", "U", "0", "7", "f", '"', "a", "é", "\n"), {
    maxLength: 12,
  });
  fc.assert(fc.property(text, (parts) => {
    const bytes = goUnquote(parts.join(""));
    if (bytes) assert.equal(toHex(goUnquote(goQuote(bytes))!), toHex(bytes));
  }));
});

Deno.test("goQuote leaves plain names of every length alone, and none that only begins plain", () => {
  for (let length = 0; length < 300; length++) {
    const name = "a".repeat(length);
    assert.equal(goQuote(utf8(name)), name);
    assert.equal(goQuote(utf8(`${name}\x7f"`)), `${name}\\x7f\\"`);
    assert.equal(goQuote(utf8(`${name}\u00e9`)), `${name}\u00e9`);
  }
});
