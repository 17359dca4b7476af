// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { decodeConfig, encodeConfig } from "../../../mod/format/mod.ts";
import { answersOrRefuses, BLOB_ID, hostileBytes } from "./_arbitraries.ts";

const CONFIG = { version: 2, id: "1b".repeat(32), chunkerPolynomial: "25b468838dcb75" };
const TEXT = `{"version":2,"id":"${CONFIG.id}","chunker_polynomial":"25b468838dcb75"}`;

Deno.test("encodeConfig writes restic's fields", () => {
  assert.equal(utf8Text(encodeConfig(CONFIG)), TEXT);
});

Deno.test("decodeConfig gives back what encodeConfig wrote", () => {
  const polynomial = fc.bigInt({ min: 0n, max: 2n ** 54n - 1n }).map((bits) => bits.toString(16));
  fc.assert(fc.property(fc.constantFrom(1, 2), BLOB_ID, polynomial, (version, id, chunkerPolynomial) => {
    const config = { version, id: id as string, chunkerPolynomial };
    assert.deepEqual(decodeConfig(encodeConfig(config)), config);
  }));
});

Deno.test("decodeConfig refuses versions it does not know, as not supported", () => {
  for (const version of ["0", "3", "99", "null"]) {
    const bytes = utf8(TEXT.replace(":2,", `:${version},`));
    assert.throws(() => decodeConfig(bytes), (error) => isSgError(error, "SG1007"), version);
  }
});

Deno.test("decodeConfig refuses what cannot be a config", () => {
  const wrong = [
    "",
    "[]",
    "null",
    TEXT.slice(0, -1),
    TEXT.replace(":2,", ':"2",'),
    TEXT.replace(":2,", ":-2,"),
  ];
  wrong.push(TEXT.replace(":2,", ":1e400,"), TEXT.replace("1b1b", "1B1B"), TEXT.replace("1b1b", ""));
  wrong.push(TEXT.replace("25b468838dcb75", ""), TEXT.replace("25b468838dcb75", "0x25"));
  wrong.push(TEXT.replace("25b468838dcb75", "25b468838dcb75000"), TEXT.replace('"25b468838dcb75"', "25"));
  for (const text of wrong) {
    assert.throws(() => decodeConfig(utf8(text)), (error) => isSgError(error, "SG1005"), text);
  }
});

Deno.test("decodeConfig answers or refuses any bytes", () => {
  fc.assert(fc.property(hostileBytes(utf8(TEXT)), (bytes) => answersOrRefuses(() => decodeConfig(bytes))));
});
