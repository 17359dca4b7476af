// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { parseFilesFrom, parseFilesFromRaw, parseFilesFromVerbatim } from "../../../mod/source/mod.ts";

const texts = (list: readonly Uint8Array[]) => list.map(utf8Text);

Deno.test("parseFilesFrom drops comments, blanks and white space", () => {
  assert.deepEqual(texts(parseFilesFrom(utf8("  a b \r\n#c\n\n\t/d\n"))), ["a b", "/d"]);
});

Deno.test("parseFilesFromVerbatim keeps lines as they stand", () => {
  assert.deepEqual(texts(parseFilesFromVerbatim(utf8(" a \n#c\n\nd\r\n"))), [" a ", "#c", "d"]);
});

Deno.test("parseFilesFromRaw splits at NUL and refuses a list that is cut off", () => {
  assert.deepEqual(texts(parseFilesFromRaw(utf8("a\nb\0c\0"), "f")), ["a\nb", "c"]);
  assert.deepEqual(parseFilesFromRaw(utf8(""), "f"), []);
  assert.deepEqual([...parseFilesFromRaw(Uint8Array.of(0xff, 0), "f")[0]!], [0xff]);
  for (const bad of ["a\0b", "\0", "a\0\0"]) {
    assert.throws(
      () => parseFilesFromRaw(utf8(bad), "f"),
      (error) => isSgError(error, "SG1021"),
      JSON.stringify(bad),
    );
  }
});
