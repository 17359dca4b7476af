// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { goJson, goString, JSON_DEPTH_MAX, parseExact } from "../../../mod/format/mod.ts";
import { assertShallow, goStringOfBytes } from "../../../mod/format/json.ts";
import { answersOrRefuses, hostileBytes, TEXT } from "./_arbitraries.ts";

Deno.test("parseExact keeps every digit of integers and leaves other numbers alone", () => {
  assert.deepEqual(parseExact("[9007199254740991,9007199254740992,9007199254740993,18446744073709551615]"), [
    9007199254740991,
    9007199254740992n,
    9007199254740993n,
    18446744073709551615n,
  ]);
  assert.deepEqual(parseExact("-9007199254740993"), -9007199254740993n);
  assert.deepEqual(parseExact("[1.5,-0.25,1e3,1e30,12345678901234567890.5]"), [
    1.5,
    -0.25,
    1000,
    1e30,
    12345678901234567890.5,
  ]);
  assert.deepEqual(parseExact('{"a":"12345678901234567890"}'), { a: "12345678901234567890" });
  assert.deepEqual(parseExact('{"\\":12345678901234567890,":12345678901234567890}'), {
    '":12345678901234567890,': 12345678901234567890n,
  });
});

Deno.test("parseExact gives back integers of any size, wherever they stand", () => {
  const integer = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n });
  const value = fc.letrec((tie) => ({
    any: fc.oneof(integer, TEXT, fc.constant(null), fc.boolean(), tie("list"), tie("object")),
    list: fc.array(tie("any"), { maxLength: 4 }),
    object: fc.dictionary(TEXT, tie("any"), { maxKeys: 4 }),
  })).any;
  const asBigints = (item: unknown): unknown => {
    if (typeof item === "number") return BigInt(item);
    if (Array.isArray(item)) return item.map(asBigints);
    if (typeof item !== "object" || item === null) return item;
    return Object.entries(item).map(([key, inner]) => [key, asBigints(inner)]);
  };
  fc.assert(
    fc.property(value, (item) => assert.deepEqual(asBigints(parseExact(goJson(item))), asBigints(item))),
  );
});

Deno.test("parseExact is not led astray by repeated keys and __proto__", () => {
  assert.deepEqual(parseExact('{"a":1,"a":2}'), { a: 2 });
  for (const big of ["1", "12345678901234567890"]) {
    const value = parseExact(`{"__proto__":{"polluted":${big}},"constructor":1}`) as Record<string, unknown>;
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal(value["polluted"], undefined);
    assert.ok(Object.hasOwn(value, "__proto__"));
  }
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

Deno.test("parseExact refuses depth, however deep, and what is no JSON", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assert.ok(parseExact(nested(JSON_DEPTH_MAX)));
  for (const depth of [JSON_DEPTH_MAX + 1, 200_000]) {
    assert.throws(() => parseExact(nested(depth)), (error) => isSgError(error, "SG1017"));
    const deepObject = '{"a":'.repeat(depth) + "12345678901234567890" + "}".repeat(depth);
    assert.throws(() => parseExact(deepObject), (error) => isSgError(error, "SG1017"));
  }
  for (const text of ["", "{", "nul", "01", "{'a':1}", "[1,]", "\ufeff{}", '"\n"', "NaN", "1n", "{}{}"]) {
    assert.throws(() => parseExact(text), (error) => isSgError(error, "SG1005"), text);
    assert.throws(() => parseExact(utf8(text)), (error) => isSgError(error, "SG1005"), text);
  }
  fc.assert(
    fc.property(
      hostileBytes(utf8('{"a":[12345678901234567890]}')),
      (bytes) => answersOrRefuses(() => parseExact(bytes)),
    ),
  );
});

Deno.test("assertShallow refuses what is nested too deep", () => {
  let value: unknown = 1;
  for (let depth = 0; depth <= JSON_DEPTH_MAX; depth++) value = { value };
  assert.throws(() => assertShallow(value, "it"), (error) => isSgError(error, "SG1017"));
  assertShallow({ a: [1, { b: 2 }] }, "it");
});

Deno.test("goString escapes what Go's encoder escapes", () => {
  assert.equal(goString("a<b>&c"), '"a\\u003cb\\u003e\\u0026c"');
  assert.equal(goString("\u2028\u2029"), '"\\u2028\\u2029"');
  assert.equal(goString('"\\\b\f\n\r\t'), '"\\"\\\\\\b\\f\\n\\r\\t"');
  assert.equal(goString("\0\x07\x0b\x1f"), '"\\u0000\\u0007\\u000b\\u001f"');
  assert.equal(goString("/'\x7fé\ufffd😀"), '"/\'\x7fé\ufffd😀"');
  fc.assert(fc.property(TEXT, (text) => assert.equal(JSON.parse(goString(text)), text)));
});

Deno.test("goStringOfBytes escapes each invalid byte as the replacement character", () => {
  assert.equal(goStringOfBytes(utf8('a"é')), '"a\\"é"');
  assert.equal(goStringOfBytes(Uint8Array.fromHex("61ff62e282")), '"a\\ufffdb\\ufffd\\ufffd"');
  // A real replacement character stays as it is.
  assert.equal(goStringOfBytes(utf8("\ufffd")), '"\ufffd"');
  fc.assert(fc.property(TEXT, (text) => assert.equal(goStringOfBytes(utf8(text)), goString(text))));
});

Deno.test("goJson leaves undefined fields out and refuses depth", () => {
  assert.equal(
    goJson({ a: undefined, b: null, c: [1, 2n ** 64n, "<"] }),
    '{"b":null,"c":[1,18446744073709551616,"\\u003c"]}',
  );
  let value: unknown = 1;
  for (let depth = 0; depth <= JSON_DEPTH_MAX; depth++) value = [value];
  assert.throws(() => goJson(value), (error) => isSgError(error, "SG1017"));
});
