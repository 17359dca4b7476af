// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant } from "../base/mod.ts";

/**
 * Seconds that local time is ahead of UTC at an instant (east positive). The machine's own zone is
 * `(time) => -60 * new Date(Number(time / 1_000_000n)).getTimezoneOffset()`; tests pin one.
 */
export type ZoneOffset = (time: Instant) => number;

/** Local time as a calendar and a clock on the wall show it. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** 0 to 23. */
  readonly hour: number;
  /** Days from 1970-01-01 to this date. */
  readonly days: number;
  /** Nanoseconds since local midnight. */
  readonly sinceMidnight: bigint;
}

/** A length of time by the calendar; none of its parts is negative. */
export interface CalendarDuration {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

const SECOND = 1_000_000_000n;
const HOUR = 3600n * SECOND;
const DAY = 24n * HOUR;

/** Days from 1970-01-01 to a date of the Gregorian calendar; month and day may lie outside their usual range. */
function daysOfDate(year: number, month: number, day: number): number {
  // Years are counted from March, so that the leap day is a year's last: month 0 is March.
  const months = year * 12 + (month - 3);
  const y = Math.floor(months / 12);
  const m = months - y * 12;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leaps + Math.floor((153 * m + 2) / 5) + day - 1 - 719_468;
}

/** The year, month and day that lie `days` after 1970-01-01. */
function dateOfDays(days: number): { year: number; month: number; day: number } {
  // The mean year hits the right one or its neighbour; the comparison settles it.
  let year = 1970 + Math.floor(days / 365.2425);
  if (daysOfDate(year + 1, 1, 1) <= days) year++;
  else if (daysOfDate(year, 1, 1) > days) year--;
  let month = 1;
  while (month < 12 && daysOfDate(year, month + 1, 1) <= days) month++;
  return { year, month, day: days - daysOfDate(year, month, 1) + 1 };
}

/** Local time of an instant. */
export function localTime(time: Instant, zoneOffset: ZoneOffset): LocalTime {
  const local = time + BigInt(zoneOffset(time)) * SECOND;
  const sinceMidnight = ((local % DAY) + DAY) % DAY;
  const days = Number((local - sinceMidnight) / DAY);
  return { ...dateOfDays(days), hour: Number(sinceMidnight / HOUR), days, sinceMidnight };
}

/** The year and number of the ISO 8601 week that a day (counted from 1970-01-01) lies in. */
export function isoWeek(days: number): { readonly year: number; readonly week: number } {
  // 1970-01-01 was a Thursday, and a week belongs to the year of its Thursday.
  const sinceMonday = (((days + 3) % 7) + 7) % 7;
  const thursday = days - sinceMonday + 3;
  const { year } = dateOfDays(thursday);
  return { year, week: Math.floor((thursday - daysOfDate(year, 1, 1)) / 7) + 1 };
}

/**
 * The instant that lies `duration` before `time`: years, months and days by the local calendar at the same time of
 * day, then hours. A date that does not exist runs over (31 March less a month is 3 March), and so does a time of
 * day that a change of the clock leaves out, both as Go's time.AddDate has it.
 */
export function before(time: Instant, duration: CalendarDuration, zoneOffset: ZoneOffset): Instant {
  const { year, month, day, sinceMidnight } = localTime(time, zoneOffset);
  const days = daysOfDate(year - duration.years, month - duration.months, day - duration.days);
  const local = BigInt(days) * DAY + sinceMidnight;
  // The offset there is not known before the instant is; the second look settles it, but for a gap.
  const guess = local - BigInt(zoneOffset(local)) * SECOND;
  return local - BigInt(zoneOffset(guess)) * SECOND - BigInt(duration.hours) * HOUR;
}
