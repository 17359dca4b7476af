// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant } from "../base/mod.ts";
import { civilOf, type CivilTime, UTC, type Zone } from "./civil_time.ts";
import { isZeroSpan, type Span, spanText, timeBefore } from "./span.ts";

/** The rules that count. */
const COUNTED = ["last", "hourly", "daily", "weekly", "monthly", "yearly"] as const;
type CountedRule = (typeof COUNTED)[number];
/** The rules that keep one snapshot of each period within a span. */
const WITHIN = ["withinHourly", "withinDaily", "withinWeekly", "withinMonthly", "withinYearly"] as const;

/** Which snapshots stay. Counts of -1 mean all; 0, none and below -1, that the rule is not used. */
export interface RetentionPolicy {
  readonly last?: number;
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly yearly?: number;
  /** Spans count back from the newest snapshot, not from now. */
  readonly within?: Span;
  readonly withinHourly?: Span;
  readonly withinDaily?: Span;
  readonly withinWeekly?: Span;
  readonly withinMonthly?: Span;
  readonly withinYearly?: Span;
  /** Each element: tags that must all be there; `""` stands for a snapshot without tags. */
  readonly tags?: readonly (readonly string[])[];
}

/** What a policy looks at. */
interface Dated {
  readonly time: Instant;
  readonly tags?: readonly string[];
}

/** Why a snapshot stays, and what the counts have left after it. */
export interface KeepReason<S> {
  readonly snapshot: S;
  /** restic's words, such as `daily snapshot` or `within 1y`. */
  readonly matches: readonly string[];
  readonly counters: Readonly<Record<CountedRule, number>>;
}

/** What {@link keep} says; all lists newest first, `reasons` in the order of `keep`. */
export interface KeptSnapshots<S> {
  readonly keep: readonly S[];
  readonly remove: readonly S[];
  readonly reasons: readonly KeepReason<S>[];
}

/** A number for the period that a time lies in; `nr` is the snapshot's place in the list. */
type Period = (civil: CivilTime, nr: number) => number;

const PERIODS: Readonly<Record<CountedRule, Period>> = {
  last: (_civil, nr) => nr,
  hourly: ({ year, month, day, hour }) => ((year * 100 + month) * 100 + day) * 100 + hour,
  daily: ({ year, month, day }) => (year * 100 + month) * 100 + day,
  weekly: isoWeek,
  monthly: ({ year, month }) => year * 100 + month,
  yearly: ({ year }) => year,
};

const DAY_MS = 86_400_000;

/** Year and week as ISO 8601 counts them: a week belongs to the year that its Thursday is in. */
function isoWeek({ year, month, day }: CivilTime): number {
  const thursday = new Date(0);
  thursday.setUTCFullYear(year, month - 1, day);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const newYear = new Date(0);
  newYear.setUTCFullYear(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - newYear.getTime()) / DAY_MS / 7) + 1;
  return thursday.getUTCFullYear() * 100 + week;
}

/** True when the snapshot has all of the tags; `""` is met by a snapshot without any. */
export function hasTags(snapshot: { readonly tags?: readonly string[] }, tags: readonly string[]): boolean {
  const own = snapshot.tags ?? [];
  for (const tag of tags) {
    if (tag === "" && own.length === 0) return true;
    if (!own.includes(tag)) return false;
  }
  return true;
}

/** Keeps the newest snapshot of each period, and the oldest of all while it has something left. */
class PeriodRule {
  readonly #period: Period;
  readonly #reason: string;
  #last: number | undefined;
  /** Snapshots that may still be kept; -1 for all. */
  left: number;

  constructor(period: Period, left: number, reason: string) {
    this.#period = period;
    this.left = left;
    this.#reason = reason;
  }

  /** The reason to keep this snapshot, or undefined. */
  apply(civil: CivilTime, nr: number, isOldest: boolean): string | undefined {
    if (this.left === 0) return undefined;
    const value = this.#period(civil, nr);
    const isNew = value !== this.#last;
    if (!isNew && !isOldest) return undefined;
    this.#last = value;
    if (this.left > 0) this.left--;
    return isNew ? this.#reason : `oldest ${this.#reason}`;
  }
}

/** Rules for the snapshots after a time: one of each period is kept. */
function withinRules(
  policy: RetentionPolicy,
  latest: Instant,
  zone: Zone,
): { after: Instant; rule: PeriodRule }[] {
  return WITHIN.flatMap((name) => {
    const span = policy[name];
    if (span === undefined || isZeroSpan(span)) return [];
    const period = name.slice("within".length).toLowerCase() as CountedRule;
    const rule = new PeriodRule(PERIODS[period], -1, `${period} within ${spanText(span)}`);
    return [{ after: timeBefore(latest, span, zone), rule }];
  });
}

/** Go's zero time, which restic counts back from where every snapshot lies in the future. */
const NO_TIME: Instant = -62_135_596_800_000_000_000n;

/** The time of the newest snapshot that does not lie in the future. */
function latestTime(list: readonly Dated[], now: Instant | undefined): Instant {
  let latest = NO_TIME;
  for (const { time } of list) if (time > latest && (now === undefined || time < now)) latest = time;
  return latest;
}

/** Prepares the rules; the answer gives the reasons to keep a snapshot and must be asked newest first. */
function judge(
  list: readonly Dated[],
  policy: RetentionPolicy,
  { zone, now }: { readonly zone: Zone; readonly now: Instant | undefined },
): { reasonsFor: (nr: number) => string[]; countersLeft: () => Readonly<Record<CountedRule, number>> } {
  const latest = latestTime(list, now);
  const counted = COUNTED.map((name) => {
    const count = policy[name] ?? 0;
    return {
      name,
      rule: new PeriodRule(PERIODS[name], Math.max(count, count === -1 ? -1 : 0), `${name} snapshot`),
    };
  });
  const within = policy.within && !isZeroSpan(policy.within)
    ? { after: timeBefore(latest, policy.within, zone), reason: `within ${spanText(policy.within)}` }
    : undefined;
  const periodsWithin = withinRules(policy, latest, zone);
  return {
    reasonsFor(nr) {
      const snapshot = list[nr]!;
      const civil = civilOf(snapshot.time, zone);
      const isOldest = nr === list.length - 1;
      const tagLists = (policy.tags ?? []).filter((tags) => hasTags(snapshot, tags));
      return [
        ...tagLists.map((tags) => `has tags [${tags.join(", ")}]`),
        within && snapshot.time > within.after ? within.reason : undefined,
        ...counted.map(({ rule }) => rule.apply(civil, nr, isOldest)),
        ...periodsWithin.map(({ after, rule }) =>
          snapshot.time > after ? rule.apply(civil, nr, isOldest) : undefined
        ),
      ].filter((match) => match !== undefined);
    },
    countersLeft: () =>
      Object.fromEntries(counted.map(({ name, rule }) => [name, rule.left])) as Record<CountedRule, number>,
  };
}

/** True for a count that keeps something; others below zero are passed over, as restic does. */
const isUsed = (count = 0): boolean => count > 0 || count === -1;

/** True when the policy has no rule in use, so that {@link keep} would keep nothing. */
export function isEmptyPolicy(policy: RetentionPolicy): boolean {
  const { within, withinHourly, withinDaily, withinWeekly, withinMonthly, withinYearly } = policy;
  const spans = [within, withinHourly, withinDaily, withinWeekly, withinMonthly, withinYearly];
  return (policy.tags ?? []).length === 0 && !COUNTED.some((name) => isUsed(policy[name])) &&
    spans.every((span) => span === undefined || isZeroSpan(span));
}

/**
 * Which snapshots of one group a policy keeps, exactly as restic's `forget` does. `zone` says in which time zone
 * hours, days and weeks begin (default UTC). With `now` the newest snapshot that spans count from is one that does not lie
 * in the future. A policy without rules keeps nothing: it is the caller's to refuse that.
 */
export function keep<S extends Dated>(
  snapshots: readonly S[],
  policy: RetentionPolicy,
  { zone = UTC, now }: { readonly zone?: Zone; readonly now?: Instant } = {},
): KeptSnapshots<S> {
  const list = snapshots.toSorted((a, b) => a.time < b.time ? 1 : a.time > b.time ? -1 : 0);
  const { reasonsFor, countersLeft } = judge(list, policy, { zone, now });
  const kept: S[] = [];
  const remove: S[] = [];
  const reasons: KeepReason<S>[] = [];
  for (const [nr, snapshot] of list.entries()) {
    const matches = reasonsFor(nr);
    if (matches.length === 0) {
      remove.push(snapshot);
    } else {
      kept.push(snapshot);
      reasons.push({ snapshot, matches, counters: countersLeft() });
    }
  }
  return { keep: kept, remove, reasons };
}
