// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { absolutePath, cleanComponents, joinPath } from "../../../mod/source/mod.ts";

Deno.test("cleanComponents resolves dots by the text alone", () => {
  const clean = (path: string) => utf8Text(absolutePath(cleanComponents(utf8(path))));
  assert.equal(clean("/a//b/./c/../d/"), "/a/b/d");
  assert.equal(clean("/../a"), "/a");
  assert.equal(clean("/"), "/");
  assert.equal(utf8Text(joinPath(utf8("/"), utf8("a"))), "/a");
});
