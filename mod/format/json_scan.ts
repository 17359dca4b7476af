// Copyright the SpareGrid authors. Apache-2.0.
import { MIB } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";

const QUOTE = 0x22, BACKSLASH = 0x5c, COMMA = 0x2c;
const OPEN_BRACE = 0x7b, CLOSE_BRACE = 0x7d, OPEN_BRACKET = 0x5b, CLOSE_BRACKET = 0x5d;

/** Smaller texts cannot do harm, whatever they hold. */
const HARMLESS_BYTES = MIB;
/**
 * The format's files have one object or list for 33 bytes at the most, and one comma for 8. A text with far more is made to
 * fill the memory: parsed, an empty object of 3 bytes takes 64.
 */
const BYTES_PER_CONTAINER = 24;
const BYTES_PER_COMMA = 6;
const ALWAYS_ALLOWED = 65_536;

/** Refuses (SG1017) JSON that would take many times its own length of memory when it is parsed. */
export function assertBearable(json: Uint8Array, what: string): void {
  if (json.length <= HARMLESS_BYTES) return;
  let containers = ALWAYS_ALLOWED + json.length / BYTES_PER_CONTAINER;
  let commas = ALWAYS_ALLOWED + json.length / BYTES_PER_COMMA;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (byte === QUOTE) at = stringEnd(json, at, json.length);
    else if (byte === COMMA) commas--;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) containers--;
    if (containers < 0 || commas < 0) {
      throw new SgError("SG1017", `Cannot read ${what}: it holds more values than any valid file`);
    }
  }
}

/**
 * The first comma at `enough` or behind it that is in no brackets but those open at `from`; `end` where there is none, -1
 * where more is closed than opened.
 */
export function commaBehind(json: Uint8Array, from: number, enough: number, end: number): number {
  let depth = 0;
  for (let at = from; at < end; at++) {
    const byte = json[at]!;
    if (byte === QUOTE) at = stringEnd(json, at, end);
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (--depth < 0) return -1;
    } else if (byte === COMMA && depth === 0 && at >= enough) return at;
  }
  return end;
}

/** Where the string that begins at `at` has its closing quote; `end` where it has none. */
function stringEnd(json: Uint8Array, at: number, end: number): number {
  // Most are short: a call of `indexOf` costs more.
  for (let i = at + 1; i < end; i++) {
    const byte = json[i]!;
    if (byte === QUOTE) return i;
    if (byte === BACKSLASH) i++;
  }
  return end;
}
