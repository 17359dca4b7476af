// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { systemRandom } from "../../../mod/base/mod.ts";
import type { SealedPack } from "../../../mod/repository/mod.ts";
import { TreePacks } from "../../../mod/repository/tree_packs.ts";
import { initRepository } from "../../kit/repository.ts";

/** Tree packs of a repository, with a place of their own for what is stored; its `failing`-th save fails. */
async function packsThatFail(failing: number) {
  const repository = await initRepository(undefined, { packBytesTarget: 4_000 });
  const cut = new Error("the connection was cut");
  let saves = 0, underWay = 0, most = 0;
  const save = async (_pack: SealedPack) => {
    const number = ++saves;
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 2));
    underWay--;
    if (number === failing) throw cut;
  };
  const parts = { ...repository.writerSeed(), table: repository.table };
  return {
    packs: new TreePacks(parts, systemRandom, save),
    cut,
    saves: () => saves,
    most: () => most,
  };
}

Deno.test("TreePacks: each failure is met by somebody, however many trees come at once", async () => {
  const { packs, saves, most } = await packsThatFail(0);
  const trees = Array.from({ length: 24 }, () => systemRandom.bytes(3_000));
  /** Two at a time, whatever is still under way; then all is to be stored. */
  const addAll = async (to: TreePacks) => {
    const adding: Promise<unknown>[] = [];
    for (const tree of trees) {
      const added = to.add(tree, {});
      added.catch(() => {});
      adding.push(added);
      if (adding.length % 2 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    return await Promise.allSettled([...adding, to.settle({})]);
  };
  await addAll(packs);
  const all = saves();
  ok(all >= 5, `${all} packs`);
  strictEqual(most(), 1);
  for (let failing = 1; failing <= all; failing++) {
    const { packs, cut, saves } = await packsThatFail(failing);
    const outcomes = await addAll(packs);
    const reasons = outcomes.flatMap((outcome) => outcome.status === "rejected" ? [outcome.reason] : []);
    // Trees that come while one is sealed may go with it or not: it takes a pack more or less.
    const failed = saves() >= failing;
    deepStrictEqual(reasons, failed ? [cut] : [], `save ${failing} of ${all}`);
    ok(failed || failing >= all - 2, `only ${saves()} packs, ${all} before`);
    await packs.settle({});
  }
});
