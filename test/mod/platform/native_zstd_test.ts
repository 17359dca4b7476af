// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { zstdDecompressSync } from "node:zlib";
import { utf8 } from "../../../mod/base/mod.ts";
import { loadNativeZstd } from "../../../mod/platform/mod.ts";
import { inFreshProcess } from "../../kit/fresh_process.ts";

const native = loadNativeZstd();
const ignore = native === undefined;
const plain = utf8("to be or not to be, ".repeat(500));

Deno.test({ name: "loadNativeZstd().compress writes one frame that the runtime reads", ignore }, () => {
  const into = new Uint8Array(20_000);
  const length = native!.compress(3, plain, into);
  assert.deepEqual(new Uint8Array(zstdDecompressSync(into.subarray(0, length))), plain);
  // RFC 8878, 3.1.1.1.1: bit 2 of the descriptor says that there is a checksum.
  assert.equal(into[4]! & 4, 0);
});

Deno.test({ name: "loadNativeZstd().compress says -1 when the frame does not fit", ignore }, () => {
  assert.equal(native!.compress(3, plain, new Uint8Array(10)), -1);
});

Deno.test({ name: "loadNativeZstd().decompress tells too little room from damage", ignore }, () => {
  const frame = new Uint8Array(20_000);
  const whole = frame.subarray(0, native!.compress(3, plain, frame));
  assert.equal(native!.decompress(whole, new Uint8Array(plain.length)), plain.length);
  assert.equal(native!.decompress(whole, new Uint8Array(plain.length - 1)), -1);
  assert.equal(native!.decompress(whole.subarray(1), new Uint8Array(plain.length)), -2);
  assert.equal(native!.decompress(whole.subarray(0, whole.length - 1), new Uint8Array(plain.length)), -2);
});

Deno.test("loadNativeZstd gives nothing where the environment forbids it", async () => {
  assert.ok(await inFreshProcess("platform.loadNativeZstd() === undefined", { SPAREGRID_NO_NATIVE: "1" }));
});
