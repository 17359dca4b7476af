// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { openFileSystem, sameFileSystem } from "../../../mod/platform/mod.ts";
import { opened } from "../../suite/file_system.ts";

Deno.test("sameFileSystem tells a mount from the folder that holds it", {
  ignore: Deno.build.os !== "linux",
}, () => {
  const fs = openFileSystem();
  using root = opened(fs, fs.openRoot("/"));
  assert.ok(sameFileSystem(fs.statPath("/"), fs.statFd(root.fd)));
  assert.ok(!sameFileSystem(fs.statPath("/"), fs.statPath("/proc")));
});
