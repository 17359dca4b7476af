// Copyright the SpareGrid authors. Apache-2.0.

/** A part of a file, bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * The one range that a `Range` header asks for (RFC 9110, section 14): undefined for the whole file, also where the header is
 * none that is understood; `none` when it lies outside the file.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | "none" | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "none" : { offset: size - length, length };
  }
  const offset = Number(first);
  if (last !== "" && Number(last) < offset) return undefined;
  if (offset >= size) return "none";
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  return { offset, length: end - offset };
}
