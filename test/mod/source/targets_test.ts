// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { childOf, type Target, targetTree } from "../../../mod/source/mod.ts";

Deno.test("targetTree mirrors and merges the paths", () => {
  const show = (node: Target): unknown => [
    utf8Text(node.path) + (node.whole ? "*" : ""),
    ...node.children.map(show),
  ];
  const tree = targetTree(["/home/bob/x", "/home/ada", "/home/ada/", "/b", "/home/ada/in"].map(utf8));
  assert.deepEqual(show(tree), [
    "/",
    ["/b*"],
    ["/home", ["/home/ada*", ["/home/ada/in*"]], ["/home/bob", ["/home/bob/x*"]]],
  ]);
  assert.equal(targetTree([utf8("/")]).whole, true);
});

Deno.test("targetTree, childOf: a folder of which two hundred thousand files are named", () => {
  const names = Array.from({ length: 200_000 }, (_, i) => `${i}`);
  const folder = targetTree(names.map((name) => utf8(`/d/${name}`))).children[0]!;
  assert.deepEqual([folder.children.length, folder.whole], [200_000, false]);
  for (const name of names) assert.equal(utf8Text(childOf(folder, utf8(name))!.path), `/d/${name}`);
  assert.equal(childOf(folder, utf8("200000")), undefined);
  assert.equal(childOf(folder.children[0]!, utf8("x")), undefined);
});
