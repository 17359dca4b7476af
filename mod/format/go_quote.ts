// Copyright the SpareGrid authors. Apache-2.0.
import { utf8, utf8Text } from "../base/mod.ts";
import { INVALID_RUNE, runeAt, runeWidth } from "./go_utf8.ts";

/** Names that quoting leaves alone: printable ASCII without the quote and the backslash. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Up to this length a name is cheaper to put together here than by the runtime's decoder, bytes. */
const SHORT_NAME_BYTES = 32;

/**
 * Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. The runtime may know a
 * newer Unicode than a given restic; that changes how a name is written, never what it is read as.
 */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const SHORT: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

function quoteRune(code: number): string {
  const short = SHORT[code];
  if (short !== undefined) return short;
  const text = String.fromCodePoint(code);
  if (PRINTABLE.test(text)) return text;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** The name where quoting leaves it alone. Made here, because a call of the decoder costs more than a short name. */
function plainText(bytes: Uint8Array): string | undefined {
  if (bytes.length > SHORT_NAME_BYTES) {
    const text = utf8Text(bytes);
    return PLAIN.test(text) ? text : undefined;
  }
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c) return undefined;
  }
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

/** Go's strconv.Quote of raw name bytes, without the outer quotes. */
export function goQuote(bytes: Uint8Array): string {
  const plain = plainText(bytes);
  if (plain !== undefined) return plain;
  let out = "";
  for (let at = 0; at < bytes.length;) {
    const code = runeAt(bytes, at);
    out += code === INVALID_RUNE ? `\\x${hex(bytes[at]!, 2)}` : quoteRune(code);
    at += runeWidth(code);
  }
  return out;
}

const BACK: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "\\": 92,
  '"': 34,
};

/** Where a run of unescaped text ends, or the whole escape; what it does not match is malformed. */
const PIECE = /[^"\\\n]+|\\(?:[abfnrtv\\"]|x[\da-fA-F]{2}|[0-7]{3}|u[\da-fA-F]{4}|U[\da-fA-F]{8})/y;

/** Appends what one escape stands for; false when Go refuses it. */
function unescape(escape: string, out: number[]): boolean {
  const kind = escape[1]!;
  const short = BACK[kind];
  if (short !== undefined) {
    out.push(short);
    return true;
  }
  if (kind === "x") {
    out.push(parseInt(escape.slice(2), 16));
    return true;
  }
  if (kind !== "u" && kind !== "U") {
    const value = parseInt(escape.slice(1), 8);
    out.push(value);
    return value <= 255;
  }
  const code = parseInt(escape.slice(2), 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  for (const byte of utf8(String.fromCodePoint(code))) out.push(byte);
  return true;
}

function unquoteEscaped(text: string): Uint8Array<ArrayBuffer> | undefined {
  const out: number[] = [];
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < text.length) {
    const piece = PIECE.exec(text)?.[0];
    if (piece === undefined) return undefined;
    if (piece[0] === "\\") {
      if (!unescape(piece, out)) return undefined;
    } else {
      for (const byte of utf8(piece)) out.push(byte);
    }
  }
  return Uint8Array.from(out);
}

/** Names lie one behind the other in blocks of this size: a buffer for each costs more than the names of most folders. */
const NAME_BLOCK_BYTES = 8192;
let nameBlock = new Uint8Array(NAME_BLOCK_BYTES);
let nameBlockUsed = 0;

/** Room for a name that is kept as long as whoever asked for it likes. Never to be transferred: it shares its buffer. */
function roomForName(length: number): Uint8Array<ArrayBuffer> {
  if (length > NAME_BLOCK_BYTES / 8) return new Uint8Array(length);
  if (nameBlockUsed + length > NAME_BLOCK_BYTES) {
    nameBlock = new Uint8Array(NAME_BLOCK_BYTES);
    nameBlockUsed = 0;
  }
  nameBlockUsed += length;
  return nameBlock.subarray(nameBlockUsed - length, nameBlockUsed);
}

/**
 * The bytes of a Go-quoted name (without its outer quotes): all that strconv.Unquote accepts, octal included;
 * undefined where it is malformed. The name may share its buffer with others.
 */
export function goUnquote(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = roomForName(text.length);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x80 || c === 0x5c || c === 0x22 || c === 0x0a) return unquoteEscaped(text);
    bytes[i] = c;
  }
  return bytes;
}
