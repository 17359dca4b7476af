// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { fileMode, isNodeType, type NodeType, permissionsOf, typeOfMode } from "../../../mod/format/mod.ts";

const TYPES: NodeType[] = ["file", "dir", "symlink", "dev", "chardev", "fifo", "socket", "irregular"];

Deno.test("fileMode gives the numbers that Go gives", () => {
  // Checked against a Go program that prints the sums of os.ModeDir and its like.
  assert.equal(fileMode("file", 0o644), 420);
  assert.equal(fileMode("dir", 0o755), 2147484141);
  assert.equal(fileMode("dir", 0o1777), 2148532735);
  assert.equal(fileMode("symlink", 0o777), 134218239);
  assert.equal(fileMode("dev", 0o660), 67109296);
  assert.equal(fileMode("chardev", 0o666), 69206454);
  assert.equal(fileMode("fifo", 0o644), 33554852);
  assert.equal(fileMode("socket", 0o755), 16777709);
  assert.equal(fileMode("irregular", 0), 524288);
  assert.equal(fileMode("file", 0o4755), 8389101);
  assert.equal(fileMode("file", 0o2755), 4194797);
});

Deno.test("permissionsOf and typeOfMode take back what fileMode put in", () => {
  fc.assert(fc.property(fc.constantFrom(...TYPES), fc.nat({ max: 0o7777 }), (type, permissions) => {
    const mode = fileMode(type, permissions);
    assert.ok(mode >= 0 && mode < 2 ** 32);
    assert.equal(permissionsOf(mode), permissions);
    assert.equal(typeOfMode(mode), type);
  }));
});

Deno.test("fileMode takes no more of a st_mode than its permissions", () => {
  assert.equal(fileMode("file", 0o100644), 0o644);
});

Deno.test("isNodeType knows the eight types and nothing that an object inherits", () => {
  assert.ok(TYPES.every(isNodeType));
  for (const other of ["", "File", "toString", "__proto__", null, 1]) assert.equal(isNodeType(other), false);
});
