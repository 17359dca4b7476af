// Copyright the SpareGrid authors. Apache-2.0.
// Values of the API in the form that people read. Pure: no page, no clock.

/** @import { Progress, Run } from "./documents.js" */

/**
 * What must not be shown as it is: control characters, marks that turn the writing direction (a name could show itself as
 * another), invisible characters, lone surrogates. The command line shows the same ones escaped.
 */
const HIDDEN =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/**
 * Text on one line in which nothing hides: `\xNN` or `\u{…}` stands for what would.
 * @param {string} text
 */
export function shownText(text) {
  return text.replace(HIDDEN, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return point < 0x100 ? `\\x${point.toString(16).padStart(2, "0")}` : `\\u{${point.toString(16)}}`;
  });
}

const STEPS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/**
 * A size in binary units: `512 B`, `1.5 KiB`.
 * @param {number} bytes
 */
export function sizeText(bytes) {
  let value = bytes, step = 0;
  for (; value >= 1024 && step < STEPS.length - 1; step++) value /= 1024;
  return step === 0 ? `${value} B` : `${value.toFixed(1)} ${STEPS[step]}`;
}

/**
 * A count with its word: `1 file`, `1,200 files`.
 * @param {number} count
 * @param {string} word
 */
export function countText(count, word) {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

/**
 * So many entries of a file system: `1 entry`, `1,200 entries`.
 * @param {number} count
 */
export function entriesText(count) {
  return count === 1 ? "1 entry" : `${count.toLocaleString("en")} entries`;
}

const MOMENT = new Intl.DateTimeFormat("en-GB", {
  ...{ day: "numeric", month: "short", year: "numeric" },
  ...{ hour: "2-digit", minute: "2-digit", timeZoneName: "short" },
});

/**
 * A moment of the API in the reader's zone: `26 Nov 2026, 12:03 UTC`.
 * @param {string} moment
 */
export function timeText(moment) {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? shownText(moment) : MOMENT.format(date);
}

/**
 * How long something took: `0:07`, `1:02:03`.
 * @param {string} from
 * @param {string} to
 */
export function spanText(from, to) {
  const all = Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** @typedef {{ word: string, shape: string, tone: "ok" | "warn" | "err" | "run" | "idle" }} Mark */

/** @type {Readonly<Record<string, Mark>>} */
const MARKS = {
  QUEUED: { word: "Queued", shape: "hollow", tone: "idle" },
  WAITING: { word: "Waiting", shape: "hollow", tone: "warn" },
  RUNNING: { word: "Running", shape: "ring", tone: "run" },
  SUSPENDED: { word: "Suspended", shape: "bars", tone: "idle" },
  DONE: { word: "Done", shape: "check", tone: "ok" },
  INCOMPLETE: { word: "Incomplete", shape: "half", tone: "warn" },
  FAILED: { word: "Failed", shape: "cross", tone: "err" },
  STOPPED: { word: "Stopped", shape: "square", tone: "idle" },
  NEVER: { word: "Never", shape: "dash", tone: "idle" },
};

/**
 * Word and shape of a run's state, or of `NEVER`: the API's own words, as the command line shows them.
 * @param {string} state
 * @returns {Mark}
 */
export function markOf(state) {
  return MARKS[state] ?? { word: shownText(state), shape: "dash", tone: "idle" };
}

/**
 * True when nothing more will come of a run.
 * @param {string} state
 */
export function isOver(state) {
  return ["DONE", "INCOMPLETE", "FAILED", "STOPPED"].includes(state);
}

/** @type {Readonly<Record<string, string>>} */
const KINDS = {
  BACKUP: "Backup",
  RESTORE: "Restore",
  CHECK: "Check",
  PRUNE: "Prune",
  FORGET: "Forget",
  DRILL: "Restore drill",
  SCRUB: "Scrub",
};

/**
 * What a run is: `Backup of documents to drive`.
 * @param {Pick<Run, "kind" | "set" | "destination">} run
 */
export function runText({ kind, set, destination }) {
  const what = KINDS[kind] ?? shownText(kind);
  const where = destination === null
    ? ""
    : ` ${kind === "RESTORE" ? "from" : kind === "BACKUP" ? "to" : "at"} ${shownText(destination.name)}`;
  return `${what}${set === null ? "" : ` of ${shownText(set.name)}`}${where}`;
}

/**
 * The part that is done, 0 to 1; undefined while it is not known how much there is.
 * @param {Progress | null} progress
 */
export function partDone(progress) {
  if (!progress?.bytesTotal) return undefined;
  return Math.min(1, progress.bytesDone / progress.bytesTotal);
}

/**
 * How far a run is: `Reading: 45 %, 1.2 GiB of 2.7 GiB, 1,200 files`.
 * @param {Progress} progress
 */
export function progressText(progress) {
  const { phase, bytesDone, bytesTotal, filesDone, filesTotal, problems } = progress;
  const part = partDone(progress);
  const figures = [
    ...(part === undefined ? [] : [`${Math.floor(part * 100)} %`]),
    bytesTotal === null ? sizeText(bytesDone) : `${sizeText(bytesDone)} of ${sizeText(bytesTotal)}`,
    filesTotal === null
      ? `${countText(filesDone, "file")} so far`
      : `${filesDone.toLocaleString("en")} of ${countText(filesTotal, "file")}`,
    ...(problems === 0 ? [] : [`${entriesText(problems)} not read or written`]),
  ];
  const word = shownText(phase);
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}: ${figures.join(", ")}`;
}

/**
 * A long path, cut in its middle, so that it keeps its start and its file name.
 * @param {string} text
 * @param {number} charactersMax
 */
export function elided(text, charactersMax) {
  const characters = [...text];
  if (characters.length <= charactersMax) return text;
  const head = Math.floor((charactersMax - 1) / 3);
  return `${characters.slice(0, head).join("")}…${characters.slice(head - charactersMax + 1).join("")}`;
}
