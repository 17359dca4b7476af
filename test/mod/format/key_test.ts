// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { decodeKey, encodeKey } from "../../../mod/format/mod.ts";
import { answersOrRefuses, BYTES, COUNT, hostileBytes, INSTANT, TEXT } from "./_arbitraries.ts";

const GOOD =
  '{"created":"2021-01-01T00:00:00Z","username":"u","hostname":"h","kdf":"scrypt","N":32768,"r":8,"p":5,' +
  '"salt":"c2FsdA==","data":"ZGF0YQ=="}';
const KEY = fc.record({
  created: INSTANT,
  username: TEXT,
  hostname: TEXT,
  kdf: fc.constant("scrypt" as const),
  N: COUNT,
  r: COUNT,
  p: COUNT,
  salt: BYTES,
  data: BYTES,
}, { noNullPrototype: true });

Deno.test("encodeKey writes restic's fields", () => {
  assert.equal(utf8Text(encodeKey(decodeKey(utf8(GOOD)))), GOOD);
});

Deno.test("decodeKey gives back what encodeKey wrote", () => {
  fc.assert(fc.property(KEY, (key) => assert.deepEqual(decodeKey(encodeKey(key)), key)));
});

Deno.test("decodeKey refuses another derivation as not supported", () => {
  for (
    const kdf of [
      '"argon2"',
      "1",
      "null",
      '"__proto__"',
      "[12345678901234567890]",
      `"${"x".repeat(100_000)}"`,
    ]
  ) {
    const bytes = utf8(GOOD.replace('"scrypt"', kdf));
    assert.throws(
      () => decodeKey(bytes),
      (error) => isSgError(error, "SG1007") && error.message.length < 200,
    );
  }
});

Deno.test("decodeKey refuses what cannot be a key, and shows none of it", () => {
  const wrong = ["", "[]", "null", GOOD.slice(0, -1), GOOD.replace("2021", "x"), GOOD.replace(":8", ":-8")];
  wrong.push(
    GOOD.replace(":8", ":0.5"),
    GOOD.replace(":32768", ":1e400"),
    GOOD.replace(":32768", ":9007199254740993"),
  );
  wrong.push(
    GOOD.replace('"c2FsdA=="', "[]"),
    GOOD.replace("ZGF0YQ==", "*"),
    GOOD.replace("ZGF0YQ==", "ZGF0Y"),
  );
  wrong.push(GOOD.replace('"u"', "5"), GOOD.replace(',"data":"ZGF0YQ=="', ""));
  for (const text of wrong) {
    assert.throws(() => decodeKey(utf8(text), "key 12ab"), (error) => {
      assert.ok(isSgError(error, "SG1005"), text);
      return error.message.includes("key 12ab") && !error.message.includes("c2Fs");
    });
  }
});

Deno.test("decodeKey answers or refuses any bytes", () => {
  fc.assert(fc.property(hostileBytes(utf8(GOOD)), (bytes) => answersOrRefuses(() => decodeKey(bytes))));
});
