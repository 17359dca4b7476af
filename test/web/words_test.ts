// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { shownText as shownOnTerminal } from "../../mod/cli/shown_text.ts";
import {
  countText,
  elided,
  entriesText,
  isOver,
  markOf,
  partDone,
  progressText,
  runText,
  shownText,
  sizeText,
  spanText,
  timeText,
} from "../../web/words.js";

const PROGRESS = {
  ...{ phase: "reading", filesDone: 1200, filesTotal: null, bytesDone: 1536, bytesTotal: null },
  ...{ current: null, problems: 0 },
};

Deno.test("shownText: what could hide or turn round is shown by its number, as on the command line [W14]", () => {
  const table = [
    "plain ä 字 🙂",
    "photo\u202egpj.exe",
    "a\x00b\x1b[2J\x7f\x9b",
    "zero\u200bwidth\ufeff",
    "\ud800lone",
    "\u{e0041}tag",
  ];
  for (const text of table) assert.equal(shownText(text), shownOnTerminal(text));
  assert.equal(shownText("photo\u202egpj.exe"), "photo\\u{202e}gpj.exe");
  assert.equal(shownText("a\nb"), "a\\x0ab");
});

Deno.test("sizeText: binary units, one figure behind the point", () => {
  const table = [[0, "0 B"], [1023, "1023 B"], [1024, "1.0 KiB"], [1536, "1.5 KiB"], [
    9e9,
    "8.4 GiB",
  ]] as const;
  for (const [bytes, text] of table) assert.equal(sizeText(bytes), text);
  assert.equal(sizeText(2 ** 53), "8.0 PiB");
});

Deno.test("countText: one thing, many things", () => {
  assert.deepEqual([0, 1, 1200].map((count) => countText(count, "file")), [
    "0 files",
    "1 file",
    "1,200 files",
  ]);
});

Deno.test("timeText: names its zone; what is no moment is shown as it is", () => {
  assert.match(timeText("2026-11-26T12:03:11.000Z"), /^2\d Nov 2026, \d\d:\d3 [\w+:-]+$/);
  assert.equal(timeText("never\u202e"), "never\\u{202e}");
});

Deno.test("spanText: minutes and seconds, hours where there are some, never less than nothing", () => {
  const from = "2026-11-26T12:00:00.000Z";
  assert.equal(spanText(from, "2026-11-26T12:00:07.900Z"), "0:07");
  assert.equal(spanText(from, "2026-11-26T14:03:04.000Z"), "2:03:04");
  assert.equal(spanText(from, "2026-11-26T11:00:00.000Z"), "0:00");
});

Deno.test("markOf: each state has a word, and no two the same shape and tone", () => {
  const states = [
    "QUEUED",
    "WAITING",
    "RUNNING",
    "SUSPENDED",
    "DONE",
    "INCOMPLETE",
    "FAILED",
    "STOPPED",
    "NEVER",
  ];
  const marks = states.map(markOf);
  assert.equal(new Set(marks.map(({ word }) => word)).size, states.length);
  assert.equal(new Set(marks.map(({ shape, tone }) => shape + tone)).size, states.length);
  assert.deepEqual(markOf("NEW_STATE"), { word: "NEW_STATE", shape: "dash", tone: "idle" });
  assert.deepEqual(states.filter(isOver), ["DONE", "INCOMPLETE", "FAILED", "STOPPED"]);
});

Deno.test("runText: what, of which set, to or from where", () => {
  const set = { id: "1", name: "documents" }, destination = { id: "2", name: "drive" };
  assert.equal(runText({ kind: "BACKUP", set, destination }), "Backup of documents to drive");
  assert.equal(runText({ kind: "RESTORE", set, destination }), "Restore of documents from drive");
  assert.equal(runText({ kind: "CHECK", set, destination }), "Check of documents at drive");
  assert.equal(runText({ kind: "SCRUB", set: null, destination: null }), "Scrub");
});

Deno.test("progressText: says what is known and no more", () => {
  assert.equal(progressText(PROGRESS), "Reading: 1.5 KiB, 1,200 files so far");
  assert.equal(partDone(PROGRESS), undefined);
  const known = { ...PROGRESS, bytesTotal: 3072, filesTotal: 2400, problems: 1 };
  assert.equal(
    progressText(known),
    "Reading: 50 %, 1.5 KiB of 3.0 KiB, 1,200 of 2,400 files, 1 entry not read or written",
  );
  assert.match(progressText({ ...known, problems: 2 }), /2 entries not read or written$/);
  assert.equal(partDone({ ...known, bytesDone: 4000 }), 1);
});

Deno.test("elided: keeps the start and the file name", () => {
  assert.equal(elided("/short", 10), "/short");
  assert.equal(elided("/home/anna/a/very/long/way/note.txt", 20), "/home/…/way/note.txt");
  assert.equal([...elided("🙂".repeat(100), 20)].length, 20);
});

Deno.test("entriesText: one entry, many entries", () => {
  assert.deepEqual([0, 1, 1200].map(entriesText), ["0 entries", "1 entry", "1,200 entries"]);
});
