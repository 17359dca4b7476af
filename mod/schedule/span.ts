// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { civilOf, instantOfCivil, UTC, type Zone } from "./civil_time.ts";

/** A span of the calendar, such as a year and a month; its length depends on where it ends. */
export interface Span {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

/** Largest number in a span: more years than any calendar has. */
const COUNT_MAX = 999_999;
const PART = /(-?)(\d+)([ymdh])/y;
const UNITS = { y: "years", m: "months", d: "days", h: "hours" } as const;

/** A span from text like `1y5m7d2h`: any order, the last of a unit wins, a minus sign counts. SG1008 for other text. */
export function parseDuration(text: string): Span {
  const span = { years: 0, months: 0, days: 0, hours: 0 };
  const trimmed = text.trim();
  PART.lastIndex = 0;
  for (let at = 0; at < trimmed.length; at = PART.lastIndex) {
    const match = PART.exec(trimmed);
    const count = Number(match?.[2]);
    if (!match || count > COUNT_MAX) {
      throw new SgError("SG1008", `Cannot use span ${JSON.stringify(text)}: it must be like 1y6m15d12h`);
    }
    span[UNITS[match[3] as keyof typeof UNITS]] = match[1] === "-" && count > 0 ? -count : count;
  }
  return span;
}

/** The span as {@link parseDuration} reads it; empty for the empty span. */
export function spanText({ years, months, days, hours }: Span): string {
  const part = (count: number, unit: string) => count === 0 ? "" : `${count}${unit}`;
  return part(years, "y") + part(months, "m") + part(days, "d") + part(hours, "h");
}

/** True for a span of nothing. */
export function isZeroSpan({ years, months, days, hours }: Span): boolean {
  return years === 0 && months === 0 && days === 0 && hours === 0;
}

/** The time that lies a span before `time`: years, months and days by the zone's calendar, then hours by the clock. */
export function timeBefore(time: Instant, span: Span, zone: Zone = UTC): Instant {
  const civil = civilOf(time, zone);
  const shifted = instantOfCivil({
    ...civil,
    year: civil.year - span.years,
    month: civil.month - span.months,
    day: civil.day - span.days,
  }, zone);
  return shifted - BigInt(span.hours) * 3_600_000_000_000n;
}
