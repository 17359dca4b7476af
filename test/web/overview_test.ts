// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { verdictOf } from "../../web/overview.js";

Deno.test("verdictOf: says first what needs somebody, then what runs, then that all is well", () => {
  const table: [string[], string][] = [
    [[], "No backup set yet"],
    [["NEVER"], "The backup set needs attention"],
    [["DONE", "FAILED"], "1 of 2 backup sets needs attention"],
    [["INCOMPLETE", "STOPPED", "RUNNING"], "2 of 3 backup sets need attention"],
    [["RUNNING", "DONE"], "Backups are running"],
    [["DONE"], "The backup set is backed up"],
    [["DONE", "DONE"], "All 2 backup sets are backed up"],
  ];
  for (const [states, text] of table) assert.equal(verdictOf(states, true), text);
  assert.equal(verdictOf(["DONE", "DONE"], false), "The first 2 backup sets are backed up");
});
