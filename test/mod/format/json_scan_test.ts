// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { MIB, utf8 } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { assertBearable } from "../../../mod/format/mod.ts";

Deno.test("assertBearable counts values outside texts only, and looks at no small file", () => {
  const many = "{},".repeat(MIB);
  assert.throws(() => assertBearable(utf8(many), "file"), (error) => isSgError(error, "SG1017"));
  assertBearable(utf8(many.slice(0, MIB)), "file");
  assertBearable(utf8(JSON.stringify(many)), "file");
  assertBearable(utf8(`["${'\\\\\\"{},'.repeat(MIB / 2)}"]`), "file");
  assertBearable(utf8(`"${many}`), "file");
});
