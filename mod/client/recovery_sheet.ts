// Copyright the SpareGrid authors. Apache-2.0.
import { type Instant, shownText } from "../base/mod.ts";
import { showLocation } from "../storage/mod.ts";
import { locationOf } from "./places.ts";
import type { BackupSet, Destination } from "./records.ts";

/** What a recovery sheet tells of. */
export interface SheetFacts {
  readonly set: BackupSet;
  readonly password: string;
  readonly places: readonly (
    & Pick<Destination, "kind" | "name" | "place">
    & { readonly account: string | null; readonly fingerprint: string | null; readonly repository: string }
  )[];
  readonly at: Instant;
}

/**
 * Plain text to print or save: where a set's backups are, the password that opens them, and how to restore with this
 * program or with restic. The password stands on a line of its own and is never broken.
 */
export function recoverySheet({ set, password, places, at }: SheetFacts): string {
  const day = new Date(Number(at / 1_000_000n)).toISOString().slice(0, 10);
  const lines = [
    `SpareGrid recovery sheet: ${set.name}`,
    `Made on ${day}. Whoever has this sheet can read the backups: keep it where you keep your passport.`,
    "",
    "What is backed up:",
    ...set.sources.map((source) => `  ${shownText(source)}`),
    "",
    "The password that opens the backups (upper and lower case count; no blank before or behind it):",
    "",
    password,
    "",
    "Where the backups are:",
    ...places.flatMap((place) => placeLines(place)),
    "",
    "To restore with SpareGrid, on any machine (it asks for the password):",
    ...places.map((place) => `  sparegrid restore latest ${reach(place)} --target /restored`),
    "",
    "To restore with restic, a free program that reads the same format:",
    ...places.map((place) => `  restic -r ${quoted(address(place))} restore latest --target /restored`),
    "",
  ];
  return lines.join("\n");
}

function placeLines(place: SheetFacts["places"][number]): string[] {
  const lines = [`  ${place.name}: ${address(place)}`];
  if (place.account !== null) {
    lines.push(
      `    user name ${place.account}; its secret is not on this sheet: ask the server's administrator`,
    );
  }
  if (place.fingerprint !== null) {
    lines.push(
      `    certificate (SHA-256) ${place.fingerprint}; restic wants the certificate itself: --cacert FILE`,
    );
  }
  return lines;
}

/** Options that lead SpareGrid to a repository. */
function reach(place: SheetFacts["places"][number]): string {
  const repository = `-r ${quoted(address(place))}`;
  return place.fingerprint === null ? repository : `${repository} --tls-fingerprint ${place.fingerprint}`;
}

function address({ kind, place, account, repository }: SheetFacts["places"][number]): string {
  return showLocation(locationOf({ kind, place, ...(account === null ? {} : { account }) }, repository));
}

/** A word for a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
