// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { fromHex, utf8 } from "../../../mod/base/mod.ts";
import { deriveKey, KDF_DEFAULT } from "../../../mod/crypto/mod.ts";
import { scryptBytes } from "../../../mod/crypto/password.ts";

const salt = utf8("SodiumChloride");

Deno.test("scryptBytes gives the keys of RFC 7914", async () => {
  const first = await scryptBytes(utf8(""), { N: 16, r: 1, p: 1, salt: utf8("") }, 64);
  assert.equal(
    first.toHex(),
    "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
  );
  const second = await scryptBytes(utf8("password"), { N: 1024, r: 8, p: 16, salt: utf8("NaCl") }, 64);
  assert.equal(
    second.toHex(),
    "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
  );
});

Deno.test("deriveKey splits the bytes into the three parts of a key", async () => {
  const bytes = fromHex(
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
  );
  const key = await deriveKey("pleaseletmein", { N: 16_384, r: 8, p: 1, salt });
  assert.deepEqual(key.encrypt, bytes.slice(0, 32));
  assert.deepEqual(key.macK, bytes.slice(32, 48));
  assert.equal(key.macR.toHex(), "e61e850c0c651e00dccf010b44575807");
});

Deno.test("deriveKey refuses parameters that would exhaust the machine, and at once", async () => {
  const hostile = [
    { N: 2 ** 23, r: 8, p: 1 },
    { N: 2 ** 20, r: 64, p: 1 },
    { N: 2 ** 52, r: 2 ** 50, p: 1 },
    { N: 2 ** 15, r: 8, p: 1000 },
    { N: 2, r: 8, p: 2 ** 30 },
  ];
  for (const params of hostile) {
    await assert.rejects(deriveKey("x", { ...params, salt }), { name: "SgError", code: "SG1017" });
  }
});

Deno.test("deriveKey refuses parameters that are none", async () => {
  const wrong = [[0, 8, 1], [1, 8, 1], [3, 8, 1], [1000, 8, 1], [16, 0, 1], [16, 8, 0], [16, 8, 1.5], [
    -16,
    8,
    1,
  ], [NaN, 8, 1]];
  for (const [N, r, p] of wrong) {
    await assert.rejects(deriveKey("x", { N: N!, r: r!, p: p!, salt }), { name: "SgError", code: "SG1005" });
  }
});

Deno.test("KDF_DEFAULT is within what deriveKey accepts", async () => {
  assert.equal((await deriveKey("x", { ...KDF_DEFAULT, salt })).encrypt.length, 32);
});
