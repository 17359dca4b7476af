// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { RunRow } from "../../../mod/catalog/mod.ts";
import { isOver } from "../../../mod/client/mod.ts";
import { progressOf, runOf } from "../../../mod/client/run_record.ts";
import { utf8 } from "../../../mod/base/mod.ts";

const row: RunRow = {
  ...{ id: 7, kind: "backup", state: "waiting", setId: "s", destinationId: null, snapshotId: null },
  ...{ order: '{"full":true}', orderedBy: "ann", queuedAt: 5, startedAt: 6, endedAt: null, notBefore: 9 },
  ...{ attempt: 2, code: "SG0147", message: "away", remedy: null, problems: 3, progress: null },
  report: '{"filesNew":1}',
};

Deno.test("isOver: ends are over, and what waits or is suspended is not", () => {
  assert.ok((["done", "incomplete", "failed", "stopped"] as const).every(isOver));
  assert.ok(!(["queued", "waiting", "running", "suspended"] as const).some(isOver));
});

Deno.test("runOf: a row as plain data, without what it has not, and with the remedy of its code", () => {
  const { remedy, ...run } = runOf(row);
  assert.deepEqual(run, {
    ...{ id: "7", kind: "backup", state: "waiting", setId: "s", orderedBy: "ann", queuedAt: 5, startedAt: 6 },
    ...{ attempt: 2, problemCount: 3, nextTryAt: 9, code: "SG0147", message: "away" },
    ...{ order: { full: true }, report: { filesNew: 1 } },
  });
  assert.match(remedy!, /\w/);
  assert.equal(runOf({ ...row, remedy: "Wait." }).remedy, "Wait.");
});

Deno.test("runOf: a code of another version of this program is not told as one of ours", () => {
  const { code, remedy, message } = runOf({ ...row, code: "SG9999" });
  assert.deepEqual([code, remedy, message], [undefined, undefined, "away"]);
});

Deno.test("progressOf: how far the engine is, with the path as text", () => {
  const engine = { phase: "saving", filesDone: 1, bytesDone: 2, problems: 0, current: utf8("/a") } as const;
  assert.deepEqual(progressOf(engine, 11), {
    ...{ phase: "saving", filesDone: 1, bytesDone: 2, problems: 0, at: 11, current: "/a" },
  });
});
