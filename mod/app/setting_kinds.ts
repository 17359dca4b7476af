// Copyright the SpareGrid authors. Apache-2.0.
import { parseSize } from "../base/mod.ts";

/** What kind of value a setting takes: how it is read from text and from TOML, and what it must be. */
export interface SettingKind<T> {
  /** In words, for the message that refuses another: `a port from 0 to 65535`. */
  readonly wanted: string;
  /** What stands for the value in help; undefined for switches. */
  readonly valueName: string | undefined;
  /** The value of a flag or variable; undefined where it is none. */
  fromText(text: string): T | undefined;
  /** The value of TOML or JSON data; undefined where it is none. */
  fromData(data: unknown): T | undefined;
}

/** True or false. */
export const switchKind: SettingKind<boolean> = {
  wanted: "true or false",
  valueName: undefined,
  fromText: (text) =>
    /^(?:true|1|yes|on|)$/i.test(text) ? true : /^(?:false|0|no|off)$/i.test(text) ? false : undefined,
  fromData: (data) => typeof data === "boolean" ? data : undefined,
};

/** A TCP port: 0 switches off what listens there, `any` lets the system choose a free one. */
export type PortSetting = number | "any";

/** See {@link PortSetting}. */
export const portKind: SettingKind<PortSetting> = {
  wanted: "a port from 1 to 65535, 0 for none, or any",
  valueName: "PORT",
  fromText: (text) => text === "any" ? "any" : /^[0-9]{1,5}$/.test(text) ? port(Number(text)) : undefined,
  fromData: (data) => data === "any" ? "any" : port(data),
};

function port(data: unknown): number | undefined {
  return Number.isInteger(data) && (data as number) >= 0 && (data as number) <= 65_535
    ? data as number
    : undefined;
}

/** A whole number between two. */
export function countKind(min: number, max: number): SettingKind<number> {
  const fit = (data: unknown) =>
    Number.isSafeInteger(data) && (data as number) >= min && (data as number) <= max
      ? data as number
      : undefined;
  return {
    wanted: `a whole number from ${min} to ${max}`,
    valueName: "N",
    fromText: (text) => /^[0-9]{1,15}$/.test(text) ? fit(Number(text)) : undefined,
    fromData: fit,
  };
}

/** Bytes, written as a number or as `500K`, `1.5G` (powers of 1024). */
export const sizeKind: SettingKind<number> = {
  wanted: "a size such as 500K, 20M or 1.5G",
  valueName: "SIZE",
  fromText: parseSize,
  fromData(data) {
    if (typeof data === "string") return parseSize(data);
    return Number.isSafeInteger(data) && (data as number) >= 0 ? data as number : undefined;
  },
};

/** One of a few words. */
export function choiceKind<T extends string>(...choices: readonly T[]): SettingKind<T> {
  const fit = (data: unknown) => choices.find((choice) => choice === data);
  return { wanted: `one of ${choices.join(", ")}`, valueName: "WORD", fromText: fit, fromData: fit };
}

/** Text that a pattern holds against; `wanted` says what that is. */
export function textKind(wanted: string, valueName: string, pattern: RegExp): SettingKind<string> {
  const fit = (data: unknown) => typeof data === "string" && pattern.test(data) ? data : undefined;
  return { wanted, valueName, fromText: fit, fromData: fit };
}

/** Several texts: separated by commas, or an array. */
export function listKind(wanted: string, valueName: string, pattern: RegExp): SettingKind<readonly string[]> {
  const fit = (data: unknown) =>
    Array.isArray(data) && data.every((item) => typeof item === "string" && pattern.test(item))
      ? data as string[]
      : undefined;
  return {
    wanted,
    valueName,
    fromText: (text) => fit(text.split(",").map((part) => part.trim()).filter((part) => part !== "")),
    fromData: (data) => typeof data === "string" ? fit([data]) : fit(data),
  };
}

/**
 * A file or folder. A relative one is taken from where the user is, or in `sparegrid.toml` from the data folder, see
 * {@link isPathKind}.
 */
export const pathKind: SettingKind<string> = {
  // deno-lint-ignore no-control-regex
  ...textKind("the path of a file or folder", "PATH", /^[^\x00]+$/),
};

/** True for the kind whose relative values depend on where they were written. */
export function isPathKind(kind: SettingKind<unknown>): boolean {
  return kind === pathKind;
}
