// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemClock } from "../../../mod/base/mod.ts";
import { openCatalog } from "../../../mod/catalog/mod.ts";
import { setQueries } from "../../../mod/catalog/sets.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { scratch } from "../../kit/scratch.ts";
import { assertByIndex } from "./query_plans.ts";

const destination = (id: string) => ({
  ...{
    id,
    name: id,
    kind: "folder",
    place: `/${id}`,
    account: null,
    secret: null,
    fingerprint: null,
  } as const,
  ...{ uploadBytesPerSecond: null, createdAt: 1 },
});
const set = (id: string) => ({
  ...{
    id,
    slug: id,
    name: id,
    order: "{}",
    password: new Uint8Array([1, 2]),
    passwordOrigin: "own",
  } as const,
  ...{ createdAt: 1, changedAt: 1, pausedAt: null, deletingAt: null },
});

Deno.test("set queries: a set has its destinations in order, is found by name, and takes its snapshots with it", async () => {
  await using place = await scratch();
  await using catalog = await openCatalog({ fs: openFileSystem(), clock: systemClock, folder: place.path });
  const { sets, destinations, snapshots, runs } = catalog;
  for (const id of ["a", "b"]) await destinations.insert(destination(id));
  await sets.insert(set("s"), [{ destinationId: "b", repository: "x" }, {
    destinationId: "a",
    repository: "y",
  }]);
  const found = (await sets.named("S"))!;
  assert.deepEqual(found.destinations.map(({ destinationId }) => destinationId), ["b", "a"]);
  assert.deepEqual([...found.password], [1, 2]);
  assert.deepEqual(await sets.ownerOf("b", "x"), { id: "s", name: "s" });
  assert.equal(await destinations.remove("a"), false);
  await assert.rejects(sets.insert(set("t"), [{ destinationId: "b", repository: "x" }]));
  assert.equal(await sets.get("t"), undefined);

  const [run] = await runs.insert([{
    ...{ kind: "backup", state: "done", setId: "s", destinationId: "a", order: "{}", orderedBy: "x" },
    ...{ queuedAt: 1, attempt: 1, problems: 0 },
  }]) as [number];
  const seen = (id: string, takenAt: number) => ({
    ...{ id, takenAt, hostname: "h", paths: '["/p"]', tags: "[]", tree: "t", summary: null },
  });
  await snapshots.sync("s", "a", [seen("1", 10)], []);

  assert.equal(await sets.remove("s"), true);
  assert.equal(await snapshots.count("s"), 0);
  assert.equal((await runs.get(run))?.setId, null);
  assert.equal(await destinations.remove("a"), true);
  assert.equal((await runs.get(run))?.destinationId, null);
});

Deno.test("set queries: no page reads a whole table or sorts", async () => {
  await assertByIndex((database) => setQueries.reads.page(database, 50, "m"));
  await assertByIndex((database) => setQueries.reads.ownerOf(database, "d", "r"));
});
