// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { FolderCache } from "../../../mod/client/folder_cache.ts";
import type { TreeFolder } from "../../../mod/client/tree_folder.ts";

const folder = (bytes: number): TreeFolder => ({ bytes, count: 0, nodes: () => [], placeOf: () => 0 });

Deno.test("FolderCache: keeps what was used last within its bound, and one that is larger than that", async () => {
  const cache = new FolderCache(100);
  const loads: string[] = [];
  const get = (tree: string, bytes: number) =>
    cache.get(tree, () => (loads.push(tree), Promise.resolve(folder(bytes))));
  await get("a", 40);
  await get("b", 40);
  await get("a", 40);
  await get("c", 40); // b goes
  await get("a", 40);
  await get("b", 40); // c goes
  assert.deepEqual(loads, ["a", "b", "c", "b"]);
  await get("huge", 1_000);
  await get("huge", 1_000);
  assert.equal(cache.bytes, 1_000);
  await get("a", 40);
  assert.equal(cache.bytes, 40);
  assert.deepEqual(loads, ["a", "b", "c", "b", "huge", "a"]);
});

Deno.test("FolderCache: many who ask at a time wait for one; that one going away is no failure of the others", async () => {
  const cache = new FolderCache();
  const first = Promise.withResolvers<TreeFolder>();
  let loads = 0;
  const one = cache.get("a", () => (loads++, first.promise));
  const two = cache.get("a", () => (loads++, Promise.resolve(folder(7))));
  first.reject(new Error("went away"));
  await assert.rejects(one, /went away/);
  assert.equal((await two).bytes, 7);
  assert.equal(loads, 2);
  await cache.get("a", () => (loads++, Promise.resolve(folder(7))));
  assert.equal(loads, 2);
});
