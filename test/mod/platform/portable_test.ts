// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8 } from "../../../mod/base/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { PortableFileSystem } from "../../../mod/platform/portable.ts";
import { scratch } from "../../kit/scratch.ts";
import { fails, list, opened, testFileSystem, write } from "../../suite/file_system.ts";

testFileSystem("PortableFileSystem", async () => {
  const folder = await scratch();
  return {
    fs: new PortableFileSystem(),
    path: folder.path,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

Deno.test("PortableFileSystem.entries reports names that it cannot say as failures", async () => {
  await using folder = await scratch();
  const native = openFileSystem();
  assert.ok(native.traits.byteNames, "this test needs a system with byte names");
  {
    using root = opened(native, native.openRoot(folder.path));
    write(native, root.fd, Uint8Array.of(0x61, 0xff), utf8("x"));
    write(native, root.fd, utf8("good"), utf8("x"));
  }
  const fs = new PortableFileSystem();
  using root = opened(fs, fs.openRoot(folder.path));
  const entries = list(fs, root.fd);
  assert.equal(entries.length, 2);
  assert.equal(entries.filter(({ failure }) => failure !== undefined).length, 1);
  fails("EILSEQ", () => fs.stat(root.fd, Uint8Array.of(0x61, 0xff)));
});
