// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemClock } from "../../../mod/base/mod.ts";
import { openCatalog, type RunDraft, type RunRowFilter } from "../../../mod/catalog/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { runQueries } from "../../../mod/catalog/runs.ts";
import { scratch } from "../../kit/scratch.ts";
import { assertByIndex } from "./query_plans.ts";

const draft = (part: Partial<RunDraft>): RunDraft => ({
  ...{ kind: "backup", state: "queued", order: "{}", orderedBy: "ann", queuedAt: 5, attempt: 0, problems: 0 },
  ...part,
});

Deno.test("run queries: pages, filters and counts of runs", async () => {
  await using place = await scratch();
  await using catalog = await openCatalog({ fs: openFileSystem(), clock: systemClock, folder: place.path });
  const { runs } = catalog;
  const kinds = ["backup", "check", "prune"] as const;
  const ids = await runs.insert(
    Array.from({ length: 9 }, (_, i) => draft({ kind: kinds[i % 3]!, queuedAt: i * 10 })),
  );
  assert.deepEqual(ids, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const page = async (
    filter: RunRowFilter,
    order: { limit: number; after?: number; oldestFirst?: boolean },
  ) => (await runs.page(filter, order)).map(({ id }) => id);
  assert.deepEqual(await page({}, { limit: 2 }), [9, 8]);
  assert.deepEqual(await page({}, { limit: 2, after: 8 }), [7, 6]);
  assert.deepEqual(await page({}, { limit: 2, after: 8, oldestFirst: true }), [9]);
  assert.deepEqual(await page({ kinds: ["check", "prune"], since: 30, until: 70 }, { limit: 9 }), [6, 5]);
  assert.equal(await runs.count({ kinds: ["check"] }), 3);
  await runs.change(4, { state: "running" });
  await runs.change(5, { state: "done", endedAt: 100 });
  assert.deepEqual(await page({ states: ["running"] }, { limit: 9 }), [4]);
  assert.deepEqual((await runs.open()).map(({ id }) => id), [1, 2, 3, 4, 6, 7, 8, 9]);
});

Deno.test("run queries: problems come with the change that counts them, and go when the run begins anew", async () => {
  await using place = await scratch();
  await using catalog = await openCatalog({ fs: openFileSystem(), clock: systemClock, folder: place.path });
  const { runs } = catalog;
  const [id] = await runs.insert([draft({})]) as [number];
  const problem = (name: string) => ({ code: "SG0094", path: new TextEncoder().encode(name), message: name });
  await runs.change(id, { problems: 3 }, [problem("/a"), problem("/b"), { ...problem("ü"), path: null }]);
  await runs.change(id, { problems: 4 }, [problem("/d'; --")], 3);
  const all = await runs.problems(id, 10);
  assert.deepEqual(all.map(({ position, message }) => [position, message]), [
    [0, "/a"],
    [1, "/b"],
    [2, "ü"],
    [3, "/d'; --"],
  ]);
  assert.deepEqual([...all[0]!.path!], [0x2f, 0x61]);
  assert.equal(all[2]!.path, null);
  assert.deepEqual((await runs.problems(id, 2, 1)).map(({ position }) => position), [2, 3]);
  assert.equal((await runs.get(id))?.problems, 4);
  await runs.begin(id, { problems: 0, attempt: 2 });
  assert.deepEqual(await runs.problems(id, 10), []);
  assert.equal((await runs.get(id))?.attempt, 2);
});

Deno.test("run queries: sums by set, kind and state of runs that ended in a span", async () => {
  await using place = await scratch();
  await using catalog = await openCatalog({ fs: openFileSystem(), clock: systemClock, folder: place.path });
  const ended = (endedAt: number, state: "done" | "failed", report?: object) =>
    draft({ state, startedAt: endedAt - 10, endedAt, report: report ? JSON.stringify(report) : null });
  await catalog.runs.insert([
    ...[
      ended(100, "done", { filesStored: 2, bytesStored: 7 }),
      ended(150, "done", { filesStored: 1, bytesStored: 1 }),
    ],
    ...[ended(199, "failed"), ended(200, "done", { filesStored: 100 }), draft({})],
  ]);
  const sums = await catalog.runs.sums(100, 200);
  assert.deepEqual(sums.sort((a, b) => a.state < b.state ? -1 : 1), [
    { setId: null, kind: "backup", state: "done", runs: 2, files: 3, bytes: 8, ms: 20 },
    { setId: null, kind: "backup", state: "failed", runs: 1, files: 0, bytes: 0, ms: 10 },
  ]);
});

Deno.test("run queries: no page reads the whole table or sorts", async () => {
  const { page, open, latest, problems } = runQueries.reads;
  const order = { limit: 50, after: 1000 };
  for (
    const filter of [{ set: "s" }, { destination: "d" }, { kinds: ["check"] as const }, {
      states: ["failed"] as const,
    }]
  ) {
    await assertByIndex((database) => page(database, filter, order));
    await assertByIndex((database) => page(database, filter, { ...order, oldestFirst: true }));
  }
  await assertByIndex((database) => page(database, {}, order));
  await assertByIndex((database) => open(database));
  await assertByIndex((database) => latest(database, "s"));
  await assertByIndex((database) => problems(database, 1, 50, 7));
});
