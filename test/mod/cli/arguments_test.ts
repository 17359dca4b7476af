// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isSgError } from "../../../mod/errors/mod.ts";
import { Arguments, optionNames, parseDurationMs, parseSpan, parseTime } from "../../../mod/cli/arguments.ts";

const args = (values: Record<string, string[]>, operands: string[] = []) =>
  new Arguments("backup", operands, new Map(Object.entries(values)));
const mistake = (text: RegExp) => (error: unknown) => isSgError(error, "SG1008") && text.test(error.message);

Deno.test("Arguments reads switches, also as =false", () => {
  assert.equal(args({ json: ["true"] }).flag("json"), true);
  assert.equal(args({ json: ["true", "false"] }).flag("json"), false);
  assert.equal(args({}).flag("json"), false);
  assert.throws(() => args({ json: ["maybe"] }).flag("json"), mistake(/--json maybe/));
});

Deno.test("Arguments counts levels, and takes one as a figure", () => {
  assert.equal(args({ verbose: ["true", "true"] }).level("verbose"), 2);
  assert.equal(args({ verbose: ["3"] }).level("verbose"), 3);
});

Deno.test("Arguments names what a value must be", () => {
  assert.throws(
    () => args({ overwrite: ["yes"] }).choice("overwrite", ["always", "never"]),
    mistake(/always, never/),
  );
  assert.throws(() => args({ latest: ["-1"] }).count("latest"), mistake(/whole number/));
  assert.throws(() => args({ latest: ["0"] }).count("latest", 1), mistake(/from 1 up/));
  assert.throws(() => args({ size: ["12Q"] }).size("size"), mistake(/500K/));
  assert.throws(() => args({ time: ["yesterday"] }).time("time"), mistake(/2026-01-31/));
  assert.throws(() => args({ wait: ["soon"] }).durationMs("wait"), mistake(/1h30m/));
});

Deno.test("Arguments refuses too few and too many operands, control characters escaped", () => {
  assert.throws(() => args({}).operandsBetween(1, 1, "the snapshot"), mistake(/the snapshot is missing/));
  assert.throws(() => args({}, ["a", "b\x1b"]).operandsBetween(1, 1, "x"), mistake(/"b\\x1b" is one/));
});

Deno.test("parseDurationMs reads lengths of time", () => {
  assert.equal(parseDurationMs("1h30m"), 5_400_000);
  assert.equal(parseDurationMs("1.5s"), 1500);
  assert.equal(parseDurationMs("0"), 0);
  assert.equal(parseDurationMs("5"), undefined);
});

Deno.test("parseTime reads local times, and times with a zone to the nanosecond", () => {
  assert.equal(parseTime("2026-01-31T12:00:00Z"), 1_769_860_800_000_000_000n);
  assert.equal(parseTime("2026-01-31T13:00:00.000000001+01:00"), 1_769_860_800_000_000_001n);
  assert.equal(
    parseTime("2026-01-31 13:05:09"),
    BigInt(new Date(2026, 0, 31, 13, 5, 9).getTime()) * 1_000_000n,
  );
  assert.equal(parseTime("2026-02-30"), undefined);
  assert.equal(parseTime("2026-01-31 24:00:00"), undefined);
});

Deno.test("parseSpan reads years, months, days and hours in this order", () => {
  assert.deepEqual(parseSpan("1y6m15d12h"), { years: 1, months: 6, days: 15, hours: 12 });
  assert.deepEqual(parseSpan("3m"), { years: 0, months: 3, days: 0, hours: 0 });
  assert.equal(parseSpan("3w"), undefined);
  assert.equal(parseSpan(""), undefined);
});

Deno.test("optionNames lists aliases too", () => {
  assert.deepEqual(optionNames([{ name: "full", aliases: ["force"], help: "" }]), ["full", "force"]);
});
