// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { groupSnapshots } from "../../../mod/schedule/snapshot_group.ts";

const A = { name: "A", hostname: "ada", paths: ["/b", "/a"], tags: ["x", "y"] };
const B = { name: "B", hostname: "ada", paths: ["/a", "/b"], tags: ["y", "x"] };
const C = { name: "C", hostname: "bob", paths: ["/a", "/b"] };
const D = { name: "D", paths: ["/a"], tags: ["x"] };
const ALL = [A, B, C, D];

Deno.test("groupSnapshots puts together what agrees, whatever the order of paths and tags", () => {
  assert.deepEqual(groupSnapshots(ALL, ["host", "paths"]), [
    { host: "ada", paths: ["/a", "/b"], snapshots: [A, B] },
    { host: "bob", paths: ["/a", "/b"], snapshots: [C] },
    { host: "", paths: ["/a"], snapshots: [D] },
  ]);
  assert.deepEqual(groupSnapshots(ALL, ["tags"]), [
    { tags: ["x", "y"], snapshots: [A, B] },
    { tags: [], snapshots: [C] },
    { tags: ["x"], snapshots: [D] },
  ]);
});

Deno.test("groupSnapshots without a criterion makes one group, and none of nothing", () => {
  assert.deepEqual(groupSnapshots(ALL, []), [{ snapshots: ALL }]);
  assert.deepEqual(groupSnapshots([], ["host"]), []);
});

Deno.test("groupSnapshots tells values apart that look alike when joined", () => {
  const lists = [["a", "b"], ["a,b"], ['a","b'], ["a b"], []];
  const snapshots = lists.map((paths) => ({ hostname: "h", paths }));
  assert.equal(groupSnapshots(snapshots, ["host", "paths", "tags"]).length, lists.length);
});

Deno.test("groupSnapshots changes nothing in what it was given", () => {
  groupSnapshots([A], ["paths", "tags"]);
  assert.deepEqual([A.paths, A.tags], [["/b", "/a"], ["x", "y"]]);
});
