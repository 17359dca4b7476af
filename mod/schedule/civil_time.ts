// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";

/** How far a zone's clocks are ahead of UTC at an instant, seconds; negative in the west. */
export type Zone = (time: Instant) => number;

/** A time as the clocks of a zone show it. */
export interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanos: number;
}

/** The zone without offset. */
export const UTC: Zone = (): number => 0;

const NS = 1_000_000_000n;
/** What the runtime's calendar reaches to either side of 1970, milliseconds. */
const CALENDAR_MS_MAX = 8.64e15;

/** Whole seconds since 1970, rounded down, and the nanoseconds above them. */
function secondsOf(time: Instant): { seconds: number; nanos: number } {
  const nanos = ((time % NS) + NS) % NS;
  return { seconds: Number((time - nanos) / NS), nanos: Number(nanos) };
}

/** What clocks in `zone` show at `time`. */
export function civilOf(time: Instant, zone: Zone = UTC): CivilTime {
  const { seconds, nanos } = secondsOf(time);
  const ms = (seconds + zone(time)) * 1000;
  const date = new Date(Math.min(Math.max(ms, -CALENDAR_MS_MAX), CALENDAR_MS_MAX));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanos,
  };
}

/**
 * The instant at which clocks in `zone` show `civil`. Months and days may run over their ends, as in Go's
 * time.Date: February 30 is March 1 or 2. A time that clocks show twice is the first or the second, one that they skip
 * is an hour off, as Go has it.
 */
export function instantOfCivil(civil: CivilTime, zone: Zone = UTC): Instant {
  const date = new Date(0);
  date.setUTCFullYear(civil.year, civil.month - 1, civil.day);
  date.setUTCHours(civil.hour, civil.minute, civil.second);
  const ms = date.getTime();
  if (Number.isNaN(ms)) return BigInt(civil.year < 1970 ? -CALENDAR_MS_MAX : CALENDAR_MS_MAX) * 1_000_000n;
  const local = BigInt(ms / 1000) * NS + BigInt(civil.nanos);
  const guess = local - BigInt(zone(local)) * NS;
  return local - BigInt(zone(guess)) * NS;
}

const OFFSET = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/** The zone of an IANA name such as `Europe/Berlin`. SG1008 where the runtime does not know it. */
export function zoneOf(name: string): Zone {
  if (name === "UTC") return UTC;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  } catch (cause) {
    throw new SgError("SG1008", `Cannot use time zone ${JSON.stringify(name)}: it is not known`, { cause });
  }
  return (time) => {
    const ms = Math.min(Math.max(secondsOf(time).seconds * 1000, -CALENDAR_MS_MAX), CALENDAR_MS_MAX);
    const text = format.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours, minutes, seconds] = OFFSET.exec(text) ?? [];
    const offset = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
    return sign === "-" ? -offset : offset;
  };
}
