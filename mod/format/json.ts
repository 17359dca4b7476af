// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { utf8Text } from "../base/mod.ts";
import { assertBearable } from "./json_scan.ts";
import { INVALID_RUNE, runeAt, runeWidth } from "./go_utf8.ts";

/** Longest JSON text that is read, bytes: the engine's strings end at 2^29 - 24 characters. */
export const JSON_BYTES_MAX = 2 ** 29 - 1024;
/** Deepest nesting that is accepted; the format itself needs five. */
export const JSON_DEPTH_MAX = 100;

/**
 * The text of JSON bytes; malformed UTF-8 becomes U+FFFD, as Go's decoder has it. `what` names it in errors. SG1017 when it
 * is too long, or would fill the memory once parsed.
 */
export function jsonText(bytes: Uint8Array, what: string): string {
  if (bytes.length > JSON_BYTES_MAX) {
    throw new SgError("SG1017", `Cannot read ${what}: ${bytes.length} bytes are more than ${JSON_BYTES_MAX}`);
  }
  assertBearable(bytes, what);
  return utf8Text(bytes);
}

/** Native JSON.parse with typed errors: integers beyond 2^53 lose digits here. */
export function parseLoose(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SgError("SG1005", `Cannot read ${what}: it is not valid JSON`, { cause });
  }
}

/** True when the value, or one inside, is a number that a double may have rounded. Refuses deep nesting (SG1017). */
export function holdsRoundedNumber(value: unknown, what: string, depth = 0): boolean {
  if (typeof value === "number") {
    return !Number.isSafeInteger(value) && (Number.isInteger(value) || Math.abs(value) === Infinity);
  }
  if (typeof value !== "object" || value === null) return false;
  if (depth >= JSON_DEPTH_MAX) {
    throw new SgError("SG1017", `Cannot read ${what}: its JSON is nested more than ${JSON_DEPTH_MAX} deep`);
  }
  let rounded = false;
  if (Array.isArray(value)) {
    for (const item of value) if (holdsRoundedNumber(item, what, depth + 1)) rounded = true;
  } else {
    const fields = value as Record<string, unknown>;
    for (const key of Object.keys(fields)) {
      if (holdsRoundedNumber(fields[key], what, depth + 1)) rounded = true;
    }
  }
  return rounded;
}

/** Refuses (SG1017) what is nested deeper than {@link JSON_DEPTH_MAX}, so that what walks it later need not fear. */
export function assertShallow(value: unknown, what: string): void {
  holdsRoundedNumber(value, what);
}

const INTEGER = /^-?\d+$/;

/** Integers that a double cannot hold come from their own digits. */
function exactNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && INTEGER.test(source) ? BigInt(source) : value;
}

/** The reviver's third argument (source text access, ES2025) is not in the library's types yet. */
type ReviverParse = (
  text: string,
  reviver: (key: string, value: unknown, context?: { source?: string }) => unknown,
) => unknown;

/**
 * JSON in which integers beyond 2^53 come as bigint; every other number as number. Of equal keys the last wins;
 * `__proto__` is a key like any other. Throws SG1005 for what is no JSON, SG1017 for too long or too deep.
 */
export function parseExact(input: string | Uint8Array, what = "JSON"): unknown {
  const text = typeof input === "string" ? input : jsonText(input, what);
  const value = parseLoose(text, what);
  // A rounded integer is never a safe one, so this sees every integer that lost digits.
  if (!holdsRoundedNumber(value, what)) return value;
  return (JSON.parse as ReviverParse)(text, exactNumber);
}

// deno-lint-ignore no-control-regex
const ESCAPED = /[\x00-\x1f"\\<>&\u2028\u2029]/;
// deno-lint-ignore no-control-regex
const ESCAPED_ALL = /[\x00-\x1f"\\<>&\u2028\u2029]/g;

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

const escapeOf = (c: string): string => SHORT[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A JSON string as Go's encoder writes it, quotes included: also `<`, `>`, `&`, U+2028 and U+2029 are escaped. */
export function goString(text: string): string {
  return ESCAPED.test(text) ? `"${text.replace(ESCAPED_ALL, escapeOf)}"` : `"${text}"`;
}

/** {@link goString} of bytes; each byte that is not valid UTF-8 becomes an escaped U+FFFD, as Go does it. */
export function goStringOfBytes(bytes: Uint8Array): string {
  let out = '"';
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    const code = runeAt(bytes, at);
    if (code === INVALID_RUNE) {
      out += goString(utf8Text(bytes.subarray(from, at))).slice(1, -1) + "\\ufffd";
      from = at + 1;
    }
    at += runeWidth(code);
  }
  return out + goString(utf8Text(bytes.subarray(from))).slice(1);
}

/**
 * JSON of any parsed value as Go would write it: no blanks, Go's escapes, bigint as digits. `undefined` fields
 * are left out. Throws SG1017 beyond {@link JSON_DEPTH_MAX}.
 */
export function goJson(value: unknown, depth = 0): string {
  if (typeof value === "string") return goString(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (depth >= JSON_DEPTH_MAX) {
    throw new SgError("SG1017", `Cannot write JSON: it is nested more than ${JSON_DEPTH_MAX} deep`);
  }
  if (Array.isArray(value)) return `[${value.map((item) => goJson(item, depth + 1)).join(",")}]`;
  const fields = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${fields.map(([key, item]) => `${goString(key)}:${goJson(item, depth + 1)}`).join(",")}}`;
}
