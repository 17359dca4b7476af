// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { isSgError } from "../../../mod/errors/mod.ts";
import { civilOf, instantOfCivil, UTC, zoneOf } from "../../../mod/schedule/civil_time.ts";
import { berlin } from "./_berlin.ts";

const at = (text: string) => BigInt(Date.parse(text)) * 1_000_000n;
/** Years 1 to 9998, so that any offset stays within what the format can say. */
const TIME = fc.bigInt({ min: -62_135_596_800_000_000_000n, max: 253_370_000_000_000_000_000n });
const MODERN = fc.bigInt({ min: at("1997-01-01"), max: at("2037-01-01") });

Deno.test("civilOf shows date and time to the nanosecond, before 1970 too", () => {
  const civil = { year: 2021, month: 3, day: 4, hour: 5, minute: 6, second: 7, nanos: 123_456_789 };
  assert.deepEqual(civilOf(at("2021-03-04T05:06:07Z") + 123_456_789n), civil);
  const eve = { year: 1969, month: 12, day: 31, hour: 23, minute: 59, second: 59, nanos: 999_999_999 };
  assert.deepEqual(civilOf(-1n), eve);
});

Deno.test("civilOf goes by the zone", () => {
  const { year, month, day, hour } = civilOf(at("2020-12-31T23:30:00Z"), () => 3600);
  assert.deepEqual([year, month, day, hour], [2021, 1, 1, 0]);
});

Deno.test("instantOfCivil takes back what civilOf shows, in any fixed zone", () => {
  fc.assert(fc.property(TIME, fc.integer({ min: -50_400, max: 50_400 }), (time, offset) => {
    const zone = () => offset;
    assert.equal(instantOfCivil(civilOf(time, zone), zone), time);
  }));
});

Deno.test("instantOfCivil gives a time that shows the same where clocks change", () => {
  fc.assert(fc.property(MODERN, (time) => {
    const civil = civilOf(time, berlin);
    assert.deepEqual(civilOf(instantOfCivil(civil, berlin), berlin), civil);
  }));
});

Deno.test("instantOfCivil lets dates that do not exist run over, as Go does", () => {
  const noon = { hour: 12, minute: 0, second: 0, nanos: 0 };
  const cases: readonly [year: number, month: number, day: number, text: string][] = [
    [2021, 2, 31, "2021-03-03"],
    [2020, 2, 31, "2020-03-02"],
    [2019, 2, 29, "2019-03-01"],
    [2021, 0, 15, "2020-12-15"],
    [2021, -12, 15, "2019-12-15"],
    [2021, 1, -385, "2019-12-12"],
    [50, 1, 1, "0050-01-01"],
  ];
  for (const [year, month, day, text] of cases) {
    assert.equal(instantOfCivil({ ...noon, year, month, day }), at(`${text}T12:00:00Z`), text);
  }
});

Deno.test("zoneOf knows the zones of the runtime", () => {
  const zone = zoneOf("Europe/Berlin");
  fc.assert(fc.property(MODERN, (time) => assert.equal(zone(time), berlin(time))));
  assert.equal(zoneOf("America/St_Johns")(at("2021-01-01")), -12_600);
  assert.equal(zoneOf("Asia/Kathmandu")(at("2021-01-01")), 20_700);
  assert.equal(zoneOf("UTC"), UTC);
});

Deno.test("zoneOf refuses a name that is none", () => {
  for (const name of ["", "Nowhere/Town", "../etc/passwd", "\0"]) {
    assert.throws(() => zoneOf(name), (error) => isSgError(error, "SG1008"), name);
  }
});
