// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { importsOf, resolved, ROOT, sourcesIn } from "./_sources.ts";

/** Something that exists when the program runs: files of types only have nothing to test. */
const RUNNING_EXPORT = /^export (?:default )?(?:async |abstract )*(?:function|class|const|let|enum)\b/m;

/** Files that a module's face names; the rest are its inner rooms, tested through these or in files of their own. */
const faces = new Set(
  sourcesIn("mod").filter(({ path }) => path.endsWith("/mod.ts")).flatMap((face) =>
    importsOf(face).filter((specifier) => specifier.startsWith("./")).map((specifier) =>
      resolved(face.path, specifier)
    )
  ),
);

function isFile(path: string): boolean {
  try {
    return Deno.statSync(ROOT + path).isFile;
  } catch {
    return false;
  }
}

Deno.test("mirror: each public file in mod/ has its namesake in test/mod/", () => {
  const faults = sourcesIn("mod")
    .filter(({ path, code }) => faces.has(path) && !/\/_[^/]*$/.test(path) && RUNNING_EXPORT.test(code))
    .map(({ path }) => `test/${path.replace(/\.ts$/, "_test.ts")}`)
    .filter((path) => !isFile(path));
  assert.deepEqual(faults, []);
});

Deno.test("mirror: each test in test/mod/ lies in the folder of a module", () => {
  const faults = sourcesIn("test/mod").map(({ path }) => path)
    .filter((path) => !isFile(`mod/${path.split("/")[2]}/mod.ts`));
  assert.deepEqual(faults, []);
});
