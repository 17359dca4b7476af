// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { formatTime, parseTime, ZERO_TIME } from "../../../mod/format/mod.ts";
import { dateOfDays, daysOfDate } from "../../../mod/format/time.ts";
import { INSTANT, TEXT } from "./_arbitraries.ts";

const MS = 1_000_000n;

Deno.test("formatTime agrees with the runtime's calendar", () => {
  fc.assert(fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (ms) => {
    const expected = new Date(ms).toISOString().replace(/\.?0*Z$/, (end) => end.startsWith(".") ? "Z" : end);
    const trimmed = expected.includes(".") ? expected.replace(/0+Z$/, "Z") : expected;
    assert.equal(formatTime(BigInt(ms) * MS), trimmed);
  }));
});

Deno.test("formatTime cuts trailing zeros of the nanoseconds", () => {
  assert.equal(formatTime(0n), "1970-01-01T00:00:00Z");
  assert.equal(formatTime(1n), "1970-01-01T00:00:00.000000001Z");
  assert.equal(formatTime(120_000_000n), "1970-01-01T00:00:00.12Z");
  assert.equal(formatTime(-1n), "1969-12-31T23:59:59.999999999Z");
  assert.equal(formatTime(2n ** 63n - 1n), "2262-04-11T23:47:16.854775807Z");
  assert.equal(formatTime(2n ** 63n), "2262-04-11T23:47:16.854775808Z");
  assert.equal(formatTime(ZERO_TIME), "0001-01-01T00:00:00Z");
});

Deno.test("formatTime clamps the year and keeps the rest, as restic does", () => {
  const year = 31_556_952n * 1_000_000_000n;
  assert.equal(formatTime(253_402_300_800_000_000_000n), "9999-01-01T00:00:00Z");
  assert.equal(formatTime(-62_167_219_200_000_000_001n), "0000-12-31T23:59:59.999999999Z");
  // 10000-02-29 does not exist in 9999: it becomes March 1.
  assert.equal(formatTime(BigInt(Date.UTC(10_000, 1, 29)) * MS), "9999-03-01T00:00:00Z");
  for (
    const time of [2n ** 63n * 1_000_000_000n, -(2n ** 63n) * 1_000_000_000n, 40_000n * year, -40_000n * year]
  ) {
    assert.match(formatTime(time), /^(0000|9999)-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }
});

Deno.test("parseTime gives back every instant that formatTime wrote", () => {
  fc.assert(fc.property(INSTANT, (time) => assert.equal(parseTime(formatTime(time)), time)));
  const near = fc.bigInt({ min: 0n, max: 2n ** 63n });
  fc.assert(fc.property(near, (time) => assert.equal(parseTime(formatTime(time)), time)));
});

Deno.test("parseTime reads any offset and any number of decimals", () => {
  const at = 1_672_916_096_123_456_789n;
  assert.equal(parseTime("2023-01-05T10:54:56.123456789Z"), at);
  assert.equal(parseTime("2023-01-05T12:54:56.123456789+02:00"), at);
  assert.equal(parseTime("2023-01-05T05:24:56.123456789-05:30"), at);
  assert.equal(parseTime("2023-01-05T10:54:56.1234567891111Z"), at);
  assert.equal(parseTime("2023-01-05T10:54:56.1+00:00"), at - 23_456_789n);
  assert.equal(parseTime("0001-01-01T00:00:00Z"), ZERO_TIME);
  assert.equal(parseTime("2024-02-29T00:00:00Z"), BigInt(Date.UTC(2024, 1, 29)) * MS);
});

Deno.test("parseTime refuses what is no RFC 3339 time", () => {
  const bad = ["", "Z", "2023-01-05", "2023-01-05T10:54:56", "2023-01-05 10:54:56Z", "2023-01-05t10:54:56Z"];
  bad.push("2023-13-05T10:54:56Z", "2023-00-05T10:54:56Z", "2023-02-29T10:54:56Z", "2023-01-32T10:54:56Z");
  bad.push("2023-01-05T24:00:00Z", "2023-01-05T10:60:00Z", "2023-01-05T10:54:60Z", "2023-01-05T10:54:56.Z");
  bad.push(
    "2023-01-05T10:54:56,1Z",
    "2023-01-05T10:54:56.1x2Z",
    "+023-01-05T10:54:56Z",
    "20230-01-05T10:54:56Z",
  );
  bad.push(
    "2023-01-05T10:54:56+24:00",
    "2023-01-05T10:54:56+02",
    "2023-01-05T10:54:56+02:60",
    "٢٠٢٣-01-05T10:54:56Z",
  );
  bad.push(
    "2023-01-05T10:54:56Z ",
    " 2023-01-05T10:54:56Z",
    "2023-01-05T10:54:56ZZ",
    "2023-01-05T10:54:56+02:00Z",
  );
  for (const text of bad) assert.equal(parseTime(text), undefined, JSON.stringify(text));
});

Deno.test("parseTime answers any text, and damage to a time, without failing", () => {
  fc.assert(fc.property(TEXT, (text) => void parseTime(text)));
  const good = "2023-01-05T10:54:56.123456789Z";
  fc.assert(fc.property(fc.nat({ max: good.length - 1 }), fc.string({ maxLength: 2 }), (at, piece) => {
    const time = parseTime(good.slice(0, at) + piece + good.slice(at + 1));
    if (time !== undefined) assert.equal(parseTime(formatTime(time)), time);
  }));
});

Deno.test("dateOfDays takes back what daysOfDate counts", () => {
  fc.assert(fc.property(fc.integer({ min: -5_000_000, max: 5_000_000 }), (days) => {
    const { year, month, day } = dateOfDays(days);
    assert.equal(daysOfDate(year, month, day), days);
  }));
});
