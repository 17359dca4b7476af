// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { openFileSystem } from "../../../mod/platform/mod.ts";

/** The traits that a fresh process finds. */
async function traitsWith(env: Record<string, string>): Promise<Record<string, boolean>> {
  const module = import.meta.resolve("../../../mod/platform/mod.ts");
  const source =
    `import { openFileSystem } from "${module}"; console.log(JSON.stringify(openFileSystem().traits));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `data:text/javascript,${encodeURIComponent(source)}`],
    env,
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

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
  assert.deepEqual(native, { byteNames: true, posix: true, xattrs: true, byDescriptor: true });
  assert.deepEqual(portable, { byteNames: false, posix: true, xattrs: false, byDescriptor: false });
});
