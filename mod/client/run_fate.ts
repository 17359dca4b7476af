// Copyright the SpareGrid authors. Apache-2.0.
import type { SgCode, SgError } from "../errors/mod.ts";
import type { RunKind } from "./records.ts";

/** What becomes of a run that ended with an error. */
export type Fate =
  /** It is tried again, by itself; `probe` first whether its destination answers. */
  | { readonly state: "waiting"; readonly probe: boolean }
  | { readonly state: "suspended" }
  | { readonly state: "failed" };

/** The link or the other side is away: that passes, however long it takes. */
const AWAY: ReadonlySet<SgCode> = new Set<SgCode>([
  ...["SG0083", "SG0134", "SG0136", "SG0145", "SG0147", "SG0198"] as const,
]);
/** Something else is in the way that may pass soon, or may not. */
const IN_THE_WAY: ReadonlySet<SgCode> = new Set<SgCode>(["SG0601", "SG1003", "SG1015", "SG1018", "SG1039"]);
/** Tries against what may not pass. */
const TRIES_MAX = 10;

/** During a backup the two have codes of their own. */
const DURING_BACKUP: Readonly<Partial<Record<SgCode, SgCode>>> = { SG0134: "SG0145", SG0136: "SG0147" };

/** What becomes of a run that ended with this error for the `tries`th time in a row. */
export function fateOf({ code }: SgError, tries: number): Fate {
  // Suspended at the server; the same code from our side is handled before.
  if (code === "SG0191") return { state: "suspended" };
  if (AWAY.has(code)) return { state: "waiting", probe: true };
  // An account that waits for approval may wait for days.
  if (code === "SG1042") return { state: "waiting", probe: false };
  if (IN_THE_WAY.has(code) && tries < TRIES_MAX) return { state: "waiting", probe: false };
  return { state: "failed" };
}

/** The code under which a run of this kind shows an error. */
export function shownCode(kind: RunKind, { code }: SgError): SgCode {
  return kind === "backup" ? DURING_BACKUP[code] ?? code : code;
}

const FIRST_WAIT_MS = 5_000;
const WAIT_MS_MAX = 300_000;

/** How long a run waits before its next try, milliseconds: twice as long each time, up to five minutes. */
export function waitMs(tries: number): number {
  return Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** Math.min(20, Math.max(0, tries - 1)));
}
