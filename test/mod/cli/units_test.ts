// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  counted,
  machineTime,
  shownDuration,
  shownMode,
  shownSize,
  shownTime,
} from "../../../mod/cli/units.ts";

Deno.test("shownSize uses binary units", () => {
  assert.equal(shownSize(0), "0 B");
  assert.equal(shownSize(1023), "1023 B");
  assert.equal(shownSize(1536), "1.500 KiB");
  assert.equal(shownSize(20n * 1024n ** 3n), "20.000 GiB");
});

Deno.test("shownDuration shows minutes, and hours where there are any", () => {
  assert.equal(shownDuration(7_999), "0:07");
  assert.equal(shownDuration(754_000), "12:34");
  assert.equal(shownDuration(3_723_000), "1:02:03");
});

Deno.test("machineTime keeps nanoseconds, before 1970 too", () => {
  assert.equal(machineTime(0n), "1970-01-01T00:00:00Z");
  assert.equal(machineTime(-1n), "1969-12-31T23:59:59.999999999Z");
  assert.equal(machineTime(1_500_000_000n), "1970-01-01T00:00:01.5Z");
  assert.equal(machineTime(4_294_967_296_000_000_001n), "2106-02-07T06:28:16.000000001Z");
});

Deno.test("shownTime is in the viewer's zone", () => {
  const local = new Date(2026, 0, 31, 13, 5, 9);
  assert.equal(shownTime(BigInt(local.getTime()) * 1_000_000n), "2026-01-31 13:05:09");
  assert.match(shownTime(-1n), /^19(69|70)-/);
});

Deno.test("shownMode reads Go's file modes", () => {
  assert.equal(shownMode(0o644), "-rw-r--r--");
  assert.equal(shownMode((1 << 31) | 0o755), "drwxr-xr-x");
  assert.equal(shownMode((1 << 27) | 0o777), "Lrwxrwxrwx");
});

Deno.test("counted adds the plural", () => {
  assert.equal(counted(1, "file"), "1 file");
  assert.equal(counted(0n, "entry", "entries"), "0 entries");
});
