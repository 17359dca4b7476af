// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { ZeroBlobs } from "../../../mod/restorer/zero_blobs.ts";
import { idOf } from "./toy_store.ts";

Deno.test("ZeroBlobs.idOf is the hash of so many zeros", () => {
  const zeros = new ZeroBlobs();
  for (const length of [1, 4096, 1 << 20, (1 << 20) + 1, 3_000_001]) {
    for (const _twice of [0, 1]) assert.equal(zeros.idOf(length), idOf(new Uint8Array(length)));
  }
});

Deno.test("ZeroBlobs.lengthOf knows what was learnt, and goes on without when there is too much", () => {
  const zeros = new ZeroBlobs();
  const ids = Array.from({ length: 2_000 }, (_, i) => idOf(Uint8Array.of(i & 255, i >> 8)));
  assert.equal(zeros.lengthOf(ids[0]!), 0);
  for (const id of ids) zeros.learn(id, 7);
  assert.equal(zeros.lengthOf(ids[0]!), 7);
  assert.equal(zeros.lengthOf(ids[1_999]!), 0);
});
