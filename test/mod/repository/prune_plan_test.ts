// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { type BlobId, MIB, type PackId, systemRandom } from "../../../mod/base/mod.ts";
import type { BlobType } from "../../../mod/format/mod.ts";
import {
  BlobTable,
  EntrySet,
  PackList,
  planPrune,
  type PruneFacts,
  type PruneLimits,
} from "../../../mod/repository/mod.ts";

interface PackDraft {
  readonly type: BlobType;
  /** Number, sealed length, used or not. */
  readonly blobs: readonly (readonly [id: number, length: number, used: boolean])[];
  readonly missing?: boolean;
  readonly uncompressed?: boolean;
}

const idOf = (n: number, type: string) =>
  (type === "tree" ? "f" : "0") + n.toString(16).padStart(63, "0") as BlobId;
const packIdOf = (n: number) => n.toString(16).padStart(64, "a") as PackId;

function factsOf(drafts: readonly PackDraft[], limits: PruneLimits = {}): PruneFacts {
  const table = BlobTable.create({ random: systemRandom });
  const packs = new PackList();
  const used = new EntrySet(1000);
  const sizes = new Map<string, number>();
  drafts.forEach(({ type, blobs, missing, uncompressed }, n) => {
    const number = packs.number(packIdOf(n));
    let offset = 0;
    for (const [id, length, isUsed] of blobs) {
      table.addHex(type, idOf(id, type), number, offset, length, uncompressed ? 0 : length);
      packs.addBlob(number, length, !uncompressed);
      if (isUsed) used.add(table.findHex(type, idOf(id, type)));
      offset += length;
    }
    if (!missing) sizes.set(packIdOf(n), packs.bytes(number));
  });
  return { table, packs, used, sizes, version: 2, limits };
}

function plan(drafts: readonly PackDraft[], limits: PruneLimits = {}) {
  const { remove, repack, forget, removeUnlisted, stats } = planPrune(factsOf(drafts, limits));
  return { remove: [...remove], repack: [...repack].sort(), forget: [...forget], removeUnlisted, stats };
}

const BIG = 5 * MIB;

Deno.test("planPrune keeps used packs, removes unused ones and repacks the most wasteful first", () => {
  const drafts: PackDraft[] = [
    { type: "data", blobs: [[1, BIG, true]] },
    { type: "data", blobs: [[2, BIG, false]] },
    { type: "data", blobs: [[3, BIG, true], [4, 100, false]] },
    { type: "data", blobs: [[5, BIG, true], [6, BIG, false]] },
  ];
  const all = plan(drafts, { maxUnused: { bytes: 0 } });
  deepStrictEqual([all.remove, all.repack], [[1], [2, 3]]);
  strictEqual(all.stats.unusedAfterBytes, 0);
  const some = plan(drafts);
  deepStrictEqual([some.remove, some.repack], [[1], [3]]);
  strictEqual(some.stats.unusedAfterBytes, 100);
  deepStrictEqual(plan(drafts, { maxUnused: "unlimited" }).repack, []);
  deepStrictEqual(plan(drafts, { maxUnused: { bytes: 0 }, maxRepackBytes: BIG + MIB }).repack, [2]);
  deepStrictEqual(plan(drafts, { maxUnused: { percent: 100 } }).repack, []);
});

Deno.test("planPrune joins small packs when there are ten of them, or when told", () => {
  const small = (count: number): PackDraft[] =>
    Array.from({ length: count }, (_, n) => ({ type: "data", blobs: [[n, 1000, true]] }));
  strictEqual(plan(small(9)).repack.length, 0);
  strictEqual(plan(small(10)).repack.length, 10);
  strictEqual(plan(small(2), { repackSmall: true }).repack.length, 2);
  const two: PackDraft[] = [...small(1), { type: "tree", blobs: [[1, 1000, true]] }];
  strictEqual(plan(two, { repackSmall: true }).repack.length, 0, "data and trees are never joined");
});

Deno.test("planPrune repacks what is not compressed: trees always, data when told", () => {
  const drafts: PackDraft[] = [
    { type: "data", blobs: [[1, BIG, true]], uncompressed: true },
    { type: "tree", blobs: [[2, BIG, true]], uncompressed: true },
  ];
  deepStrictEqual(plan(drafts).repack, [1]);
  deepStrictEqual(plan(drafts, { repackUncompressed: true }).repack, [0, 1]);
  deepStrictEqual(plan(drafts, { repackUncompressed: true, repackTreesOnly: true }).repack, [1]);
});

Deno.test("planPrune counts one copy of a duplicate as used and keeps a pack that an interrupted prune made", () => {
  const drafts: PackDraft[] = [
    { type: "data", blobs: [[1, BIG, true], [2, BIG, false]] },
    { type: "data", blobs: [[1, BIG, true]] },
  ];
  const { remove, repack, stats } = plan(drafts, { maxUnused: { bytes: 0 } });
  deepStrictEqual([remove, repack], [[0], []]);
  deepStrictEqual([stats.used.blobs, stats.duplicate.blobs, stats.unused.blobs], [1, 1, 1]);
});

Deno.test("planPrune forgets a missing pack that nobody needs and refuses one that is needed", () => {
  const used = (missing: boolean): PackDraft => ({ type: "data", blobs: [[1, BIG, true]], missing });
  deepStrictEqual(plan([{ type: "data", blobs: [[9, BIG, false]], missing: true }]).forget, [0]);
  deepStrictEqual(plan([used(true), used(false)]).forget, [0], "another copy is there");
  throws(() => plan([used(true)]), { code: "SG1006" });
  const facts = factsOf([used(false)]);
  throws(() => planPrune({ ...facts, sizes: new Map([[packIdOf(0), 5]]) }), { code: "SG1005" });
});

Deno.test("planPrune never removes the last copy of a used blob, and its sums agree", () => {
  const draft: fc.Arbitrary<PackDraft> = fc.record({
    type: fc.constantFrom<BlobType>("data", "tree"),
    blobs: fc.array(fc.tuple(fc.nat(12), fc.constantFrom(100, MIB, BIG)), { minLength: 1, maxLength: 5 })
      // What is used is a matter of the blob, not of the copy.
      .map((blobs) => blobs.map(([id, length]) => [id, length, id % 3 !== 0] as const)),
  });
  const limits = fc.record({
    maxUnused: fc.constantFrom({ bytes: 0 }, { percent: 5 }, "unlimited" as const),
    repackSmall: fc.boolean(),
  });
  fc.assert(fc.property(fc.array(draft, { maxLength: 8 }), limits, (drafts, chosen) => {
    const facts = factsOf(drafts, chosen);
    const { remove, repack, stats } = planPrune(facts);
    const { table, used } = facts;
    const safe = new Set<number>();
    let bytes = 0;
    table.eachEntry((entry) => {
      bytes += table.lengthOf(entry);
      if (!remove.has(table.packOf(entry))) safe.add(table.firstOf(entry));
    });
    table.eachEntry((entry) => {
      const first = table.firstOf(entry);
      if (used.has(first)) strictEqual(safe.has(first), true);
    });
    for (const pack of repack) strictEqual(remove.has(pack), false);
    strictEqual(stats.used.bytes + stats.unused.bytes + stats.duplicate.bytes, bytes);
    strictEqual(stats.unusedAfterBytes >= 0, true);
  }));
});
