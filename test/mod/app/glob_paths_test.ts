// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { expandGlob } from "../../../mod/app/glob_paths.ts";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { scratch } from "../../kit/scratch.ts";

Deno.test("expandGlob finds what exists, in order, hidden names only when asked for", async () => {
  await using folder = await scratch();
  for (const path of ["b/x.txt", "a/x.txt", "a/y.txt", "a/.x.txt", ".h/x.txt"]) {
    await Deno.mkdir(`${folder.path}/${path.split("/")[0]}`, { recursive: true });
    await Deno.writeTextFile(`${folder.path}/${path}`, "");
  }
  await Deno.symlink("nowhere", `${folder.path}/a/dangling.txt`);
  const found = (glob: string) =>
    expandGlob(openFileSystem(), utf8(`${folder.path}/${glob}`)).map((path) =>
      utf8Text(path).slice(folder.path.length + 1)
    );
  assert.deepEqual(found("*/x.txt"), ["a/x.txt", "b/x.txt"]);
  assert.deepEqual(found("a/*"), ["a/dangling.txt", "a/x.txt", "a/y.txt"]);
  assert.deepEqual(found("a/.*"), ["a/.x.txt"]);
  assert.deepEqual(found("?/[yz].txt"), ["a/y.txt"]);
  assert.deepEqual(found("*.nothing"), []);
});

Deno.test("expandGlob leaves a path without wildcards alone, existing or not", () => {
  assert.deepEqual(expandGlob(openFileSystem(), utf8("/no/such")), [utf8("/no/such")]);
});
