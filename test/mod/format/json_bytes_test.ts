// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { JsonBytes } from "../../../mod/format/_json_bytes.ts";

/** Does one thing, and gives the text that it stands for. */
type Step = (out: JsonBytes) => string;

const text = (value: string): Step => (out) => {
  out.text(value);
  return value;
};
const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.string().map(text),
  fc.string({ unit: "binary" }).map(text),
  // Some longer than a block, and so many that blocks end everywhere.
  fc.tuple(fc.constantFrom("a", "ü", "😀", "\u2028"), fc.nat(20_000)).map(([c, n]) => text(c.repeat(n))),
  fc.uint8Array({ maxLength: 300 }).filter((bytes) => bytes.every((byte) => byte < 0x80)).map(
    (bytes): Step => (out) => {
      out.bytes(bytes);
      return utf8Text(bytes);
    },
  ),
  fc.maxSafeNat().map((value): Step => (out) => {
    out.digits(value);
    return String(value);
  }),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((value): Step => (out) => {
    out.bigDigits(value);
    return String(value);
  }),
  fc.oneof(fc.string(), fc.string({ unit: "binary" })).map((value): Step => (out) => {
    if (out.plainString(utf8(value))) return JSON.stringify(value);
    assert.ok(/[^ -~]|["\\<>&]/.test(value), `${JSON.stringify(value)} needs no escapes`);
    return "";
  }),
);

Deno.test("JsonBytes gives the UTF-8 of all that was added, wherever its blocks end and it is taken", () => {
  fc.assert(fc.property(fc.array(fc.tuple(STEP, fc.boolean()), { maxLength: 60 }), (steps) => {
    const out = new JsonBytes();
    let expected = "", got = "";
    for (const [step, taken] of steps) {
      expected += step(out);
      if (taken) got += utf8Text(out.take());
      assert.equal(out.length, utf8(expected).length - utf8(got).length);
    }
    got += utf8Text(out.finish());
    assert.equal(got, utf8Text(utf8(expected)));
  }));
});

Deno.test("JsonBytes writes every digit at the edges of what it writes in one piece", () => {
  const edges = [0, 9, 10, 99_999_999, 999_999_999, 1e9, 1e9 + 1, 2 ** 31, 2 ** 32, 1e18, 2 ** 53 - 1];
  for (const value of edges.filter(Number.isSafeInteger)) {
    const out = new JsonBytes();
    out.digits(value);
    out.text(",");
    out.bigDigits(BigInt(value));
    assert.equal(utf8Text(out.finish()), `${value},${value}`);
  }
});

Deno.test("JsonBytes that is finished changes no other, whatever is added to it", () => {
  const first = new JsonBytes();
  first.text("first");
  first.finish();
  const second = new JsonBytes();
  second.text("second");
  first.text("more");
  first.bytes(utf8("more"));
  assert.equal(utf8Text(second.finish()), "second");
});
