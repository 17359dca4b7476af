// Copyright the SpareGrid authors. Apache-2.0.
import { type Instant, utf8, utf8Text } from "../base/mod.ts";
import { writeDigits } from "./_digits.ts";

/** Go's zero time, 0001-01-01T00:00:00Z, which stands for "no time" in what restic writes. */
export const ZERO_TIME: Instant = -62_135_596_800_000_000_000n;

const NS = 1_000_000_000n;
const DAY_SECONDS = 86_400;
/** 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z in seconds. */
const SECONDS_MIN = -62_167_219_200;
const SECONDS_MAX = 253_402_300_799;
/** The Gregorian calendar repeats after 400 years. */
const CYCLE_SECONDS = 12_622_780_800n;

/** A calendar date of the proleptic Gregorian calendar. */
export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** Days from 1970-01-01 to a date (Howard Hinnant's algorithm); `day` may run over the month's end. */
export function daysOfDate(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date that lies `days` after 1970-01-01. */
export function dateOfDays(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra -
    (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

/** `YYYY-MM-DDThh:mm:ss.nnnnnnnnnZ` of the time that was written last, and views of its first so many bytes. */
const written = utf8("0000-00-00T00:00:00.000000000Z");
const firstBytes = Array.from({ length: written.length + 1 }, (_, length) => written.subarray(0, length));
const FRACTION_AT = 19;
const ZERO = 0x30;
/** The day that `written` begins with. */
let writtenDays = NaN;

function writeDate(days: number): void {
  const { year, month, day } = dateOfDays(days);
  writeDigits(written, 0, 4, year);
  writeDigits(written, 5, 7, month);
  writeDigits(written, 8, 10, day);
  writtenDays = days;
}

/** Up to nine decimals, trailing zeros cut; nothing for zero. */
function textOf(seconds: number, nanos: number): Uint8Array {
  const days = Math.floor(seconds / DAY_SECONDS);
  if (days !== writtenDays) writeDate(days);
  const rest = seconds - days * DAY_SECONDS;
  const hour = Math.floor(rest / 3600);
  const minute = Math.floor(rest / 60) - hour * 60;
  writeDigits(written, 11, 13, hour);
  writeDigits(written, 14, 16, minute);
  writeDigits(written, 17, 19, rest % 60);
  let end = FRACTION_AT;
  if (nanos > 0) {
    written[end] = 0x2e;
    end += 10;
    writeDigits(written, FRACTION_AT + 1, end, nanos);
    while (written[end - 1] === ZERO) end--;
  }
  written[end] = 0x5a;
  return firstBytes[end + 1]!;
}

/** Outside years 0 to 9999 the year is clamped and the rest kept, as restic's fixTime does. */
function clampedText(seconds: bigint, nanos: number): Uint8Array {
  const inCycle = Number(((seconds % CYCLE_SECONDS) + CYCLE_SECONDS) % CYCLE_SECONDS);
  const days = Math.floor(inCycle / DAY_SECONDS);
  const { month, day } = dateOfDays(days);
  const clamped = daysOfDate(seconds < 0n ? 0 : 9999, month, day);
  return textOf(Math.min(clamped * DAY_SECONDS + inCycle - days * DAY_SECONDS, SECONDS_MAX), nanos);
}

/** Scratch to cut a 64-bit integer into halves without bigint arithmetic, which costs ten times as much. */
const wide = new BigInt64Array(1);
const halves = new Uint32Array(wide.buffer);
const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
const LOW = LITTLE_ENDIAN ? 0 : 1;
const HIGH = 1 - LOW;
const INT64_END = 1n << 63n;

function format(time: Instant): Uint8Array {
  if (time >= 0n && time < INT64_END) {
    wide[0] = time;
    const high = halves[HIGH]!;
    const low = halves[LOW]!;
    // Long division by 10^9 in 16-bit steps: every product stays below 2^53.
    const q2 = Math.floor(high / 1e9);
    const n1 = (high - q2 * 1e9) * 65_536 + (low >>> 16);
    const q1 = Math.floor(n1 / 1e9);
    const n0 = (n1 - q1 * 1e9) * 65_536 + (low & 0xffff);
    const q0 = Math.floor(n0 / 1e9);
    return textOf(q2 * 4_294_967_296 + q1 * 65_536 + q0, n0 - q0 * 1e9);
  }
  let seconds = time / NS;
  let nanos = Number(time - seconds * NS);
  if (nanos < 0) {
    nanos += 1e9;
    seconds -= 1n;
  }
  if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) return clampedText(seconds, nanos);
  return textOf(Number(seconds), nanos);
}

let lastTime: Instant | undefined;
let lastText: Uint8Array = written;

/** The bytes of {@link formatTime}; good until the next time is asked for. */
export function timeText(time: Instant): Uint8Array {
  if (time === lastTime) return lastText;
  lastText = format(time);
  lastTime = time;
  return lastText;
}

/** RFC 3339 in UTC with up to nine decimals, trailing zeros cut; years clamped to 0 to 9999. */
export function formatTime(time: Instant): string {
  return utf8Text(timeText(time));
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** The two digits at `at`, or NaN. */
function digits2(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Seconds of the first 19 characters taken as UTC; NaN where they are no date and time. */
function civilSeconds(text: string): number {
  const year = digits2(text, 0) * 100 + digits2(text, 2);
  const month = digits2(text, 5);
  const day = digits2(text, 8);
  const hour = digits2(text, 11);
  const minute = digits2(text, 14);
  const second = digits2(text, 17);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return NaN;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return NaN;
  return daysOfDate(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second;
}

/** Joins seconds and nanoseconds; exact without bigint arithmetic where it fits 63 bits. */
function instantOf(seconds: number, nanos: number): Instant {
  if (seconds < 0 || seconds > 9_000_000_000) return BigInt(seconds) * NS + BigInt(nanos);
  const upper = Math.floor(seconds / 65_536) * 1e9;
  const upperHigh = Math.floor(upper / 65_536);
  const rest = (upper - upperHigh * 65_536) * 65_536 + (seconds % 65_536) * 1e9 + nanos;
  const carry = Math.floor(rest / 4_294_967_296);
  halves[HIGH] = upperHigh + carry;
  halves[LOW] = rest - carry * 4_294_967_296;
  return wide[0]!;
}

/** Nanoseconds of the decimals between `from` and `to`; -1 where they are none. More than nine are cut. */
function fraction(text: string, from: number, to: number): number {
  let nanos = 0;
  let scale = 100_000_000;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    nanos += digit * scale;
    scale = scale === 1 ? 0 : scale / 10;
  }
  return from === to ? -1 : nanos;
}

function parse(text: string): Instant | undefined {
  // The usual form, UTC, without a regular expression.
  if (
    text.charCodeAt(text.length - 1) === 0x5a && text[4] === "-" && text[7] === "-" && text[10] === "T" &&
    text[13] === ":" && text[16] === ":"
  ) {
    const seconds = civilSeconds(text);
    const end = text.length - 1;
    const nanos = end === 19 ? 0 : text[19] === "." ? fraction(text, 20, end) : -1;
    return Number.isNaN(seconds) || nanos < 0 ? undefined : instantOf(seconds, nanos);
  }
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const seconds = civilSeconds(text);
  const hours = Number(match[9]);
  const minutes = Number(match[10]);
  if (Number.isNaN(seconds) || hours > 23 || minutes > 59) return undefined;
  const offset = (hours * 3600 + minutes * 60) * (match[8] === "-" ? -1 : 1);
  const decimals = match[7];
  const nanos = decimals === undefined ? 0 : fraction(decimals, 0, decimals.length);
  return instantOf(seconds - offset, nanos);
}

let lastParsed: Instant | undefined = 0n;
let lastParsedText = "1970-01-01T00:00:00Z";

/** The instant of RFC 3339 text with any offset and any number of decimals; undefined where it is malformed. */
export function parseTime(text: string): Instant | undefined {
  if (text === lastParsedText) return lastParsed;
  lastParsed = parse(text);
  lastParsedText = text;
  return lastParsed;
}
