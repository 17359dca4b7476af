// Copyright the SpareGrid authors. Apache-2.0.

/** What {@link runeAt} gives for a byte that starts no valid sequence; such a byte counts alone, as in Go. */
export const INVALID_RUNE = -1;

/** The continuation bits of the byte at `at`, or -1 where there is none. */
function continuation(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  return byte !== undefined && (byte & 0xc0) === 0x80 ? byte & 0x3f : -1;
}

/**
 * The code point that starts at `at`, or {@link INVALID_RUNE}. Goes by Go's utf8.DecodeRune: no overlong forms, no
 * surrogates, nothing above U+10FFFF, and an invalid byte is one byte wide (unlike TextDecoder, which may
 * swallow several).
 */
export function runeAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return first;
  if (first < 0xc2 || first > 0xf4) return INVALID_RUNE;
  const second = continuation(bytes, at + 1);
  if (second < 0) return INVALID_RUNE;
  if (first < 0xe0) return (first & 0x1f) << 6 | second;
  const third = continuation(bytes, at + 2);
  if (third < 0) return INVALID_RUNE;
  if (first < 0xf0) {
    const code = (first & 0x0f) << 12 | second << 6 | third;
    return code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? INVALID_RUNE : code;
  }
  const fourth = continuation(bytes, at + 3);
  if (fourth < 0) return INVALID_RUNE;
  const code = (first & 0x07) << 18 | second << 12 | third << 6 | fourth;
  return code < 0x10000 || code > 0x10ffff ? INVALID_RUNE : code;
}

/** How many bytes the code point takes; 1 for {@link INVALID_RUNE}. */
export function runeWidth(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
