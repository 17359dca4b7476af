// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isSgError, SgError } from "../../../mod/errors/mod.ts";
import { carryError, landError, packBuffers } from "../../../mod/job/lane_messages.ts";
import type { SealedPack } from "../../../mod/repository/mod.ts";

Deno.test("carryError and landError bring an error through structured cloning with all it says", () => {
  const error = new SgError("SG0200", "Cannot save x: full", {
    context: { size: 5 },
    remedy: "Free some space.",
  });
  const landed = landError(structuredClone(carryError(error)));
  assert.ok(isSgError(landed, "SG0200"));
  const { message, context, remedy } = landed;
  assert.deepEqual([message, context, remedy], [error.message, error.context, error.remedy]);
});

Deno.test("carryError gives every error a code: SG1016 to an abort, SG1023 to what nobody expected", () => {
  assert.equal(carryError(new DOMException("stop", "AbortError")).code, "SG1016");
  const carried = carryError(new TypeError("a mistake"));
  assert.equal(carried.code, "SG1023");
  assert.match(carried.message, /a mistake/);
  assert.equal(carryError("not even an error").code, "SG1023");
});

Deno.test("packBuffers names each buffer of a pack once, so that it can be moved", () => {
  const shared = new ArrayBuffer(64);
  const pack = {
    bytes: new Uint8Array(10),
    ids: new Uint8Array(shared, 0, 32),
    lengths: new Uint32Array(shared, 32, 1),
    offsets: new Uint32Array(shared, 36, 1),
    uncompressed: new Uint32Array(1),
  } as unknown as SealedPack;
  const buffers = packBuffers(pack);
  assert.deepEqual(new Set(buffers), new Set([pack.bytes.buffer, shared, pack.uncompressed.buffer]));
  assert.equal(buffers.length, 3);
  structuredClone(pack, { transfer: buffers });
  assert.equal(pack.bytes.length, 0, "moved, not copied");
});
