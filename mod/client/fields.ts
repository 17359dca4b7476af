// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { PageOrder } from "./records.ts";

const NAME_LETTERS_MAX = 100;
const PATH_BYTES_MAX = 4096;
const PAGE_MAX = 1000;
/** What no name and no path that people type may hold. */
// deno-lint-ignore no-control-regex -- they are what is refused.
export const CONTROL = /[\x00-\x1f\x7f]/;

/** The refusal of a value: SG1040 that names the field. Never shows the value of a secret. */
export function refused(field: string, why: string): SgError {
  return new SgError("SG1040", `Cannot use ${field}: ${why}`, { context: { field } });
}

/** There is no such thing: SG1036. */
export function notFound(what: string, name: string): SgError {
  return new SgError("SG1036", `Cannot find ${what} ${JSON.stringify(name.slice(0, NAME_LETTERS_MAX))}`);
}

/** A name that people see: without blanks round it. SG1040. */
export function nameOf(field: string, value: string): string {
  const name = value.trim();
  if (name === "") throw refused(field, "it is empty");
  if ([...name].length > NAME_LETTERS_MAX) {
    throw refused(field, `it is longer than ${NAME_LETTERS_MAX} letters`);
  }
  if (CONTROL.test(name) || !name.isWellFormed()) throw refused(field, "it holds a control character");
  return name;
}

/** An absolute path as a user writes it. SG1040. */
export function pathOf(field: string, value: string): string {
  if (!value.startsWith("/")) throw refused(field, `${shown(value)} is not an absolute path`);
  if (value.includes("\0") || !value.isWellFormed()) {
    throw refused(field, `${shown(value)} is not a valid path`);
  }
  if (utf8(value).length > PATH_BYTES_MAX) {
    throw refused(field, `a path is longer than ${PATH_BYTES_MAX} bytes`);
  }
  return value;
}

/** A secret text that is used as it is. SG1040; the message does not show it. */
export function secretOf(field: string, value: string): string {
  if (value === "") throw refused(field, "it is empty");
  if (utf8(value).length > PATH_BYTES_MAX) throw refused(field, `it is longer than ${PATH_BYTES_MAX} bytes`);
  if (CONTROL.test(value) || !value.isWellFormed()) throw refused(field, "it holds a control character");
  return value;
}

/** A whole number from `least` to 2^53. SG1040. */
export function wholeNumber(field: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw refused(field, `${value} is not a whole number from ${least} on`);
}

/** SHA-256 of a certificate as 64 lower-case digits; colons and blanks are allowed. SG1040. */
export function fingerprintOf(field: string, value: string): string {
  const digits = value.replace(/[:\s]/g, "").toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(digits)) throw refused(field, "it is not a SHA-256 of 64 hexadecimal digits");
  return digits;
}

/** A page's limit, at most {@link PAGE_MAX}. */
export function limitOf({ limit }: PageOrder<unknown>): number {
  return Math.min(wholeNumber("first", limit, 0), PAGE_MAX);
}

/** A value in a message, cut short. */
export function shown(value: string): string {
  return JSON.stringify(value.length > NAME_LETTERS_MAX ? `${value.slice(0, NAME_LETTERS_MAX)}…` : value);
}
