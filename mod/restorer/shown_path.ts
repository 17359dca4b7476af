// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "../base/mod.ts";

/** A path for a message: on one line, without control characters. */
export function shownPath(path: Uint8Array): string {
  return utf8Text(path).replace(
    // deno-lint-ignore no-control-regex
    /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u{${c.charCodeAt(0).toString(16)}}`,
  );
}
