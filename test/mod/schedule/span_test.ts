// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { isSgError } from "../../../mod/errors/mod.ts";
import { isZeroSpan, parseDuration, spanText, timeBefore } from "../../../mod/schedule/span.ts";
import { berlin } from "./_berlin.ts";

const NOTHING = { years: 0, months: 0, days: 0, hours: 0 };
const HOUR = 3_600_000_000_000n;
const at = (text: string) => BigInt(Date.parse(text)) * 1_000_000n;

Deno.test("parseDuration reads years, months, days and hours in any order, as restic does", () => {
  assert.deepEqual(parseDuration("1y5m7d2h"), { years: 1, months: 5, days: 7, hours: 2 });
  assert.deepEqual(parseDuration(" 2h007d "), { years: 0, months: 0, days: 7, hours: 2 });
  assert.deepEqual(parseDuration("4d-3h"), { years: 0, months: 0, days: 4, hours: -3 });
  assert.deepEqual(parseDuration("1y2y"), { years: 2, months: 0, days: 0, hours: 0 });
  assert.deepEqual(parseDuration("-0d"), NOTHING);
  assert.deepEqual(parseDuration(""), NOTHING);
});

Deno.test("parseDuration refuses everything else as wrong use", () => {
  const nonsense = [
    "7",
    "d",
    "7D",
    "7w",
    "+7d",
    "--7d",
    "7d2",
    "7 d",
    "1.5d",
    "1e3d",
    "7d\0",
    "1000000d",
    "0x10h",
  ];
  nonsense.push("\u0667d", "7d 2h", "unlimited", "Infinityd", "\u{1f986}", "1y".repeat(10_000) + "x");
  for (const text of nonsense) {
    assert.throws(() => parseDuration(text), (error) => isSgError(error, "SG1008"), text.slice(0, 30));
  }
});

Deno.test("parseDuration gives back what spanText wrote, and never fails untyped", () => {
  const count = fc.integer({ min: -999_999, max: 999_999 });
  fc.assert(fc.property(count, count, count, count, (years, months, days, hours) => {
    const span = { years, months, days, hours };
    assert.deepEqual(parseDuration(spanText(span)), span);
  }));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    try {
      parseDuration(text);
    } catch (error) {
      assert.ok(isSgError(error, "SG1008"));
    }
  }));
});

Deno.test("spanText leaves out what is zero", () => {
  assert.equal(spanText({ ...NOTHING, years: 1, hours: 3 }), "1y3h");
  assert.equal(spanText(NOTHING), "");
});

Deno.test("isZeroSpan is true for nothing only", () => {
  assert.equal(isZeroSpan(NOTHING), true);
  for (const unit of ["years", "months", "days", "hours"]) {
    assert.equal(isZeroSpan({ ...NOTHING, [unit]: 1 }), false);
  }
});

Deno.test("timeBefore with the longest span is long ago, not an error", () => {
  const long = { years: 999_999, months: 999_999, days: 999_999, hours: 999_999 };
  assert.ok(timeBefore(at("2021-01-01"), long) < at("0001-01-01"));
});

Deno.test("timeBefore goes by the calendar, then by the clock; dates that do not exist run over, as in Go", () => {
  const cases: readonly [from: string, duration: Partial<typeof NOTHING>, to: string][] = [
    ["2021-03-31T12:00:00Z", { months: 1 }, "2021-03-03T12:00:00Z"],
    ["2020-03-31T12:00:00Z", { months: 1 }, "2020-03-02T12:00:00Z"],
    ["2020-02-29T12:00:00Z", { years: 1 }, "2019-03-01T12:00:00Z"],
    ["2021-01-15T12:00:00Z", { months: 13 }, "2019-12-15T12:00:00Z"],
    ["2021-01-15T12:00:00Z", { years: 1, months: 25, days: 15, hours: 13 }, "2017-11-29T23:00:00Z"],
    ["2021-01-15T12:00:00Z", { days: 400 }, "2019-12-12T12:00:00Z"],
    ["2021-01-15T12:00:00Z", { hours: 10_000 }, "2019-11-25T20:00:00Z"],
  ];
  for (const [from, duration, to] of cases) {
    const there = timeBefore(at(from), { ...NOTHING, ...duration });
    assert.equal(there, at(to), `${from} less ${JSON.stringify(duration)}`);
  }
});

Deno.test("timeBefore keeps the time of day over a change of the clock, but counts hours as they pass", () => {
  const noon = at("2021-03-28T12:00:00+02:00");
  assert.equal(timeBefore(noon, { ...NOTHING, days: 1 }, berlin), at("2021-03-27T12:00:00+01:00"));
  assert.equal(timeBefore(noon, { ...NOTHING, hours: 24 }, berlin), at("2021-03-27T11:00:00+01:00"));
  const november = at("2021-11-01T02:30:00+01:00");
  assert.equal(timeBefore(november, { ...NOTHING, days: 2 }, berlin), at("2021-10-30T02:30:00+02:00"));
});

Deno.test("timeBefore with days and hours alone is plain subtraction in any fixed zone", () => {
  fc.assert(fc.property(
    fc.bigInt({ min: 0n, max: 2n ** 62n }),
    fc.integer({ min: -50_000, max: 50_000 }),
    fc.integer({ min: 0, max: 99_999 }),
    fc.integer({ min: 0, max: 999_999 }),
    (time, offset, days, hours) => {
      const expected = time - BigInt(hours) * HOUR - BigInt(days) * 24n * HOUR;
      assert.equal(timeBefore(time, { ...NOTHING, days, hours }, () => offset), expected);
    },
  ));
});
