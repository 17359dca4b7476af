// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant } from "../base/mod.ts";

const STEPS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** A size for people, in binary units: `512 B`, `1.500 KiB` (three figures behind the point, as restic, or `digits`). */
export function shownSize(bytes: number | bigint, digits = 3): string {
  let value = Number(bytes);
  let step = 0;
  while (value >= 1024 && step < STEPS.length - 1) {
    value /= 1024;
    step++;
  }
  return step === 0 ? `${value} B` : `${value.toFixed(digits)} ${STEPS[step]}`;
}

/** A duration for people: `0:07`, `12:34`, `1:02:03`. Whole seconds, rounded down. */
export function shownDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const rest = String(seconds % 60).padStart(2, "0");
  const minutes = Math.floor(seconds / 60) % 60;
  const hours = Math.floor(seconds / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** A count with its noun: `1 file`, `2 files`. */
export function counted(count: number | bigint, noun: string, plural: string = `${noun}s`): string {
  return `${count} ${Number(count) === 1 ? noun : plural}`;
}

/** Floor division, as `Math.floor(a / b)`. */
function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** A time for people, in the viewer's zone: `2026-01-31 13:05:09`. */
export function shownTime(instant: Instant): string {
  const date = new Date(Number(floorDivide(instant, 1_000_000n)));
  if (Number.isNaN(date.getTime())) return `${floorDivide(instant, 1_000_000_000n)} s`;
  const two = (n: number) => String(n).padStart(2, "0");
  const year = String(date.getFullYear()).padStart(4, "0");
  return `${year}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A time for machines: RFC 3339 in UTC with nanoseconds where it has any. */
export function machineTime(instant: Instant): string {
  const seconds = floorDivide(instant, 1_000_000_000n);
  const fraction = instant - seconds * 1_000_000_000n;
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return `${seconds}`;
  const digits = fraction === 0n ? "" : `.${String(fraction).padStart(9, "0").replace(/0+$/, "")}`;
  return `${date.toISOString().slice(0, -5)}${digits}Z`;
}

const GO_MODE: readonly (readonly [number, string])[] = [
  [1 << 31, "d"],
  [1 << 30, "a"],
  [1 << 29, "l"],
  [1 << 27, "L"],
  [1 << 26, "D"],
  [1 << 25, "p"],
  [1 << 24, "S"],
  [1 << 23, "u"],
  [1 << 22, "g"],
  [1 << 21, "c"],
  [1 << 20, "t"],
];

/** A mode as the format stores it (Go's FileMode) in the form that restic's listings use: `drwxr-xr-x`. */
export function shownMode(mode: number): string {
  const bits = mode >>> 0;
  const kind = GO_MODE.filter(([bit]) => (bits & bit) !== 0).map(([, letter]) => letter).join("");
  const letters = "rwxrwxrwx";
  let permissions = "";
  for (let i = 0; i < 9; i++) permissions += bits & (1 << (8 - i)) ? letters[i] : "-";
  return (kind === "" ? "-" : kind) + permissions;
}
