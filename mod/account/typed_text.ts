// Copyright the SpareGrid authors. Apache-2.0.

/** Crockford's base 32: no I, L, O and U, which are mistaken for others. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** `bytes` as digits and capital letters in groups of `group`, parted by dashes, for people who read and type. */
export function typedText(bytes: Uint8Array, group: number): string {
  let digits = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      digits += DIGITS[(value >> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  if (bits > 0) digits += DIGITS[(value << (5 - bits)) & 31];
  return digits.replace(new RegExp(`.{${group}}(?=.)`, "g"), "$&-");
}

/**
 * The bytes of such a text, however it is grouped and in whatever case; O is taken for 0, I and L for 1. Undefined when it
 * is none: another sign, bits left over, or more than `bytesMax`.
 */
export function typedBytes(text: string, bytesMax: number): Uint8Array<ArrayBuffer> | undefined {
  if (text.length > 8 * bytesMax + 100) return undefined;
  const digits = text.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  const bytes = new Uint8Array(Math.floor(digits.length * 5 / 8));
  if (bytes.length > bytesMax || digits.length !== Math.ceil(bytes.length * 8 / 5)) return undefined;
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const digit of digits) {
    const five = DIGITS.indexOf(digit);
    if (five < 0) return undefined;
    value = ((value << 5) | five) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (value >> bits) & 0xff;
    }
  }
  return (value & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}
