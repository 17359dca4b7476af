// Copyright the SpareGrid authors. Apache-2.0.
// Values of the API in the form that people read.
import { parseDurationMs } from "./arguments.ts";
import { shownText } from "./shown_text.ts";
import { shownSize, shownTime } from "./units.ts";

/** A moment of the API in the viewer's zone; empty for none. */
export function when(text: string | null | undefined): string {
  if (text === null || text === undefined) return "";
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? shownText(text) : shownTime(BigInt(ms) * 1_000_000n);
}

/** A size; `none` where there is none. */
export function size(bytes: number | null | undefined, none = ""): string {
  return bytes === null || bytes === undefined ? none : shownSize(bytes, 1);
}

/** A word of the API's enumerations: `IF_CHANGED` as `if-changed`. */
export function word(name: string | null | undefined): string {
  return (name ?? "").toLowerCase().replaceAll("_", "-");
}

/** The name that stands for a word that people wrote: `if-changed` as `IF_CHANGED`. */
export function nameOf(text: string): string {
  return text.toUpperCase().replaceAll("-", "_");
}

/** A span as the API takes it (`45s`, `10m`, `6h`, `3d`, `2w`), of what people write (`1h30m`); undefined where it is none. */
export function apiDuration(text: string): string | undefined {
  if (/^[1-9][0-9]{0,8}[smhdw]$/.test(text)) return text;
  const ms = parseDurationMs(text);
  return ms === undefined || ms < 1000 ? undefined : `${Math.round(ms / 1000)}s`;
}
