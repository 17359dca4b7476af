// Copyright the SpareGrid authors. Apache-2.0.
import { fromBase64, type Instant, isId } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { parseTime } from "./time.ts";

/** Largest unsigned 64-bit number. */
export const U64_MAX = 2n ** 64n - 1n;

/** A parsed JSON object whose fields nobody has looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** The error for something that does not fit the format. `what` names the file or tree. */
export function damaged(what: string, why: string): SgError {
  return new SgError("SG1005", `Cannot read ${what}: ${why}`);
}

/** A value for an error's message: the start of a text, else its kind; never long, whatever the file holds. */
export function shown(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value.slice(0, 40))
    : value === null
    ? "null"
    : typeof value;
}

/** The value as an object. */
export function objectOf(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw damaged(what, "an object is missing");
}

/** The field as a list; an empty one where it is left out or null. */
export function listOf(fields: Fields, name: string, what: string): readonly unknown[] {
  const value = fields[name] ?? [];
  if (Array.isArray(value)) return value;
  throw damaged(what, `"${name}" is no list`);
}

/** The field as text; `otherwise` where it is left out. */
export function textOf<T>(fields: Fields, name: string, what: string, otherwise: T): string | T {
  const value = fields[name];
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return otherwise;
  throw damaged(what, `"${name}" is no text`);
}

/** The field as a list of texts. */
export function textsOf(fields: Fields, name: string, what: string): string[] {
  const list = listOf(fields, name, what);
  if (list.every((item) => typeof item === "string")) return list as string[];
  throw damaged(what, `"${name}" holds something else than texts`);
}

/** The field as a whole number from 0 to `most` (at most 2^53 - 1); 0 where it is left out. */
export function countOf(fields: Fields, name: string, what: string, most = Number.MAX_SAFE_INTEGER): number {
  const value = fields[name] ?? 0;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= most) return value;
  throw damaged(what, `"${name}" is no number from 0 to ${most}`);
}

/** Counts of links and numbers of devices: each its own object would take 24 bytes, in every node. */
const SMALL_NUMBERS: readonly bigint[] = Array.from({ length: 256 }, (_, n) => BigInt(n));

/** The field as an unsigned 64-bit number; 0 where it is left out. */
export function u64Of(fields: Fields, name: string, what: string): bigint {
  const value = fields[name];
  if (value === undefined || value === null) return 0n;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) {
    return SMALL_NUMBERS[value] ?? BigInt(value);
  }
  if (typeof value === "bigint" && value >= 0n && value <= U64_MAX) return value;
  throw damaged(what, `"${name}" is no unsigned 64-bit number`);
}

/** The field as a time. */
export function timeOf(fields: Fields, name: string, what: string): Instant {
  const value = fields[name];
  const time = typeof value === "string" ? parseTime(value) : undefined;
  if (time !== undefined) return time;
  throw damaged(what, `"${name}" is no time`);
}

/** The value as an ID of 64 hexadecimal digits. */
export function idOf<T extends string>(value: unknown, name: string, what: string): T {
  if (typeof value === "string" && isId(value)) return value as T;
  throw damaged(what, `"${name}" is no ID`);
}

/** The value as bytes in base64. */
export function base64Of(value: unknown, name: string, what: string): Uint8Array<ArrayBuffer> {
  if (typeof value === "string") {
    try {
      return fromBase64(value);
    } catch {
      // Falls through to the same answer.
    }
  }
  throw damaged(what, `"${name}" is not base64`);
}

/** A boolean field; false where it is left out. */
export function flagOf(fields: Fields, name: string, what: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value === "boolean") return value;
  throw damaged(what, `"${name}" is neither true nor false`);
}
