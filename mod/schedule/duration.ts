// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import type { CalendarDuration } from "./calendar.ts";

/** At most nine digits, so that every sum stays exact. */
const PART = /(\d{1,9})([ymdh])/y;
const FIELDS = { y: "years", m: "months", d: "days", h: "hours" } as const;

/**
 * A duration such as `1y5m7d2h`: years, months, days and hours in any order, each at most once. SG1008 for all else.
 * restic also takes negative and repeated parts; a rule that decides what is deleted should not be guessed at.
 */
export function parseDuration(text: string): CalendarDuration {
  const parts: Partial<Record<keyof CalendarDuration, number>> = {};
  const trimmed = text.trim();
  PART.lastIndex = 0;
  let at = 0;
  for (let match = PART.exec(trimmed); match; match = PART.exec(trimmed)) {
    const field = FIELDS[match[2] as keyof typeof FIELDS];
    if (parts[field] !== undefined) throw nonsense(text, `"${match[2]}" occurs twice`);
    parts[field] = Number(match[1]);
    at = PART.lastIndex;
  }
  if (at === 0 || at < trimmed.length) throw nonsense(text, "it must be like 1y5m7d2h");
  return { years: 0, months: 0, days: 0, hours: 0, ...parts };
}

function nonsense(text: string, why: string): SgError {
  return new SgError("SG1008", `Cannot read duration ${JSON.stringify(text)}: ${why}`);
}

/** The text of a duration as {@link parseDuration} reads it, parts that are zero left out; empty for zero. */
export function formatDuration({ years, months, days, hours }: CalendarDuration): string {
  const part = (count: number, unit: string) => count === 0 ? "" : `${count}${unit}`;
  return part(years, "y") + part(months, "m") + part(days, "d") + part(hours, "h");
}

/** True when the duration is given and not zero; a zero one is no rule. */
export function isLasting(duration: CalendarDuration | undefined): duration is CalendarDuration {
  return duration !== undefined && formatDuration(duration) !== "";
}
