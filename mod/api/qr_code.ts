// Copyright the SpareGrid authors. Apache-2.0.
import { encode } from "uqr";

/** A text as a QR code: its rows from the top, each of 0 (light) and 1 (dark), with a quiet zone of 4. */
export function qrRows(text: string): string[] {
  return encode(text, { border: 4 }).data.map((row) => row.map((dark) => dark ? "1" : "0").join(""));
}
