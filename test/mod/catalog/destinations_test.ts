// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemClock } from "../../../mod/base/mod.ts";
import { openCatalog } from "../../../mod/catalog/mod.ts";
import { destinationQueries } from "../../../mod/catalog/destinations.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { scratch } from "../../kit/scratch.ts";
import { assertByIndex } from "./query_plans.ts";

Deno.test("destination queries: names are compared without regard to case, and secrets come back byte for byte", async () => {
  await using place = await scratch();
  await using catalog = await openCatalog({ fs: openFileSystem(), clock: systemClock, folder: place.path });
  const { destinations } = catalog;
  const row = (id: string, name: string) => ({
    ...{ id, name, kind: "rest", place: "http://h/", account: "a", fingerprint: null } as const,
    ...{ secret: new Uint8Array([0, 255, 7]), uploadBytesPerSecond: null, createdAt: 1 },
  });
  await destinations.insert(row("1", "Beta"));
  await destinations.insert(row("2", "alpha"));
  await assert.rejects(destinations.insert(row("3", "BETA")));
  assert.equal((await destinations.named("beta"))?.id, "1");
  assert.deepEqual([...(await destinations.get("1"))!.secret!], [0, 255, 7]);
  assert.deepEqual((await destinations.page(10)).map(({ id }) => id), ["2", "1"]);
  assert.deepEqual((await destinations.page(10, "ALPHA")).map(({ id }) => id), ["1"]);
  assert.equal(await destinations.change("1", {}), true);
  assert.equal(await destinations.change("9", { name: "x" }), false);
  assert.equal(await destinations.remove("9"), false);
});

Deno.test("destination queries: no page reads the whole table or sorts", async () => {
  for (const after of ["m", undefined]) {
    await assertByIndex((database) => destinationQueries.reads.page(database, 50, after));
  }
  await assertByIndex((database) => destinationQueries.reads.setsOf(database, "d"));
});
