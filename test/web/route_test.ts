// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { addressOf, foldersTo, pathInput, routeOf, TOP } from "../../web/route.js";

Deno.test("routeOf: takes back what addressOf made, whatever names hold", () => {
  const paths = [TOP, { text: "/a b/#?&%/ä\u202e/<x>" }, { text: "/\ufffd", base64: "L/8=" }];
  for (const path of paths) {
    const route = { name: "folder" as const, set: "a/b?c", snapshot: "00".repeat(32), path };
    assert.deepEqual(routeOf(addressOf(route)), route);
  }
  assert.deepEqual(routeOf(addressOf({ name: "set", set: "x y" })), { name: "set", set: "x y" });
  assert.deepEqual(routeOf(addressOf({ name: "overview" })), { name: "overview" });
});

Deno.test("routeOf: what is no address of ours is the overview", () => {
  for (const hash of ["", "#", "#/", "#x", "#/set", "#/set/", "#/set/%ff", "#/other/1", "#/%"]) {
    assert.deepEqual(routeOf(hash), { name: "overview" }, hash);
  }
});

Deno.test("addressOf: leads to this page only, whatever an ID holds", () => {
  for (const set of ["//evil.example", "javascript:alert(1)", "\\\\evil", "..%2f"]) {
    assert.match(addressOf({ name: "set", set }), /^#\/set\/[\w.%()-]+$/);
  }
});

Deno.test("pathInput: bytes where the path is not UTF-8", () => {
  assert.deepEqual(pathInput({ text: "/a" }), { text: "/a" });
  assert.deepEqual(pathInput({ text: "/\ufffd", base64: "L/8=" }), { base64: "L/8=" });
});

Deno.test("foldersTo: each folder from the top down; only what is not UTF-8 needs its bytes", () => {
  assert.deepEqual(foldersTo(TOP), [{ name: "All files", path: TOP }]);
  assert.deepEqual(foldersTo({ text: "/home/é" }).slice(1), [
    { name: "home", path: { text: "/home" } },
    { name: "é", path: { text: "/home/é" } },
  ]);
  const base64 = btoa("/a/\xff/b");
  assert.deepEqual(foldersTo({ text: "/a/\ufffd/b", base64 }).slice(1), [
    { name: "a", path: { text: "/a" } },
    { name: "\ufffd", path: { text: "/a/\ufffd", base64: btoa("/a/\xff") } },
    { name: "b", path: { text: "/a/\ufffd/b", base64 } },
  ]);
});
