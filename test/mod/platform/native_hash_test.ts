// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { loadNativeSha256 } from "../../../mod/platform/mod.ts";
import { inFreshProcess } from "../../kit/fresh_process.ts";

const native = loadNativeSha256();
const ignore = native === undefined;

Deno.test({
  name: "loadNativeSha256().digest agrees with the runtime for every length, again and again",
  ignore,
}, () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => 7 * i);
  const into = new Uint8Array(40);
  for (let length = 0; length <= bytes.length; length++) {
    // A view that begins anywhere in its buffer.
    const piece = bytes.subarray(bytes.length - length);
    native!.digest(piece, into);
    assert.equal(into.subarray(0, 32).toHex(), createHash("sha256").update(piece).digest("hex"), `${length}`);
    assert.ok(into.subarray(32).every((byte) => byte === 0));
  }
});

Deno.test({ name: "loadNativeSha256().digest refuses too little room before it writes", ignore }, () => {
  const whole = new Uint8Array(40);
  assert.throws(() => native!.digest(new Uint8Array(1), whole.subarray(0, 31)), RangeError);
  assert.ok(whole.every((byte) => byte === 0));
});

Deno.test("loadNativeSha256 gives nothing where the environment forbids it", async () => {
  assert.ok(await inFreshProcess("platform.loadNativeSha256() === undefined", { SPAREGRID_NO_NATIVE: "1" }));
});
