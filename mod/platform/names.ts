// Copyright the SpareGrid authors. Apache-2.0.
import { osError } from "./errno.ts";

/**
 * A reusable NUL-terminated copy of one name or path, for a C function. The view it gives is good until the
 * next call of the same slot, which is enough for a synchronous call.
 */
export class CStringSlot {
  readonly #bytes: Uint8Array<ArrayBuffer>;

  /** @param capacity longest string, bytes without the NUL. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity + 1);
  }

  /** A single entry's name: `EINVAL` when it is empty, `.`, `..`, or holds a slash or a NUL. */
  name(name: Uint8Array, call: string): Uint8Array<ArrayBuffer> {
    if (!isEntryName(name)) throw osError("EINVAL", call, name);
    return this.#copy(name, call);
  }

  /** Any bytes without a NUL: a path, a link's target, an attribute's name. */
  text(text: Uint8Array, call: string): Uint8Array<ArrayBuffer> {
    if (text.includes(0)) throw osError("EINVAL", call, text);
    return this.#copy(text, call);
  }

  #copy(text: Uint8Array, call: string): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes;
    if (text.length >= bytes.length) throw osError("ENAMETOOLONG", call, text);
    bytes.set(text);
    bytes[text.length] = 0;
    return bytes;
  }
}

/** True for what can stand for one entry of a folder: not empty, `.` or `..`; no slash, no NUL. */
export function isEntryName(name: Uint8Array): boolean {
  const length = name.length;
  if (length === 0) return false;
  if (name[0] === 0x2e && (length === 1 || (length === 2 && name[1] === 0x2e))) return false;
  return !name.includes(0x2f) && !name.includes(0);
}
