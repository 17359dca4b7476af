// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { LiveRun, PROBLEMS_MAX } from "../../../mod/client/live_run.ts";
import type { RunRow } from "../../../mod/catalog/mod.ts";

const ROW: RunRow = {
  ...{ id: 7, kind: "backup", state: "running", setId: "s", destinationId: "d", order: "{}", orderedBy: "x" },
  ...{ queuedAt: 1, startedAt: 2, endedAt: null, notBefore: null, attempt: 1, code: null, message: null },
  ...{ remedy: null, report: null, progress: null, snapshotId: null, problems: 0 },
};

Deno.test("LiveRun: all problems are counted, the first ones kept, and each is handed over once", () => {
  const live = new LiveRun(ROW);
  live.begin();
  const add = (count: number) => {
    for (let i = 0; i < count; i++) {
      live.addProblem({ code: "SG0094", message: `problem ${live.problemCount}` });
    }
  };
  add(3);
  assert.deepEqual(live.takeProblems().problems.map(({ message }) => message), [
    "problem 0",
    "problem 1",
    "problem 2",
  ]);
  add(1_000_000);
  const { problems, first } = live.takeProblems();
  assert.deepEqual([first, problems.length, problems[0]!.message], [3, PROBLEMS_MAX - 3, "problem 3"]);
  assert.equal(live.problemCount, 1_000_003);
  add(5);
  assert.deepEqual(live.takeProblems(), { problems: [], first: PROBLEMS_MAX });
  live.begin();
  assert.equal(live.problemCount, 0);
});

Deno.test("LiveRun: its work is done in turn, also behind work that failed", async () => {
  const live = new LiveRun(ROW);
  const done: number[] = [];
  const slow = live.inTurn(async () => {
    await Promise.resolve();
    done.push(1);
    throw new Error("a fault of the test");
  });
  const next = live.inTurn(() => Promise.resolve(void done.push(2)));
  await assert.rejects(slow, /a fault/);
  await next;
  assert.deepEqual(done, [1, 2]);
});
