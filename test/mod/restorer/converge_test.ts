// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import type { Node } from "../../../mod/format/mod.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";
import { at, content, paths, stat } from "./sight.ts";
import { file, folder, node, type NodeFacts, restoreNodes, sorted, ToyStore } from "./toy_store.ts";

/** A tree as a test draws it. */
interface Drawn {
  readonly name: string;
  readonly kind: "file" | "symlink" | "fifo" | "dir";
  readonly text: string;
  readonly below: readonly Drawn[];
  readonly permissions: number;
  readonly mtime: bigint;
}

const { tree } = fc.letrec<{ tree: Drawn[] }>((tie) => ({
  tree: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "b", "c", "d", "e"),
      kind: fc.constantFrom(
        "file" as const,
        "file" as const,
        "symlink" as const,
        "fifo" as const,
        "dir" as const,
      ),
      text: fc.string({ minLength: 1, maxLength: 60 }),
      below: fc.oneof({ maxDepth: 3, depthSize: "small" }, fc.constant([]), tie("tree")),
      permissions: fc.nat({ max: 0o7777 }),
      mtime: fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }),
    }),
    { maxLength: 5, selector: ({ name }) => name },
  ),
}));

function nodesOf(store: ToyStore, drawn: readonly Drawn[]): Node[] {
  return sorted(drawn.map(({ name, kind, text, below, permissions, mtime }) => {
    const facts: NodeFacts = { permissions, mtime, uid: permissions % 5 };
    if (kind === "dir") return folder(store, name, nodesOf(store, below), facts);
    if (kind === "file") return file(store, name, text, { ...facts, piece: 7 });
    return kind === "symlink"
      ? node(kind, name, { ...facts, linkTarget: utf8(text.replaceAll("\0", "0")) })
      : node(kind, name, facts);
  }));
}

/** Everything that should stand below `path`. */
function expectation(drawn: readonly Drawn[], path: string): string[] {
  return drawn.flatMap(({ name, kind, text, below, permissions, mtime }) => {
    const here = `${path}/${name}`;
    const value = kind === "file" ? text : kind === "symlink" ? text.replaceAll("\0", "0") : "";
    const mode = kind === "symlink" ? "" : permissions.toString(8);
    const line = `${here} ${kind} ${mode} ${mtime} ${permissions % 5} ${JSON.stringify(value)}`;
    return kind === "dir" ? [line, ...expectation(below, here)] : [line];
  }).sort();
}

function observation(fs: MemoryFileSystem, path: string): string[] {
  return paths(fs, path).map((here) => {
    const { kind, permissions, mtime, uid } = stat(fs, here);
    const value = kind === "file"
      ? utf8Text(content(fs, here))
      : kind === "symlink"
      ? utf8Text(at(fs, here, (dir, name) => fs.readSymlink(dir, name)))
      : "";
    return `${here} ${kind} ${kind === "symlink" ? "" : permissions.toString(8)} ${mtime} ${uid} ${
      JSON.stringify(value)
    }`;
  }).sort();
}

Deno.test("restoreTree with delete turns any tree into the snapshot's", async () => {
  await fc.assert(
    fc.asyncProperty(tree, tree, async (before, after) => {
      const fs = new MemoryFileSystem();
      const store = new ToyStore(20);
      for (const drawn of [before, after, after]) {
        const { problems } = await restoreNodes(fs, store, nodesOf(store, drawn), "/t", {
          delete: true,
          verify: true,
        });
        assert.deepEqual(problems.map(({ message }) => message), []);
        assert.deepEqual(observation(fs, "/t"), expectation(drawn, "/t"));
        assert.equal(fs.openCount, 0);
      }
    }),
    { numRuns: 60 },
  );
});
