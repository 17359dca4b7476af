// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isSgError, type SgCode } from "../../../mod/errors/mod.ts";
import { OVERDRAFT_BYTES, Space } from "../../../mod/server/space.ts";

const throwsWith = (code: SgCode, act: () => unknown) =>
  assert.throws(act, (error) => isSgError(error, code));
const spaceOf = (freeBytes = 1e15, reservedBytes = 0) =>
  new Space({ freeBytes: () => freeBytes, reservedBytes: () => reservedBytes });

Deno.test("Space: what is promised counts as used until it is kept or given back", () => {
  const space = spaceOf();
  const first = space.reserve("pc", 100, 60);
  throwsWith("SG0178", () => space.reserve("pc", 100, 41));
  space.reserve("other", 100, 100);
  const second = space.reserve("pc", 100, 40);
  second[Symbol.dispose]();
  second[Symbol.dispose]();
  first.keep(50);
  first[Symbol.dispose]();
  assert.deepEqual(space.of("pc"), { storedBytes: 50, trashBytes: 0 });
  space.add("pc", { storedBytes: -30, trashBytes: 30 });
  throwsWith("SG0178", () => space.reserve("pc", 100, 51));
  using _ = space.reserve("pc", 100, 50);
  assert.deepEqual(space.total(), { storedBytes: 20, trashBytes: 30 });
});

Deno.test("Space: a reservation that cannot grow keeps what it has", () => {
  const space = spaceOf();
  using growing = space.reserve("pc", 100, 0);
  growing.grow(90);
  throwsWith("SG0178", () => growing.grow(11));
  growing.grow(10);
  throwsWith("SG0178", () => space.reserve("pc", 100, 1));
});

Deno.test("Space: nothing allotted is SG0180, a lowered quota SG0178", () => {
  const space = spaceOf();
  throwsWith("SG0180", () => space.reserve("pc", null, 0));
  throwsWith("SG0180", () => space.mustBeAllotted("pc", null));
  space.add("pc", { storedBytes: 500 });
  throwsWith("SG0178", () => space.reserve("pc", 100, 0));
});

Deno.test("Space: the drive is full before it is full, by what is on its way and what stays free", () => {
  let freeBytes = 1000;
  const space = new Space({ freeBytes: () => freeBytes, reservedBytes: () => 100 });
  using first = space.reserve("pc", 1e9, 600);
  throwsWith("SG0200", () => space.reserve("other", 1e9, 301));
  freeBytes -= 600;
  first.wrote(600);
  using _ = space.reserve("other", 1e9, 300);
});

Deno.test("Space: locks and indexes may pass the quota, for without them nobody can prune; but not for ever", () => {
  const space = new Space({ freeBytes: () => 1e9, reservedBytes: () => 1e9 });
  space.add("pc", { storedBytes: 100 });
  using lock = space.reserve("pc", 100, 200, true);
  lock.keep(200);
  throwsWith("SG0178", () => space.reserve("pc", 100, OVERDRAFT_BYTES, true));
  throwsWith("SG0178", () => space.reserve("pc", 100, 1));
  using _ = space.reserve("unallotted", null, 200, true);
});
