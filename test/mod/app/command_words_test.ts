// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { commandWords } from "../../../mod/app/command_words.ts";
import { isSgError } from "../../../mod/errors/mod.ts";

Deno.test("commandWords splits at blanks and honours quotes and backslashes", () => {
  assert.deepEqual(commandWords("pass show backup"), ["pass", "show", "backup"]);
  assert.deepEqual(commandWords(`  a 'b c' "d 'e'" f\\ g ''`), ["a", "b c", "d 'e'", "f g", ""]);
  assert.deepEqual(commandWords(`'a\\b' "c\\"d" x"y"z`), ["a\\b", 'c"d', "xyz"]);
});

Deno.test("commandWords refuses open quotes and nothing, and never shows the command", () => {
  for (const text of ["echo 'secret", 'echo "secret', "", "   "]) {
    assert.throws(
      () => commandWords(text),
      (error) => isSgError(error, "SG1008") && !/secret/.test(error.message),
    );
  }
});
