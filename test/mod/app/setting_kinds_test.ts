// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  choiceKind,
  countKind,
  isPathKind,
  listKind,
  pathKind,
  portKind,
  sizeKind,
  switchKind,
  textKind,
} from "../../../mod/app/setting_kinds.ts";

Deno.test("kinds read text as people write it, and nothing else", () => {
  for (const text of ["true", "1", "yes", "ON", ""]) assert.equal(switchKind.fromText(text), true, text);
  for (const text of ["false", "0", "No", "off"]) assert.equal(switchKind.fromText(text), false, text);
  assert.equal(switchKind.fromText("maybe"), undefined);
  assert.deepEqual(["0", "65535", "any"].map(portKind.fromText), [0, 65535, "any"]);
  for (const text of ["65536", "-1", "", "1e3", "0x10", " 1"]) {
    assert.equal(portKind.fromText(text), undefined, text);
  }
  const count = countKind(2, 9);
  assert.deepEqual(["2", "9", "1", "10", "2.5", "9".repeat(20)].map(count.fromText), [
    2,
    9,
    ...Array(4).fill(undefined),
  ]);
  assert.deepEqual(["0", "1k", "1KiB", "2 mb", "0.5g"].map(sizeKind.fromText), [
    0,
    1024,
    1024,
    2 ** 21,
    2 ** 29,
  ]);
  for (const text of ["", "k", "1x", "-1", "1e9", "9999999P"]) {
    assert.equal(sizeKind.fromText(text), undefined, text);
  }
  assert.deepEqual(["a", "c"].map(choiceKind("a", "b").fromText), ["a", undefined]);
  assert.deepEqual(["ab", "1"].map(textKind("letters", "X", /^[a-z]+$/).fromText), ["ab", undefined]);
  assert.deepEqual(listKind("letters", "X", /^[a-z]$/).fromText(" a, b,,"), ["a", "b"]);
  assert.equal(listKind("letters", "X", /^[a-z]$/).fromText("a,1"), undefined);
});

Deno.test("kinds read data of the right type only", () => {
  assert.deepEqual([true, "true", 1].map(switchKind.fromData), [true, undefined, undefined]);
  assert.deepEqual([1, "any", "1", 1.5, NaN, null, 1n].map(portKind.fromData), [
    1,
    "any",
    ...Array(5).fill(undefined),
  ]);
  assert.deepEqual([5, "5K", -1, 0.5, true].map(sizeKind.fromData), [
    5,
    5120,
    undefined,
    undefined,
    undefined,
  ]);
  const list = listKind("letters", "X", /^[a-z]$/);
  assert.deepEqual([["a"], "a", ["a", 1], [["a"]], {}].map(list.fromData), [
    ["a"],
    ["a"],
    ...Array(3).fill(undefined),
  ]);
});

Deno.test("isPathKind knows the kind whose values depend on where they were written", () => {
  assert.equal(isPathKind(pathKind), true);
  assert.equal(isPathKind(sizeKind), false);
});
