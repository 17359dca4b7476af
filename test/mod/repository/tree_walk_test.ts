// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { BlobId } from "../../../mod/base/mod.ts";
import { EntrySet, walkTrees } from "../../../mod/repository/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DamagedStorage } from "../../kit/damaged_storage.ts";
import { type Draft, DraftSaver, initRepository, reopen } from "../../kit/repository.ts";

Deno.test("walkTrees visits every tree once, whatever the shape and however the packs cut it", async () => {
  const { tree } = fc.letrec<{ tree: Draft }>((tie) => ({
    tree: fc.dictionary(
      fc.constantFrom("a", "b", "c"),
      fc.oneof({ depthSize: "small" }, fc.constantFrom("x", "y"), tie("tree")),
      { maxKeys: 3 },
    ) as fc.Arbitrary<Draft>,
  }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(tree, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 100, max: 3000 }),
      async (
        drafts,
        packBytesTarget,
      ) => {
        const storage = new MemoryStorage();
        const repository = await initRepository(storage, { packBytesTarget });
        const saver = new DraftSaver(repository);
        const roots: BlobId[] = [];
        for (const draft of drafts) roots.push(await saver.tree(draft));
        await saver.endPack();
        await repository.flush();
        const again = await reopen(storage);
        const trees: BlobId[] = [];
        again.table.eachEntry((entry) => {
          if (again.table.typeOf(entry) === "tree") trees.push(again.table.idOf(entry));
        });
        const visited: BlobId[] = [];
        await walkTrees(again, roots, { tree: (id) => visited.push(id) });
        deepStrictEqual(visited.sort(), trees.sort());
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("walkTrees tells of each damaged or missing tree once and goes on, or ends at the first", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const repository = await initRepository(storage);
  const saver = new DraftSaver(repository);
  const bad = await saver.tree({ bad: "1" });
  await repository.flush();
  const root = await saver.tree({ a: { bad: "1" }, b: { good: "2" }, c: { bad: "1" } });
  await saver.endPack();
  await repository.flush();
  const again = await reopen(storage);
  const name = again.packs.id(again.locate("tree", bad)!.pack);
  storage.flip({ type: "data", name }, 20);
  const missing = "e".repeat(64) as BlobId;
  const damaged: string[] = [];
  let visited = 0;
  await walkTrees(again, [root, missing, missing], {
    tree: () => visited++,
    damaged: (id, { code }) => damaged.push(`${id} ${code}`),
  });
  strictEqual(visited, 2);
  deepStrictEqual(damaged.sort(), [`${bad} SG1005`, `${missing} SG1028`].sort());
  await rejects(walkTrees(again, [root], { tree() {} }), { code: "SG1005" });
  await rejects(walkTrees(again, [missing], { tree() {} }), { code: "SG1028" });
  await rejects(
    walkTrees(again, [root], { tree() {} }, AbortSignal.abort(new Error("stop"))),
    /stop|interrupted/i,
  );
});

Deno.test("EntrySet holds what was added and nothing else", () => {
  fc.assert(fc.property(fc.array(fc.nat(5000)), (entries) => {
    const set = new EntrySet(100);
    const model = new Set<number>();
    for (const entry of entries) {
      strictEqual(set.add(entry), !model.has(entry));
      model.add(entry);
    }
    for (let i = 0; i <= 5000; i++) strictEqual(set.has(i), model.has(i));
    ok(!set.has(1_000_000));
  }));
});
