// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { fromHex } from "../../../mod/base/mod.ts";
import { loadNativeCipher } from "../../../mod/platform/mod.ts";
import { inFreshProcess } from "../../kit/fresh_process.ts";

const native = loadNativeCipher();
const ignore = native === undefined;

Deno.test({ name: "loadNativeCipher().aes256Ctr gives NIST's blocks (SP 800-38A, F.5.5)", ignore }, () => {
  const ctr = native!.aes256Ctr(fromHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"));
  const plain = fromHex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
  );
  const wanted =
    "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6";
  for (const length of [64, 33, 1, 0]) {
    const into = new Uint8Array(64);
    ctr.apply(fromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), plain.subarray(0, length), into);
    assert.equal(into.toHex(), wanted.slice(0, 2 * length).padEnd(128, "0"));
  }
});

Deno.test({ name: "loadNativeCipher().aes128Ecb gives NIST's blocks (SP 800-38A, F.1.1)", ignore }, () => {
  const ecb = native!.aes128Ecb(fromHex("2b7e151628aed2a6abf7158809cf4f3c"));
  const into = new Uint8Array(32);
  ecb.encrypt(fromHex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"), into);
  assert.equal(into.toHex(), "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf");
});

Deno.test({ name: "loadNativeCipher() checks every length before it hands out an address", ignore }, () => {
  const ctr = native!.aes256Ctr(new Uint8Array(32));
  const ecb = native!.aes128Ecb(new Uint8Array(16));
  assert.throws(() => native!.aes256Ctr(new Uint8Array(16)), RangeError);
  assert.throws(() => native!.aes128Ecb(new Uint8Array(15)), RangeError);
  assert.throws(() => ctr.apply(new Uint8Array(15), new Uint8Array(1), new Uint8Array(1)), RangeError);
  assert.throws(() => ctr.apply(new Uint8Array(16), new Uint8Array(2), new Uint8Array(1)), RangeError);
  assert.throws(() => ecb.encrypt(new Uint8Array(17), new Uint8Array(32)), RangeError);
  assert.throws(() => native!.poly1305?.(new Uint8Array(15)) ?? assert.fail(), RangeError);
});

Deno.test("loadNativeCipher gives nothing where the environment forbids it", async () => {
  assert.ok(await inFreshProcess("platform.loadNativeCipher() === undefined", { SPAREGRID_NO_NATIVE: "1" }));
});
