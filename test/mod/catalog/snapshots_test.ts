// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemClock } from "../../../mod/base/mod.ts";
import { openCatalog } from "../../../mod/catalog/mod.ts";
import { snapshotQueries } from "../../../mod/catalog/snapshots.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { scratch } from "../../kit/scratch.ts";
import { assertByIndex, plansOf } from "./query_plans.ts";

Deno.test("snapshot queries: pages of a set go back in time, also where times are equal", async () => {
  await using place = await scratch();
  await using catalog = await openCatalog({ fs: openFileSystem(), clock: systemClock, folder: place.path });
  const { sets, destinations, snapshots } = catalog;
  for (const id of ["a", "b"]) {
    await destinations.insert({
      ...{ id, name: id, kind: "folder", place: `/${id}`, account: null, secret: null } as const,
      ...{ fingerprint: null, uploadBytesPerSecond: null, createdAt: 1 },
    });
  }
  await sets.insert({
    ...{
      id: "s",
      slug: "s",
      name: "s",
      order: "{}",
      password: new Uint8Array(),
      passwordOrigin: "own",
    } as const,
    ...{ createdAt: 1, changedAt: 1, pausedAt: null, deletingAt: null },
  }, [{ destinationId: "a", repository: "x" }]);
  const seen = (id: string, takenAt: number) => ({
    ...{ id, takenAt, hostname: "h", paths: '["/p"]', tags: "[]", tree: "t", summary: null },
  });
  await snapshots.sync("s", "a", [seen("1", 10), seen("2", 20), seen("3", 20)], []);
  await snapshots.sync("s", "b", [seen("4", 15), seen("4", 16)], []);
  const page = async (...args: Parameters<typeof snapshots.page>) => {
    return (await snapshots.page(...args)).map(({ id }) => id);
  };
  assert.deepEqual(await page("s", undefined, 3), ["3", "2", "4"]);
  assert.deepEqual(await page("s", undefined, 3, { takenAt: 20, id: "3" }), ["2", "4", "1"]);
  assert.deepEqual(await page("s", "a", 9), ["3", "2", "1"]);
  assert.deepEqual((await snapshots.ids("s", "a")).sort(), ["1", "2", "3"]);
  assert.equal(await snapshots.count("s"), 4);
  assert.equal(await snapshots.count("s", "b"), 1);
  assert.equal((await snapshots.get("s", "4"))?.takenAt, 15);
});

Deno.test("snapshot queries: no page reads a whole table or sorts", async () => {
  const { page, get } = snapshotQueries.reads;
  const after = { takenAt: 1, id: "x" };
  for (const destination of [undefined, "d"]) {
    const steps = await plansOf((database) => page(database, "s", destination, 50, after));
    await assertByIndex((database) => page(database, "s", destination, 50, after));
    assert.ok(
      steps.some((step) => step.includes("snapshot_taken (set_id=? AND (taken_at,id)<(?,?))")),
      steps.join(),
    );
  }
  await assertByIndex((database) => get(database, "s", "x"));
});
