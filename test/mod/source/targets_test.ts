// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { type Target, targetTree } from "../../../mod/source/mod.ts";

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
