// Copyright the SpareGrid authors. Apache-2.0.
import { shownText } from "../base/mod.ts";

/** Facts of a line beyond its fields: flat, so that a line stays small and readable. */
export type AuditDetails = Readonly<
  Record<string, string | number | boolean | null | readonly string[] | undefined>
>;

/** Longest details as JSON, UTF-16 units. */
const DETAILS_MAX = 4_000;
const VALUE_MAX = 500;
const VALUES_MAX = 20;
const HIDDEN = "(hidden)";
/** A field of this name holds a secret, whatever it holds. */
const SECRET_NAME = /passw|secret|token$|tokentext|csrf|cookie|authorization|signature|privatekey|code$/i;
/** How our own secrets look, wherever they turn up: tokens, invites, set-up codes. */
const SECRET_TEXT = /\bsgo?_[A-Za-z0-9_-]{20,}|\bSGI\d[-A-Z0-9]{20,}|\b(?:[A-Z0-9]{4}-){7}[A-Z0-9]{4}\b/g;
/** `text` as one line that shows what it is: control characters by their numbers, at most `max` UTF-16 units, no secrets. */
export function shownSafely(text: string, max: number): string {
  // What is cut off need not be looked at; what stays is at most `max`, whatever it grew to.
  const shown = shownText(text.slice(0, max).toWellFormed().replace(SECRET_TEXT, HIDDEN));
  return shown.length <= max && text.length <= max ? shown : `${shown.slice(0, max - 1)}…`.toWellFormed();
}

/** The details as JSON text, bounded, without secrets. */
export function detailsText(details: AuditDetails): string {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(details)) {
    if (value === undefined) continue;
    safe[shownSafely(name, 60)] = holdsSecret(name, value) ? HIDDEN : safeValue(value);
  }
  const text = JSON.stringify(safe);
  if (text.length <= DETAILS_MAX) return text;
  return JSON.stringify({ tooLong: true, names: Object.keys(safe).slice(0, VALUES_MAX) });
}

/** Only texts are secrets; that something was changed, and an SG code, are not. */
function holdsSecret(name: string, value: AuditDetails[string]): boolean {
  if (!SECRET_NAME.test(name) || value === null || typeof value === "boolean") return false;
  return !(typeof value === "string" && /^(?:changed|SG\d{4})$/.test(value));
}

function safeValue(value: string | number | boolean | null | readonly string[]): unknown {
  if (typeof value === "string") return shownSafely(value, VALUE_MAX);
  if (!Array.isArray(value)) return value;
  const shown = value.slice(0, VALUES_MAX).map((item) => shownSafely(String(item), VALUE_MAX));
  return value.length > VALUES_MAX ? [...shown, `… ${value.length - VALUES_MAX} more`] : shown;
}
