// Copyright the SpareGrid authors. Apache-2.0.

const UNITS = ["", "k", "m", "g", "t", "p"];

/** Bytes of a size as people write it: `500`, `100K`, `1.5G`, `2 GiB` (powers of 1024); undefined where it is none. */
export function parseSize(text: string): number | undefined {
  const match = /^([0-9]{1,16}(?:\.[0-9]{1,9})?) ?([kmgtp]?)(?:i?b)?$/i.exec(text);
  if (!match) return undefined;
  const bytes = Math.round(Number(match[1]) * 1024 ** UNITS.indexOf(match[2]!.toLowerCase()));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
