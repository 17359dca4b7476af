// Copyright the SpareGrid authors. Apache-2.0.
import fc from "fast-check";
import assert from "node:assert/strict";
import { utf8Text } from "../../../mod/base/mod.ts";
import { findEntries, listSnapshots } from "../../../mod/job/mod.ts";
import { walkTree } from "../../../mod/restorer/mod.ts";
import { PatternSet } from "../../../mod/source/mod.ts";
import { Repository } from "../../../mod/repository/mod.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { type Draft, DraftSaver } from "../../kit/repository.ts";

const NAME = fc.constantFrom("a", "b", "c", "ab");
const { folder: FOLDER } = fc.letrec<{ folder: Draft; part: string | Draft }>((tie) => ({
  folder: fc.dictionary(NAME, tie("part"), { maxKeys: 3, noNullPrototype: true }) as fc.Arbitrary<Draft>,
  part: fc.oneof({ maxDepth: 4, withCrossShrink: true }, fc.constantFrom("x", "y"), tie("folder")),
}));
const PATTERN = fc.constantFrom("a", "b*", "/a/b", "a/b", "**/c", "/a/**/b", "ab/", "c/a", "zzz", "/b/*/c");
const ORDER = { ignoreCase: false, snapshots: [], filter: {} };

Deno.test("findEntries finds the same as a walk that remembers nothing", async () => {
  const drafts = fc.array(FOLDER, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(drafts, fc.array(PATTERN, { minLength: 1, maxLength: 2 }), async (folders, patterns) => {
      const stage = await JobStage.made();
      await using session = await stage.open();
      const saver = new DraftSaver(session.repository);
      // Each twice, and below another name: the same trees at other places.
      for (const [i, folder] of [...folders, ...folders.map((folder) => ({ a: folder }))].entries()) {
        await saver.snapshot({ ...folder, c: folder }, { time: BigInt(i) });
      }
      const set = new PatternSet(patterns);
      const wanted: string[] = [];
      const { signal } = heardRun();
      for (const { id, snapshot } of await listSnapshots(session, { filter: {} }, heardRun())) {
        for await (const { path, node } of walkTree(session.repository, snapshot.tree, { signal })) {
          if (set.match(path, node.type === "dir") === "in") wanted.push(`${id} ${utf8Text(path)}`);
        }
      }
      const found = await Array.fromAsync(findEntries(session, { ...ORDER, patterns }, heardRun()));
      assert.deepEqual(found.map(({ snapshot, entry }) => `${snapshot.id} ${utf8Text(entry.path)}`), wanted);
    }),
    { numRuns: 30, seed: 20_261_125 },
  );
});

Deno.test("findEntries looks once into trees that hold no match, however many snapshots share them", async () => {
  const stage = await JobStage.made();
  await using session = await stage.open();
  const saver = new DraftSaver(session.repository);
  const shared: Draft = { deep: { deeper: { x: "x" } }, other: { y: "y" } };
  for (let i = 0; i < 20; i++) await saver.snapshot({ shared, own: { [`f${i}`]: "z" } }, { time: BigInt(i) });
  const { loadTree } = Repository.prototype;
  let loads = 0;
  Repository.prototype.loadTree = function (...args) {
    loads++;
    return loadTree.apply(this, args);
  };
  using _ = { [Symbol.dispose]: () => void (Repository.prototype.loadTree = loadTree) };
  const found = await Array.fromAsync(findEntries(session, { ...ORDER, patterns: ["f7"] }, heardRun()));
  assert.deepEqual(found.map(({ entry }) => utf8Text(entry.path)), ["/own/f7"]);
  // A root and "own" of each, and the shared ones once; a little is loaded ahead.
  assert.ok(loads >= 44 && loads < 70, String(loads));
});
