// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { parseValue } from "graphql";
import { SCALARS } from "../../../mod/api/scalars.ts";

const { DateTime, Duration, JSON: Json, Size } = SCALARS;

Deno.test("DateTime: moments with a zone, to the millisecond", () => {
  assert.equal(DateTime.parseValue("2026-11-26T06:37:19.000Z"), 1_795_675_039_000);
  assert.equal(DateTime.parseValue("2026-11-26T07:37:19+01:00"), 1_795_675_039_000);
  assert.equal(DateTime.serialize(1_795_675_039_000), "2026-11-26T06:37:19.000Z");
  for (
    const wrong of [
      "2026-11-26",
      "2026-11-26T06:37:19",
      "26 Nov 2026",
      "",
      "2026-13-26T06:37:19Z",
      1_795_675_039_000,
      null,
    ]
  ) {
    assert.throws(() => DateTime.parseValue(wrong), { code: "SG1040" }, String(wrong));
  }
});

Deno.test("Duration: one number and one unit, up to a hundred years", () => {
  const spans = {
    "45s": 45_000,
    "10m": 600_000,
    "6h": 21_600_000,
    "3d": 259_200_000,
    "2w": 1_209_600_000,
    "0s": 0,
  };
  for (const [text, ms] of Object.entries(spans)) {
    assert.equal(Duration.parseValue(text), ms);
    assert.equal(Duration.serialize(ms), text);
  }
  assert.equal(Duration.serialize(90_000), "90s");
  for (const wrong of ["", "5", "s", "-5s", "5 s", "1d2h", "999999999w", "1e3s", 5, []]) {
    assert.throws(() => Duration.parseValue(wrong), { code: "SG1040" }, String(wrong));
  }
});

Deno.test("Size: whole numbers from 0 to 2^53", () => {
  for (const right of [0, 1, 2 ** 40, Number.MAX_SAFE_INTEGER]) assert.equal(Size.parseValue(right), right);
  for (const wrong of [-1, 0.5, 2 ** 53, NaN, Infinity, "1", true, null]) {
    assert.throws(() => Size.parseValue(wrong), { code: "SG1040" }, String(wrong));
  }
});

Deno.test("scalars: literals of the document are held to the same", () => {
  assert.equal(Size.parseLiteral(parseValue("17"), {}), 17);
  assert.equal(Duration.parseLiteral(parseValue(`"2h"`), {}), 7_200_000);
  assert.throws(() => Size.parseLiteral(parseValue(`"17"`), {}), { code: "SG1040" });
  assert.throws(() => DateTime.parseLiteral(parseValue("[1]"), {}), { code: "SG1040" });
  assert.equal(
    JSON.stringify(Json.parseLiteral(parseValue(`{a: [1, "x", null, true]}`), {})),
    `{"a":[1,"x",null,true]}`,
  );
});

Deno.test("JSON: anything, but not nested without end", () => {
  assert.deepEqual(Json.parseValue({ a: [{ b: null }] }), { a: [{ b: null }] });
  let deep: unknown = 1;
  for (let i = 0; i < 40; i++) deep = [deep];
  assert.throws(() => Json.parseValue(deep), { code: "SG1040" });
});
