// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { JsonArrayReader } from "../../../mod/storage/_json_array.ts";

function readAll(pieces: string[]): unknown[] {
  const reader = new JsonArrayReader();
  const found = pieces.flatMap((piece) => [...reader.push(piece)]);
  reader.end();
  return found;
}

function cut(text: string, at: number[]): string[] {
  const marks = [...new Set(at.map((n) => n % (text.length + 1)))].sort((a, b) => a - b);
  return [...marks, text.length].map((end, i) => text.slice(i === 0 ? 0 : marks[i - 1], end));
}

Deno.test("JsonArrayReader: agrees with JSON.parse however the text is cut and spaced", () => {
  const value = fc.array(fc.jsonValue({ maxDepth: 3 }));
  fc.assert(fc.property(value, fc.array(fc.nat(10_000)), fc.constantFrom(0, 1, "\t"), (array, at, space) => {
    const text = JSON.stringify(array, null, space);
    assert.deepEqual(readAll(cut(text, at)), JSON.parse(text));
  }));
});

Deno.test("JsonArrayReader: refuses what JSON.parse refuses", () => {
  const texts = fc.array(fc.constantFrom("[", "]", "{", "}", '"', "\\", ",", ":", "1", "a", " ", "null"))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(texts, fc.array(fc.nat(100)), (text, at) => {
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expected = undefined;
      }
      if (Array.isArray(expected)) assert.deepEqual(readAll(cut(text, at)), expected);
      else assert.throws(() => readAll(cut(text, at)), SyntaxError);
    }),
    { numRuns: 3000 },
  );
});
