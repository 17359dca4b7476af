// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../../../mod/base/mod.ts";
import { compileGlob } from "../../../mod/source/mod.ts";

Deno.test("compileGlob agrees with a regular expression", () => {
  const piece = fc.constantFrom("*", "?", "a", "b", "[ab]", "[^a]", "[b-c]", "ä", "**");
  const glob = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(""));
  const name = fc.string({ unit: fc.constantFrom("a", "b", "c", "ä"), maxLength: 8 });
  fc.assert(
    fc.property(glob, name, (pattern, text) => {
      const source = pattern.replaceAll("*", "[^]*").replaceAll("?", "[^]");
      assert.equal(compileGlob(utf8(pattern))(utf8(text)), new RegExp(`^${source}$`, "u").test(text));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("compileGlob takes any bytes for a glob and any for a name", () => {
  const bytes = fc.uint8Array({ maxLength: 12 });
  fc.assert(fc.property(bytes, bytes, (glob, name) => {
    try {
      assert.equal(typeof compileGlob(glob)(name), "boolean");
    } catch (error) {
      assert.ok(error instanceof SyntaxError, String(error));
    }
  }));
});

Deno.test("compileGlob of a name with every special byte escaped matches that name only", () => {
  const name = fc.uint8Array({ minLength: 1, maxLength: 12 });
  fc.assert(fc.property(name, name, (one, other) => {
    const escaped = Uint8Array.from([...one].flatMap((byte) => [0x5c, byte]));
    assert.equal(compileGlob(escaped)(one), true);
    assert.equal(compileGlob(escaped)(other), String(one) === String(other));
  }));
});
