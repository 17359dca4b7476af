// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "./bytes.ts";

/**
 * What must never reach a terminal, a log or a page as it is: C0 and C1 controls, DEL, line and paragraph separators, marks that
 * turn the writing direction (a name could show itself as another), zero-width and tag characters, lone surrogates.
 */
const HIDDEN =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Text that is safe to show on one line: what could move the cursor or hide itself is shown as `\xNN` or `\u{…}`. */
export function shownText(text: string): string {
  return text.replace(HIDDEN, escaped);
}

/** A path or name as {@link shownText}; bytes that are not UTF-8 become U+FFFD. */
export function shownPath(path: Uint8Array): string {
  return shownText(utf8Text(path));
}

/** JSON text that is safe to show and still the same JSON: what {@link shownText} would change is written as `\\uXXXX`. */
export function shownJson(json: string): string {
  return json.replace(HIDDEN, (hidden) => {
    let out = "";
    for (let i = 0; i < hidden.length; i++) out += `\\u${hidden.charCodeAt(i).toString(16).padStart(4, "0")}`;
    return out;
  });
}

function escaped(character: string): string {
  const point = character.codePointAt(0)!;
  return point < 0x100 ? `\\x${point.toString(16).padStart(2, "0")}` : `\\u{${point.toString(16)}}`;
}
