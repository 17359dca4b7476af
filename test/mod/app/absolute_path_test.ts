// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { absolutePath } from "../../../mod/app/absolute_path.ts";

Deno.test("absolutePath takes a relative path from the folder that the user is in, without dots", () => {
  const here = Deno.cwd();
  const table = {
    "a": `${here}/a`,
    ".": here,
    "./a/../b/": `${here}/b`,
    "/a//b/./c/..": "/a/b",
    "/../..": "/",
    "/": "/",
    "C:\\Users": "C:\\Users",
    "\\\\server\\share": "\\\\server\\share",
  };
  for (const [path, absolute] of Object.entries(table)) assert.equal(absolutePath(path), absolute, path);
});
