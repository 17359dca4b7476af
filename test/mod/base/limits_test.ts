// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import * as limits from "../../../mod/base/limits.ts";

Deno.test("limits are whole numbers, and the chunk sizes are in order", () => {
  for (const [name, value] of Object.entries(limits)) {
    assert.ok(Number.isSafeInteger(value) && value > 0, name);
  }
  const { CHUNK_BYTES_MIN, CHUNK_BYTES_MEAN, CHUNK_BYTES_MAX, PACK_BYTES_MAX } = limits;
  assert.ok(CHUNK_BYTES_MIN < CHUNK_BYTES_MEAN && CHUNK_BYTES_MEAN < CHUNK_BYTES_MAX);
  // restic's largest target size, 128 MiB, and the chunk that goes beyond it.
  assert.ok(PACK_BYTES_MAX >= 128 * limits.MIB + CHUNK_BYTES_MAX);
  assert.deepEqual([limits.KIB, limits.MIB, limits.GIB], [2 ** 10, 2 ** 20, 2 ** 30]);
});
