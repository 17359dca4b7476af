// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { tarTree, zipTree } from "../../../mod/restorer/mod.ts";
import { file, folder, node, ToyStore } from "./toy_store.ts";
import { signal } from "./archive_sample.ts";

Deno.test("archiveEntries lets tarTree and zipTree leave out what is unsafe or impossible, and say so", async () => {
  const store = new ToyStore();
  const nodes = [
    folder(store, "..", [file(store, "x", "evil")]),
    file(store, "a/b", "evil"),
    node("file", "damaged"),
    node("socket", "socket"),
    node("fifo", "pipe"),
    file(store, "C:\\x", "odd"),
  ];
  for (const [make, expected] of [[tarTree, 4], [zipTree, 5]] as const) {
    const problems: string[] = [];
    const parts = await Array.fromAsync(
      make(store, { nodes }, { signal, onProblem: ({ code }) => void problems.push(code) }),
    );
    assert.equal(problems.length, expected);
    const all = utf8Text(new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer()));
    assert.ok(!all.includes("evil") && !all.includes(".."));
    assert.equal(all.includes("C%3A%5Cx"), make === zipTree);
  }
});

Deno.test("ArchiveOptions do not keep tarTree and zipTree from ending with an error at a damaged blob or a false size", async () => {
  for (const make of [tarTree, zipTree]) {
    const store = new ToyStore();
    const damaged = file(store, "f", "0123456789", { piece: 4 });
    const short = { ...file(store, "g", "0123456789"), size: 11n };
    const long = { ...file(store, "h", "x".repeat(2_000_000)), size: 1_500_000n };
    store.damage(damaged.content![1]!);
    for (const bad of [damaged, short, long]) {
      const archive = make(store, { nodes: [bad] }, { signal, onProblem: () => {} });
      await assert.rejects(
        Array.fromAsync(archive),
        (error) => isSgError(error, "SG1005"),
        utf8Text(bad.name),
      );
    }
  }
});
