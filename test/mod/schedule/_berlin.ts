// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant } from "../../../mod/base/mod.ts";

/** 01:00 UTC on the last Sunday of a month of 31 days, milliseconds. */
function lastSunday(year: number, month: number): number {
  const last = Date.UTC(year, month - 1, 31, 1);
  return last - new Date(last).getUTCDay() * 86_400_000;
}

/** Seconds that Berlin is ahead of UTC, by the rule in force since 1996. */
export function berlin(time: Instant): number {
  const ms = Number(time / 1_000_000n);
  const year = new Date(ms).getUTCFullYear();
  return ms >= lastSunday(year, 3) && ms < lastSunday(year, 10) ? 7200 : 3600;
}
