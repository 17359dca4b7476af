// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { ROOT, sourcesIn } from "./_sources.ts";

/** Something that exists when the program runs: files of types only have nothing to test. */
const RUNNING_EXPORT = /^export (?:default )?(?:async |abstract )*(?:function|class|const|let|enum)\b/m;

Deno.test("mirror: each public file in mod/ has its namesake in test/mod/", () => {
  const faults = sourcesIn("mod")
    .filter(({ path, code }) => !/\/(?:mod\.ts|_[^/]*)$/.test(path) && RUNNING_EXPORT.test(code))
    .map(({ path }) => `test/${path.replace(/\.ts$/, "_test.ts")}`)
    .filter((path) => {
      try {
        return !Deno.statSync(ROOT + path).isFile;
      } catch {
        return true;
      }
    });
  assert.deepEqual(faults, []);
});

Deno.test("mirror: each test in test/mod/ has its namesake in mod/", () => {
  const faults = sourcesIn("test/mod").filter(({ path }) => path.endsWith("_test.ts"))
    .map(({ path }) => path.replace(/^test\//, "").replace(/_test\.ts$/, ".ts"))
    .filter((path) => {
      try {
        return !Deno.statSync(ROOT + path).isFile;
      } catch {
        return true;
      }
    });
  assert.deepEqual(faults, []);
});
