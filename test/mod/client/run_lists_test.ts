// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { RunDraft } from "../../../mod/catalog/mod.ts";
import { type Run, RunLists } from "../../../mod/client/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { ClientStage } from "../../kit/client_stage.ts";

const draft = (part: Partial<RunDraft>): RunDraft => ({
  ...{ kind: "backup", state: "queued", order: "{}", orderedBy: "ann", queuedAt: 5, attempt: 0, problems: 0 },
  ...part,
});

Deno.test("RunLists: runs come as plain data, with the progress of now while they are not over", async () => {
  await using stage = await ClientStage.open();
  const live = new Map<string, Run>();
  const lists = new RunLists(stage.catalog, (id) => live.get(id));
  await stage.catalog.runs.insert([
    draft({ state: "running", startedAt: 6, order: '{"full":true}' }),
    draft({
      state: "failed",
      endedAt: 9,
      code: "SG0200",
      message: "Cannot",
      report: '{"x":1}',
      kind: "prune",
    }),
    draft({ state: "waiting", notBefore: 99, code: "SG0147", remedy: "Plug it in." }),
  ]);
  const [first, second, third] = await lists.page({}, false, { limit: 10 }) as [Run, Run, Run];
  assert.deepEqual(first.order, { full: true });
  assert.deepEqual(Object.keys(first).filter((key) => first[key as keyof Run] === undefined), []);
  assert.deepEqual([second.code, second.report, second.id], ["SG0200", { x: 1 }, "2"]);
  assert.match(second.remedy!, /^Free some space/);
  assert.deepEqual([third.nextTryAt, third.remedy], [99, "Plug it in."]);
  const progress = { phase: "saving", filesDone: 1, bytesDone: 2, problems: 0, at: 7 };
  live.set("1", { ...first, progress });
  assert.deepEqual((await lists.get("1")).progress, progress);
  assert.deepEqual((await lists.byId(["3", "77", "x", "1"])).map(({ id }) => id), ["3", "1"]);
  await assert.rejects(lists.get("77"), (error) => isSgError(error, "SG1036"));
  await assert.rejects(
    lists.page({}, true, { limit: 1, after: "1; drop" }),
    (error) => isSgError(error, "SG1040") && error.context["field"] === "after",
  );
});

Deno.test("RunLists.report: adds up by set and kind", async () => {
  await using stage = await ClientStage.open();
  const ended = (state: "done" | "failed" | "stopped", kind: "backup" | "check", files = 0) =>
    draft({
      state,
      kind,
      startedAt: 1000,
      endedAt: 3000,
      report: `{"filesStored":${files},"bytesStored":10}`,
    });
  await stage.catalog.runs.insert([
    ...[
      ended("done", "backup", 3),
      ended("done", "backup", 4),
      ended("failed", "backup"),
      ended("stopped", "check"),
    ],
  ]);
  const lines = await new RunLists(stage.catalog).report(0, 10_000);
  assert.deepEqual(lines.sort((a, b) => a.kind < b.kind ? -1 : 1), [
    {
      ...{ kind: "backup", done: 2, incomplete: 0, failed: 1, stopped: 0 },
      ...{ filesStored: 7, bytesStored: 30, seconds: 6 },
    },
    {
      ...{ kind: "check", done: 0, incomplete: 0, failed: 0, stopped: 1 },
      ...{ filesStored: 0, bytesStored: 10, seconds: 2 },
    },
  ]);
});
