// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Estimator } from "../../../mod/archiver/estimator.ts";
import { utf8 } from "../../../mod/base/mod.ts";
import { ExcludeRules } from "../../../mod/source/mod.ts";
import { MemoryTree } from "../../kit/memory_tree.ts";

Deno.test("Estimator.step counts what a run will read, and leaves nothing open", () => {
  const tree = new MemoryTree().folder("/a", "/a/b", "/a/skip", "/c", "/tagged");
  for (let i = 0; i < 700; i++) tree.write(`/a/b/${i}`, "123");
  tree.write("/a/x.o", "1").write("/a/skip/y", "1").write("/c/z", "12345").write("/tagged/.no", "").write(
    "/tagged/q",
    "1",
  );
  tree.at("/a/link", (dir, name) => tree.fs.makeSymlink(dir, name, utf8("/c")));
  const rules = new ExcludeRules({ patterns: ["*.o", "/a/skip"], ifPresent: [".no"] });
  const estimator = new Estimator(tree.fs, rules, ["/a", "/c/z", "/tagged", "/none"].map(utf8));
  let steps = 0;
  while (!estimator.done) {
    estimator.step();
    assert.ok(++steps < 100);
  }
  assert.deepEqual([estimator.files, estimator.bytes], [702, 2105]);
  assert.equal(tree.fs.openCount, 0);
});

Deno.test("Estimator ended early leaves nothing open", () => {
  const tree = new MemoryTree().folder("/a", "/a/b").write("/a/b/c", "1");
  const estimator = new Estimator(tree.fs, new ExcludeRules(), [utf8("/")]);
  for (let i = 0; i < 3; i++) estimator.step();
  estimator[Symbol.dispose]();
  assert.equal(tree.fs.openCount, 0);
  assert.equal(estimator.done, true);
});
