// Copyright the SpareGrid authors. Apache-2.0.
import { shownJson, shownText, utf8TextStrict } from "../base/mod.ts";

export { shownJson, shownText };

/** The name or path of an entry, safe to print; bytes that are not UTF-8 are shown as `\xNN`. */
export function shownName(name: Uint8Array | string): string {
  if (typeof name === "string") return shownText(name);
  const text = utf8TextStrict(name);
  return text === undefined ? shownBytes(name) : shownText(text);
}

/** Shows the well-formed parts as text and every other byte by its number. */
function shownBytes(bytes: Uint8Array): string {
  let out = "";
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at]!);
    const text = length === 0 ? undefined : utf8TextStrict(bytes.subarray(at, at + length));
    if (text === undefined || at + length > bytes.length) {
      out += `\\x${bytes[at]!.toString(16).padStart(2, "0")}`;
      at++;
    } else {
      out += shownText(text);
      at += length;
    }
  }
  return out;
}

/** Bytes of the UTF-8 sequence that `lead` starts; 0 where it starts none. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

const MARK = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** Ranges of code points that take two columns of a terminal (Unicode's East Asian Wide and Fullwidth, and emoji). */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x26ce, 0x26ce],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x2753, 0x2757],
  [0x2795, 0x2797],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b50],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18aff],
  [0x1b000, 0x1b2ff],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f18e],
  [0x1f191, 0x1f19a],
  [0x1f200, 0x1f265],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f90c, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Columns that one character takes: 0 for marks that sit on another, 2 for wide ones. */
function characterWidth(character: string): number {
  const point = character.codePointAt(0)!;
  if (point < 0x300) return 1;
  if (MARK.test(character)) return 0;
  for (const [from, to] of WIDE) {
    if (point < from) return 1;
    if (point <= to) return 2;
  }
  return 1;
}

/** Columns that `text` takes on a terminal. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** `text` cut in its middle to at most `columns` columns, so that a path keeps its start and its file name. */
export function fitText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns <= 1) return columns === 1 ? "…" : "";
  const characters = [...text];
  const head: string[] = [];
  const tail: string[] = [];
  let left = columns - 1;
  for (let from = 0, to = characters.length - 1; from <= to;) {
    const takeTail = tail.length <= head.length * 2;
    const character = takeTail ? characters[to]! : characters[from]!;
    left -= characterWidth(character);
    if (left < 0) break;
    if (takeTail) {
      tail.unshift(character);
      to--;
    } else {
      head.push(character);
      from++;
    }
  }
  return `${head.join("")}…${tail.join("")}`;
}

/** `text` filled with spaces to `columns` columns: on the left for numbers, else on the right. */
export function padText(text: string, columns: number, align: "left" | "right" = "left"): string {
  const space = " ".repeat(Math.max(0, columns - textWidth(text)));
  return align === "left" ? text + space : space + text;
}
