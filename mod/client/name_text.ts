// Copyright the SpareGrid authors. Apache-2.0.
// Names are bytes; the search index keeps text. Each byte that is not UTF-8 becomes one character of the last page of
// Unicode's private use area, U+10FF00 plus the byte, and so do the bytes of a real character of that page, of a slash and of
// NUL inside a name: so the text leads back to the bytes, and a stray byte is one character to a pattern.
import { utf8, utf8TextStrict } from "../base/mod.ts";

const ESCAPES = 0x10ff00;
const SLASH = 0x2f;
const PLAIN = /^[^\0/\u{10ff00}-\u{10ffff}]*$/u;

/** The text of a name. */
export function nameText(name: Uint8Array): string {
  const text = utf8TextStrict(name);
  if (text !== undefined && PLAIN.test(text)) return text;
  let out = "";
  for (let at = 0; at < name.length;) {
    const length = characterLength(name, at);
    const character = length > 0 ? utf8TextStrict(name.subarray(at, at + length)) : undefined;
    if (character !== undefined && PLAIN.test(character)) {
      out += character;
      at += length;
    } else out += String.fromCodePoint(ESCAPES + name[at++]!);
  }
  return out;
}

/** The bytes of a name, or of a path whose names are joined by slashes. */
export function nameBytes(text: string): Uint8Array<ArrayBuffer> {
  if (!/[\u{10ff00}-\u{10ffff}]/u.test(text)) return utf8(text);
  const out: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= ESCAPES) out.push(code - ESCAPES);
    else out.push(...utf8(character));
  }
  return Uint8Array.from(out);
}

/** The text of a path: names joined and led by slashes; empty for the root. */
export function pathText(path: Uint8Array): { readonly folder: string; readonly name: string } {
  const names: string[] = [];
  for (let start = 0; start < path.length;) {
    const slash = path.indexOf(SLASH, start);
    const end = slash < 0 ? path.length : slash;
    if (end > start) names.push(nameText(path.subarray(start, end)));
    start = end + 1;
  }
  const name = names.pop() ?? "";
  return { folder: names.map((each) => `/${each}`).join(""), name };
}

/** In lower case, character by character; where bytes are escaped, ASCII letters only, as patterns have it. */
export function foldedText(text: string): string {
  if (/[\u{10ff00}-\u{10ffff}]/u.test(text)) {
    return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  }
  let out = "";
  for (const character of text) out += character.toLowerCase();
  return out;
}

/** Bytes of the character that begins at `at`; 0 where none can begin. */
function characterLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
}
