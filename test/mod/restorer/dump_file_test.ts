// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { concatBytes, equalBytes } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { dumpFile } from "../../../mod/restorer/mod.ts";
import { file, node, ToyStore } from "./toy_store.ts";

const signal = new AbortController().signal;

Deno.test("dumpFile yields the content in order with few blobs ahead", async () => {
  const store = new ToyStore();
  const content = crypto.getRandomValues(new Uint8Array(50_000));
  const entry = file(store, "f", content, { piece: 1000 });
  let asked = 0;
  const needs = {
    loadTree: (id: Parameters<ToyStore["loadTree"]>[0]) => store.loadTree(id),
    loadBlob: (id: Parameters<ToyStore["loadBlob"]>[0]) => {
      asked++;
      return store.loadBlob(id);
    },
  };
  const parts: Uint8Array[] = [];
  for await (const part of dumpFile(needs, entry, signal)) {
    parts.push(part);
    assert.ok(asked <= parts.length + 8);
  }
  assert.ok(equalBytes(concatBytes(parts), content));
});

Deno.test("dumpFile gives no byte of a damaged blob", async () => {
  const store = new ToyStore();
  const content = crypto.getRandomValues(new Uint8Array(5_000));
  const entry = file(store, "f", content, { piece: 1000 });
  store.damage(entry.content![3]!);
  const parts: Uint8Array[] = [];
  await assert.rejects(async () => {
    for await (const part of dumpFile(store, entry, signal)) parts.push(part);
  }, (error) => isSgError(error, "SG1005"));
  assert.ok(equalBytes(concatBytes(parts), content.subarray(0, 3000)));
});

Deno.test("dumpFile refuses what is no file", async () => {
  const dump = (type: "dir" | "file") => Array.fromAsync(dumpFile(new ToyStore(), node(type, "x"), signal));
  await assert.rejects(dump("dir"), (error) => isSgError(error, "SG1011"));
  await assert.rejects(dump("file"), (error) => isSgError(error, "SG1005"));
});
