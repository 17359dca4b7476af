// Copyright the SpareGrid authors. Apache-2.0.

const ZERO = 0x30;

/** Writes the last digits of an integer from 0 to 2^31 - 1 to the bytes from `from` to `to`, with zeros in front. */
export function writeDigits(into: Uint8Array, from: number, to: number, value: number): void {
  let rest = value | 0;
  for (let at = to - 1; at >= from; at--) {
    const tenth = (rest / 10) | 0;
    into[at] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
}
