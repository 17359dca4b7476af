// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { walkTree } from "../../../mod/restorer/mod.ts";
import { file, folder, ToyStore } from "./toy_store.ts";

const signal = new AbortController().signal;

function sample(store: ToyStore) {
  const deep = Array.from({ length: 30 }, (_, i) => folder(store, `d${i}`, [file(store, "f", `${i}`)]));
  return store.putTree([
    folder(store, "a", [file(store, "x", "x"), folder(store, "y", [file(store, "z", "z")])]),
    file(store, "b", "b"),
    folder(store, "c", deep),
  ]);
}

Deno.test("walkTree yields every entry, a folder before what it holds, in the order of names", async () => {
  const store = new ToyStore();
  const seen = await Array.fromAsync(
    walkTree(store, sample(store), { signal }),
    ({ path }) => utf8Text(path),
  );
  assert.deepEqual(seen.slice(0, 6), ["/a", "/a/x", "/a/y", "/a/y/z", "/b", "/c"]);
  assert.equal(seen.length, 66);
});

Deno.test("walkTree loads no tree of a folder that is left out, and few ahead", async () => {
  const store = new ToyStore();
  const root = sample(store);
  const loaded: string[] = [];
  const loader = {
    loadTree: (id: Parameters<ToyStore["loadTree"]>[0]) => {
      loaded.push(id);
      return store.loadTree(id);
    },
  };
  const select = (path: Uint8Array) => {
    const text = utf8Text(path);
    return text === "/c/d29/f"
      ? "yes" as const
      : text.startsWith("/c") && !text.endsWith("f")
      ? "below" as const
      : "no" as const;
  };
  const seen = await Array.fromAsync(
    walkTree(loader, root, { signal, select }),
    ({ path }) => utf8Text(path),
  );
  assert.deepEqual(seen, ["/c/d29/f"]);
  assert.ok(!loaded.includes(store.trees.get(root)!.nodes[0]!.subtree!) || loaded.length < 40);
  for await (const _entry of walkTree(loader, root, { signal, select: () => "no" })) assert.fail();
});

Deno.test("walkTree stops at a lost tree, or leaves it out where told", async () => {
  const store = new ToyStore();
  const root = sample(store);
  store.trees.delete(store.trees.get(root)!.nodes[0]!.subtree!);
  await assert.rejects(Array.fromAsync(walkTree(store, root, { signal })), (e) => isSgError(e, "SG1028"));
  const failed: string[] = [];
  const entries = await Array.fromAsync(
    walkTree(store, root, { signal, onFailure: (path) => void failed.push(utf8Text(path)) }),
  );
  assert.deepEqual([failed, entries.length], [["/a"], 63]);
});

Deno.test("walkTree ends when it is aborted", async () => {
  const store = new ToyStore();
  const stop = new AbortController();
  const walk = walkTree(store, sample(store), { signal: stop.signal });
  await walk.next();
  stop.abort();
  await assert.rejects(Array.fromAsync(walk));
});
