// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { hasTags, isEmptyPolicy, keep, type RetentionPolicy } from "../../../mod/schedule/retention.ts";
import { parseDuration } from "../../../mod/schedule/span.ts";
import { parseTime } from "../../../mod/format/mod.ts";
import { systemRandom } from "../../../mod/base/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { LocalStorage } from "../../../mod/storage/mod.ts";
import { resticDone } from "../../kit/command_line.ts";
import { initRepository, PASSWORD } from "../../kit/repository.ts";
import { scratch } from "../../kit/scratch.ts";
import { berlin } from "./_berlin.ts";

const at = (text: string) => parseTime(text)!;
const NOW = at("2026-01-01T00:00:00Z");
const UTC = { zone: () => 0, now: NOW };

interface Named {
  readonly name: string;
  readonly time: bigint;
  readonly tags: readonly string[];
}

const named = (...times: string[]): Named[] =>
  times.map((time) => ({ name: time, time: at(time), tags: [] }));
/** As JSON has them: restic leaves out what is zero. */
const withoutZeros = (counters: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counters).filter(([, count]) => count !== 0));
const names = (list: readonly Named[]) => list.map(({ name }) => name);

/** One snapshot at noon of each day of January 2021, given in a mixed order. */
const JANUARY = named(
  ...Array.from({ length: 31 }, (_, i) => `2021-01-${String((i * 7) % 31 + 1).padStart(2, "0")}T12:00:00Z`),
);

Deno.test("keep answers newest first, whatever the order it was given", () => {
  const { keep: kept, remove } = keep(JANUARY, { last: 2 }, UTC);
  assert.deepEqual(names(kept), ["2021-01-31T12:00:00Z", "2021-01-30T12:00:00Z"]);
  assert.equal(remove.length, 29);
  assert.equal(remove[0]!.name, "2021-01-29T12:00:00Z");
});

Deno.test("keep takes the newest of each period and counts only periods that have a snapshot", () => {
  const list = named(
    "2021-05-03T10:00:00Z",
    "2021-05-03T09:30:00Z",
    "2021-05-03T09:00:00Z",
    "2020-02-01T08:00:00Z",
    "2019-12-31T23:00:00Z",
    "2019-01-01T00:00:00Z",
  );
  const kept = (policy: RetentionPolicy) =>
    names(keep(list, policy, UTC).keep).map((name) => name.slice(0, 13));
  assert.deepEqual(kept({ hourly: 3 }), ["2021-05-03T10", "2021-05-03T09", "2020-02-01T08"]);
  assert.deepEqual(kept({ daily: 2 }), ["2021-05-03T10", "2020-02-01T08"]);
  assert.deepEqual(kept({ yearly: 3 }), ["2021-05-03T10", "2020-02-01T08", "2019-12-31T23"]);
});

Deno.test("keep holds the oldest snapshot while a rule has something left", () => {
  const { reasons } = keep(named("2021-05-03T10:00:00Z", "2021-05-03T09:00:00Z"), { daily: 5 }, UTC);
  assert.deepEqual(reasons.map(({ matches, counters }) => [matches, withoutZeros(counters)]), [
    [["daily snapshot"], { daily: 4 }],
    [["oldest daily snapshot"], { daily: 3 }],
  ]);
  assert.equal(keep(named("2021-05-03T10:00:00Z", "2021-05-03T09:00:00Z"), { daily: 1 }, UTC).keep.length, 1);
});

Deno.test("keep with -1 keeps one of every period and never runs out", () => {
  assert.equal(keep(JANUARY, { last: -1 }, UTC).remove.length, 0);
  const { keep: kept, reasons } = keep(JANUARY, { monthly: -1 }, UTC);
  assert.deepEqual(names(kept), ["2021-01-31T12:00:00Z", "2021-01-01T12:00:00Z"]);
  assert.equal(reasons[0]!.counters.monthly, -1);
});

Deno.test("keep measures durations from the latest snapshot, which is not one of the future", () => {
  const list = [...JANUARY, ...named("2030-01-01T00:00:00Z")];
  const { keep: kept, reasons } = keep(list, { within: parseDuration("2d") }, UTC);
  // Exactly two days before the latest is outside.
  assert.deepEqual(names(kept), ["2030-01-01T00:00:00Z", "2021-01-31T12:00:00Z", "2021-01-30T12:00:00Z"]);
  assert.deepEqual(reasons[1]!.matches, ["within 2d"]);
});

Deno.test("keep with nothing but snapshots of the future keeps all that a duration could", () => {
  const list = named("2030-01-01T00:00:00Z", "2040-01-01T00:00:00Z");
  assert.equal(keep(list, { within: parseDuration("1h") }, UTC).keep.length, 2);
});

Deno.test("keep by tags wants all tags of one list; an empty tag stands for none", () => {
  const tagged = [["a", "b"], ["a"], ["c"], []].map((tags, i) => ({
    name: tags.join(),
    time: BigInt(-i),
    tags,
  }));
  const kept = (...tags: string[][]) => names(keep(tagged, { tags }, UTC).keep);
  assert.deepEqual(kept(["a", "b"]), ["a,b"]);
  assert.deepEqual(kept(["a"], ["c"]), ["a,b", "a", "c"]);
  assert.deepEqual(kept([""]), [""]);
  assert.deepEqual(keep(tagged, { tags: [["b", "a"]] }, UTC).reasons[0]!.matches, ["has tags [b, a]"]);
});

Deno.test("keep goes by the calendar of the zone it is given", () => {
  const list = named("2021-01-01T00:30:00+01:00", "2020-12-31T22:00:00Z");
  assert.equal(keep(list, { daily: 1 }, UTC).keep.length, 1);
  assert.equal(
    keep(list, { daily: 2 }, { ...UTC, zone: () => 3600 }).reasons[1]!.matches[0],
    "daily snapshot",
  );
});

Deno.test("keep without a rule keeps nothing, which isEmptyPolicy foretells", () => {
  const nothing: RetentionPolicy[] = [{}, { last: 0 }, { daily: -2 }, { tags: [] }, {
    within: parseDuration("0d"),
  }];
  for (const policy of nothing) {
    assert.equal(isEmptyPolicy(policy), true);
    assert.equal(keep(JANUARY, policy, UTC).remove.length, JANUARY.length);
  }
  const something: RetentionPolicy[] = [{ last: 1 }, { yearly: -1 }, { tags: [["x"]] }];
  something.push({ within: parseDuration("1h") }, { withinDaily: parseDuration("1y") });
  for (const policy of something) assert.equal(isEmptyPolicy(policy), false);
  assert.deepEqual(keep([], { last: 1 }, UTC), { keep: [], remove: [], reasons: [] });
});

Deno.test("hasTags wants all of them; an empty tag settles it for a snapshot without any", () => {
  assert.equal(hasTags({ tags: ["a", "b"] }, ["b", "a"]), true);
  assert.equal(hasTags({ tags: ["a"] }, ["a", "b"]), false);
  assert.equal(hasTags({}, ["a"]), false);
  assert.equal(hasTags({}, [""]), true);
  assert.equal(hasTags({ tags: ["a"] }, [""]), false);
  assert.equal(hasTags({ tags: ["a"] }, []), true);
});

const COUNT = fc.integer({ min: -2, max: 6 });
const DURATION = fc.record({
  years: fc.integer({ min: 0, max: 2 }),
  months: fc.integer({ min: 0, max: 15 }),
  days: fc.integer({ min: 0, max: 40 }),
  hours: fc.integer({ min: 0, max: 100 }),
});
const POLICY: fc.Arbitrary<RetentionPolicy> = fc.record({
  last: COUNT,
  hourly: COUNT,
  daily: COUNT,
  weekly: COUNT,
  monthly: COUNT,
  yearly: COUNT,
  within: DURATION,
  withinHourly: DURATION,
  withinDaily: DURATION,
  withinWeekly: DURATION,
  withinMonthly: DURATION,
  withinYearly: DURATION,
  tags: fc.array(fc.array(fc.constantFrom("a", "b", ""), { maxLength: 2 }), { maxLength: 2 }),
}, { requiredKeys: [] });
const SNAPSHOTS = fc.array(fc.record({
  time: fc.bigInt({ min: at("2019-01-01T00:00:00Z"), max: at("2022-01-01T00:00:00Z") }),
  tags: fc.subarray(["a", "b"]),
}));

Deno.test("keep parts the snapshots in two, gives each kept one a reason, and keeps more under more rules", () => {
  fc.assert(fc.property(SNAPSHOTS, POLICY, POLICY, (list, policy, other) => {
    const { keep: kept, remove, reasons } = keep(list, policy, UTC);
    assert.deepEqual(new Set([...kept, ...remove]), new Set(list));
    assert.equal(kept.length + remove.length, list.length);
    assert.deepEqual(reasons.map(({ snapshot }) => snapshot), kept);
    assert.ok(reasons.every(({ matches }) => matches.length > 0));
    // Rules do not weaken each other: what one policy keeps, a policy with further rules keeps too.
    const more = new Set(keep(list, { ...other, ...policy }, UTC).keep);
    assert.ok(kept.every((snapshot) => more.has(snapshot)));
  }));
});

const TIMES: readonly [time: string, tags: string][] = [
  ["2019-12-31 23:59:59", "a"],
  ["2020-02-29 12:00:00", ""],
  ["2020-12-27 09:00:00", "a,b"],
  ["2020-12-31 09:00:00", ""],
  ["2021-01-03 23:30:00", "b"],
  ["2021-01-04 00:30:00", ""],
  ["2021-03-27 02:30:00", "a"],
  ["2021-03-28 01:30:00", ""],
  ["2021-03-28 03:15:00", "b"],
  ["2021-03-28 03:45:00", ""],
  ["2021-10-30 03:10:00", ""],
  ["2021-10-31 00:20:00", "a,b"],
  ["2021-10-31 23:40:00", ""],
  ["2021-11-01 00:10:00", "c"],
  ["2099-01-01 00:00:00", ""],
];

const COMPARED: readonly [options: string, policy: RetentionPolicy][] = [
  ["--keep-last 3 --keep-daily 5", { last: 3, daily: 5 }],
  ["--keep-hourly 4 --keep-weekly 4 --keep-tag a", { hourly: 4, weekly: 4, tags: [["a"]] }],
  ["--keep-weekly 40", { weekly: 40 }],
  ["--keep-monthly 90 --keep-yearly 2", { monthly: 90, yearly: 2 }],
  ["--keep-within 1d", { within: parseDuration("1d") }],
  ["--keep-within 7m2d21h --keep-tag a,b --keep-tag c", {
    within: parseDuration("7m2d21h"),
    tags: [["a", "b"], ["c"]],
  }],
  ["--keep-within-hourly 1m3d --keep-within-daily 8m", {
    withinHourly: parseDuration("1m3d"),
    withinDaily: parseDuration("8m"),
  }],
  ["--keep-within-weekly 10m --keep-within-monthly 1y5h --keep-within-yearly 9y", {
    withinWeekly: parseDuration("10m"),
    withinMonthly: parseDuration("1y5h"),
    withinYearly: parseDuration("9y"),
  }],
];

interface ResticGroup {
  readonly keep: readonly { id: string }[];
  readonly remove: readonly { id: string }[] | null;
  readonly reasons: readonly { matches: string[]; counters: Record<string, number> }[];
}

Deno.test("keep decides, explains and counts as the real restic does", async () => {
  await using folder = await scratch();
  const repo = `${folder.path}/repo`;
  // Ours, because its key costs next to nothing; the snapshots are restic's.
  await initRepository(new LocalStorage(openFileSystem(), systemRandom, repo));
  const run = (...args: string[]) =>
    resticDone(["-r", repo, ...args], { env: { RESTIC_PASSWORD: PASSWORD, TZ: "Europe/Berlin" } });
  await Deno.writeTextFile(`${folder.path}/file`, "content");
  for (const [time, tags] of TIMES) {
    await run("backup", "-q", "--time", time, ...(tags === "" ? [] : ["--tag", tags]), `${folder.path}/file`);
  }
  const stored = JSON.parse((await run("snapshots", "--json")).out) as {
    id: string;
    time: string;
    tags?: string[];
  }[];
  const list = stored.map(({ id, time, tags }) => ({ id, time: at(time), tags: tags ?? [] }));
  assert.equal(list.length, TIMES.length);
  const ids = (snapshots: readonly { id: string }[] | null) => (snapshots ?? []).map(({ id }) => id);
  for (const [options, policy] of COMPARED) {
    const [group] = JSON.parse(
      (await run("forget", "--dry-run", "--json", ...options.split(" "))).out,
    ) as ResticGroup[];
    const ours = keep(list, policy, { zone: berlin, now: NOW });
    assert.deepEqual(ids(ours.keep), ids(group!.keep), options);
    assert.deepEqual(ids(ours.remove), ids(group!.remove), options);
    assert.deepEqual(
      ours.reasons.map(({ matches, counters }) => ({ matches, counters: withoutZeros(counters) })),
      group!.reasons.map(({ matches, counters }) => ({ matches, counters })),
      options,
    );
  }
});
