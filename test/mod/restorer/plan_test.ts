// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { BlobId } from "../../../mod/base/mod.ts";
import { type BlobUse, type Fetch, planFetches, splitFetch } from "../../../mod/restorer/plan.ts";
import { PlannedFile } from "../../../mod/restorer/planned_file.ts";
import { TargetFolder } from "../../../mod/restorer/target_folders.ts";
import { node } from "./toy_store.ts";

const planned = new PlannedFile(
  new TargetFolder(undefined, new Uint8Array(), new Uint8Array(), undefined),
  node("file", "f"),
  undefined,
);
const use = fc.record({ pack: fc.nat(3), slot: fc.nat(40), at: fc.nat(9) }).map((
  { pack, slot, at },
): BlobUse => ({
  span: { file: planned, from: 0, to: 1, offset: 0 },
  id: `${pack}-${slot}` as BlobId,
  place: { pack, offset: slot * 100_000, length: 90_000, uncompressedLength: 0 },
  at,
}));
const key = (one: BlobUse) => `${one.id} ${one.at}`;

function assertSound(fetches: readonly Fetch[], uses: readonly BlobUse[]): void {
  assert.deepEqual(fetches.flatMap((fetch) => fetch.uses.map(key)).sort(), uses.map(key).sort());
  for (const { pack, offset, length, uses: own } of fetches) {
    for (const { place } of own) {
      assert.equal(place.pack, pack);
      assert.ok(place.offset >= offset && place.offset + place.length <= offset + length);
    }
  }
}

Deno.test("planFetches brings every use once, each blob in one fetch, and fetches of bounded size", () => {
  fc.assert(fc.property(fc.array(use, { maxLength: 60 }), (uses) => {
    const before = [...uses];
    const fetches = planFetches(uses, 1_000_000);
    assertSound(fetches, before);
    for (const { length } of fetches) assert.ok(length <= 1_000_000);
    const places = fetches.flatMap((fetch) => [...new Set(fetch.uses.map(({ id }) => id))]);
    assert.equal(places.length, new Set(places).size);
  }));
});

Deno.test("planFetches does not read over a wide gap", () => {
  const at = (slot: number) => ({
    ...fc.sample(use, 1)[0]!,
    place: { pack: 0, offset: slot * 100_000, length: 90_000, uncompressedLength: 0 },
  });
  assert.deepEqual(planFetches([at(9), at(0), at(1), at(3)]).map(({ offset, length }) => [offset, length]), [[
    0,
    390_000,
  ], [900_000, 90_000]]);
});

Deno.test("splitFetch halves until one blob is left, and loses none", () => {
  fc.assert(fc.property(fc.array(use, { minLength: 1, maxLength: 60 }), (uses) => {
    for (const fetch of planFetches(uses)) {
      const ends: Fetch[] = [];
      const queue = [fetch];
      for (let next = queue.pop(); next; next = queue.pop()) {
        const halves = splitFetch(next);
        queue.push(...halves);
        if (halves.length === 0) ends.push(next);
      }
      assertSound(ends, fetch.uses);
      for (const end of ends) assert.equal(new Set(end.uses.map(({ id }) => id)).size, 1);
    }
  }));
});
