// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "../base/mod.ts";
import { isOsError, isSgError } from "../errors/mod.ts";

/** Why a call failed, for the end of a sentence. */
export function reasonOf(error: unknown): string {
  if (isOsError(error, "ENOENT")) return "it vanished before it was read";
  if (isOsError(error) || isSgError(error)) return error.message;
  return error instanceof Error ? error.message : String(error);
}

/** A path as text for a message; control characters are shown as `\xNN`. */
export function showPath(path: Uint8Array): string {
  let text = "";
  for (const char of utf8Text(path)) {
    const code = char.codePointAt(0)!;
    const control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    text += control ? `\\x${code.toString(16).padStart(2, "0")}` : char;
  }
  return text;
}
