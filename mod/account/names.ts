// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";

/** Control and format characters (marks that turn text round, zero-width ones), separators, lone surrogates, unassigned. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;
const ACCOUNT_ID = /^[a-z0-9_-][a-z0-9._-]{0,63}$/;

/**
 * `text` as a name that people read: in Unicode's NFC form, 1 to `max` characters, printable, no space at its ends. SG1040
 * otherwise; `what` names it there.
 */
export function printableName(what: string, text: string, max: number): string {
  // A bound before the work: normalizing a huge text would be the attack itself.
  const name = text.length > 4 * max ? text : text.normalize("NFC");
  if (name === "") throw notValid(what, "it is empty");
  if ([...name.slice(0, 4 * max + 1)].length > max) {
    throw notValid(what, `it is longer than ${max} characters`);
  }
  if (UNPRINTABLE.test(name)) throw notValid(what, "it holds characters that cannot be shown");
  if (name.trim() !== name) throw notValid(what, "it begins or ends with a space");
  return name;
}

/** True when `text` can be an account's ID: `[a-z0-9._-]{1,64}`, no leading dot. */
export function isAccountId(text: string): boolean {
  return ACCOUNT_ID.test(text);
}

/** `text`, if it can be an account's ID; SG1040 otherwise. */
export function accountId(text: string): string {
  if (isAccountId(text)) return text;
  throw notValid("account", "it is not of 1 to 64 letters a-z, digits, dots, dashes and underscores");
}

/** A whole number within bounds; SG1040 otherwise. */
export function wholeNumber(what: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw notValid(what, `it is not a whole number from ${min} to ${max}`);
}

/** SG1040: what is not valid, and why. */
export function notValid(what: string, why: string): SgError {
  return new SgError("SG1040", `Cannot use the ${what}: ${why}`, { context: { field: what } });
}
