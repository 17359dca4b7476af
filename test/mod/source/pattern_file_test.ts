// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8 } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { parsePatternFile } from "../../../mod/source/mod.ts";

Deno.test("parsePatternFile skips comments and blanks and puts in environment variables", () => {
  const file = utf8("\uFEFF# comment\r\n\n  *.o  \r\n$HOME/x\n${HOME}/y z\n$$5\n$NONE\n\\#hash\n!keep\n");
  const patterns = parsePatternFile(file, "p", (name) => name === "HOME" ? "/home/ada" : undefined);
  assert.deepEqual(patterns, ["*.o", "/home/ada/x", "/home/ada/y z", "$5", "\\#hash", "!keep"]);
});

Deno.test("parsePatternFile names the file and the line of a malformed pattern", () => {
  const parse = () => parsePatternFile(utf8("a\n\n[b\n"), "my.txt", () => undefined);
  assert.throws(parse, (error) => isSgError(error, "SG1021") && /my\.txt: line 3/.test(error.message));
});
