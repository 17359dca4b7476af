// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { expandPathGlob } from "../../../mod/source/mod.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";

function disk(): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  const root = fs.openRoot("/");
  for (const name of ["a", "ab", "b"]) {
    fs.makeFolder(root, utf8(name), 0o755);
    const dir = fs.openFolder(root, utf8(name));
    for (const file of ["x.c", "y.h"]) fs.close(fs.create(dir, utf8(file), 0o644));
    fs.close(dir);
  }
  fs.close(fs.create(root, utf8("afile"), 0o644));
  fs.close(root);
  return fs;
}

Deno.test("expandPathGlob gives every existing match in order", () => {
  const expand = (pattern: string) => expandPathGlob(disk(), utf8(pattern)).map(utf8Text);
  assert.deepEqual(expand("/a*/*.c"), ["/a/x.c", "/ab/x.c"]);
  assert.deepEqual(expand("/a*"), ["/a", "/ab", "/afile"]);
  assert.deepEqual(expand("/[ab]/y.h"), ["/a/y.h", "/b/y.h"]);
  assert.deepEqual(expand("/none*"), []);
  assert.deepEqual(expand("/not/there"), ["/not/there"]);
});

Deno.test("expandPathGlob refuses a malformed glob and leaves nothing open", () => {
  const fs = disk();
  assert.throws(() => expandPathGlob(fs, utf8("/a*/[x")), (error) => isSgError(error, "SG1021"));
  assert.equal(fs.openCount, 0);
});
