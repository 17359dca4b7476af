// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { inFreshProcess } from "../../kit/fresh_process.ts";

/** The traits that a fresh process finds. */
const traitsWith = (env: Record<string, string>) =>
  inFreshProcess<Record<string, boolean>>("platform.openFileSystem().traits", env);

Deno.test("openFileSystem gives one port per thread", () => {
  assert.equal(openFileSystem(), openFileSystem());
});

Deno.test("openFileSystem takes the C library unless SPAREGRID_NO_NATIVE=1 forbids it", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const [native, portable] = await Promise.all([
    traitsWith({ SPAREGRID_NO_NATIVE: "" }),
    traitsWith({ SPAREGRID_NO_NATIVE: "1" }),
  ]);
  assert.deepEqual(native, {
    byteNames: true,
    posix: true,
    xattrs: true,
    byDescriptor: true,
    syncsAll: true,
  });
  assert.deepEqual(portable, {
    byteNames: false,
    posix: true,
    xattrs: false,
    byDescriptor: false,
    syncsAll: false,
  });
});
