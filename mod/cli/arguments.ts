// Copyright the SpareGrid authors. Apache-2.0.
import { type Instant, parseSize } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { OptionSpec } from "./option_spec.ts";
import { shownText } from "./shown_text.ts";

/** The parsed command line: operands and options, read with their types. Every mistake is SG1008. */
export class Arguments {
  /** What is not an option, in order. */
  readonly operands: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly #command: string;

  constructor(command: string, operands: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.#command = command;
    this.operands = operands;
    this.#values = values;
  }

  /** A mistake in the use of this command. */
  mistake(message: string): SgError {
    return new SgError("SG1008", message, { remedy: `See: sparegrid help ${this.#command}`.trimEnd() });
  }

  /** True when the option was given at all. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** All values of an option, in order. */
  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The last value of an option. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** A switch: true when given, unless given as `--name=false`. */
  flag(name: string): boolean {
    const value = this.text(name);
    if (value === undefined) return false;
    if (value === "true" || value === "1" || value === "") return true;
    if (value === "false" || value === "0") return false;
    throw this.#unfit(name, value, "true or false");
  }

  /** How often a switch was given; `--verbose=2` counts as twice. */
  level(name: string): number {
    let level = 0;
    for (const value of this.list(name)) {
      if (value === "true" || value === "") level++;
      else if (/^[0-9]$/.test(value)) level = Number(value);
      else throw this.#unfit(name, value, "a digit");
    }
    return level;
  }

  /** One of a few words. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.#unfit(name, value, `one of ${choices.join(", ")}`);
    return found;
  }

  /** A whole number from `min` up. */
  count(name: string, min = 0): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!/^[0-9]{1,15}$/.test(value) || number < min) {
      throw this.#unfit(name, value, `a whole number${min > 0 ? ` from ${min} up` : ""}`);
    }
    return number;
  }

  /** A size in bytes: `500`, `100K`, `1.5G` (powers of 1024). */
  size(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const size = parseSize(value);
    if (size === undefined) throw this.#unfit(name, value, "a size such as 500K, 20M or 1.5G");
    return size;
  }

  /** A length of time in milliseconds: `90s`, `5m`, `1h30m`. */
  durationMs(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const ms = parseDurationMs(value);
    if (ms === undefined) throw this.#unfit(name, value, "a length of time such as 90s, 5m or 1h30m");
    return ms;
  }

  /** A time of day: `2026-01-31`, `2026-01-31 13:05:09` (local), or RFC 3339. */
  time(name: string): Instant | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const time = parseTime(value);
    if (time === undefined) throw this.#unfit(name, value, "a time such as 2026-01-31 13:05:09");
    return time;
  }

  /** Refuses operands beyond `max`, and fewer than `min`; `what` names them in the message. */
  operandsBetween(min: number, max: number, what: string): readonly string[] {
    if (this.operands.length < min) throw this.mistake(`Cannot run ${this.#command}: ${what} is missing`);
    if (this.operands.length > max) {
      const extra = shownText(this.operands[max]!);
      throw this.mistake(`Cannot run ${this.#command}: "${extra}" is one argument too many`);
    }
    return this.operands;
  }

  #unfit(name: string, value: string, wanted: string): SgError {
    return this.mistake(`Cannot use --${name} ${shownText(value) || '""'}: it must be ${wanted}`);
  }
}

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of a length of time such as `1h30m`; undefined where it is none. */
export function parseDurationMs(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, number, unit] of text.matchAll(/([0-9.]+)(ms|s|m|h|d)/g)) {
    ms += Number(number) * DURATION_UNITS[unit!]!;
  }
  return Math.round(ms);
}

/** The instant of a time as typed; local where no zone is given. Undefined where it is none. */
export function parseTime(text: string): Instant | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-]\d\d:?\d\d)?$/
    .exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone] = match;
  const fields = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [y, mo, d, h, mi, s] = fields;
  const probe = new Date(Date.UTC(y, mo - 1, d, h, mi, s));
  if (probe.getUTCMonth() !== mo - 1 || probe.getUTCDate() !== d || h > 23 || mi > 59 || s > 59) {
    return undefined;
  }
  let ms = probe.getTime();
  if (zone === undefined) ms = new Date(y, mo - 1, d, h, mi, s).getTime();
  else if (zone !== "Z") {
    const sign = zone.startsWith("-") ? -1 : 1;
    const digits = zone.slice(1).replace(":", "");
    ms -= sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
  }
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/** A keep rule's length of time, as restic writes it: `2y5m7d3h` (years, months, days, hours). */
export interface CalendarSpan {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

/** The span of text such as `2y5m7d3h`; undefined where it is none. */
export function parseSpan(text: string): CalendarSpan | undefined {
  const match = /^(?:(\d{1,6})y)?(?:(\d{1,6})m)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?$/.exec(text);
  if (!match || text === "") return undefined;
  const [years, months, days, hours] = match.slice(1).map((part) => Number(part ?? 0));
  return { years: years!, months: months!, days: days!, hours: hours! };
}

/** The long names of a table, aliases included. */
export function optionNames(options: readonly OptionSpec[]): string[] {
  return options.flatMap((option) => [option.name, ...(option.aliases ?? [])]);
}
