// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { SnapshotBook } from "../../../mod/client/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { ClientStage } from "../../kit/client_stage.ts";
import { DraftSaver, initRepository } from "../../kit/repository.ts";

Deno.test("SnapshotBook.refresh: knows what the repository has, loads only what is new, and survives a damaged snapshot", async () => {
  await using stage = await ClientStage.open();
  const setId = await stage.set("home", { "a": "x" });
  const { destinationId } = (await stage.sets.get(setId)).destinations[0]!;
  const place = { setId, destinationId };
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  const saver = new DraftSaver(repository);
  const second = 1_000_000_000n;
  const ids = [];
  for (let i = 1n; i <= 3n; i++) {
    ids.push(await saver.snapshot({ a: `${i}` }, { time: i * second, tags: [`t${i}`], paths: ["/x"] }));
  }
  const book = new SnapshotBook(stage.catalog);
  const list = async () => (await book.page(setId, undefined, { limit: 9 })).map(({ id }) => id);
  assert.deepEqual(await book.refresh(place, repository, stage.signal), { added: 3, removed: 0 });
  assert.deepEqual(await list(), ids.toReversed());
  const [newest] = await book.page(setId, destinationId, { limit: 1 });
  assert.deepEqual([newest!.takenAt, newest!.tags, newest!.paths, newest!.files], [
    3000,
    ["t3"],
    ["/x"],
    undefined,
  ]);
  assert.deepEqual(await book.refresh(place, repository, stage.signal), { added: 0, removed: 0 });

  await repository.removeSnapshots([ids[0]!]);
  const bad = "ab".repeat(32);
  await storage.save({ type: "snapshots", name: bad }, new Uint8Array([1, 2, 3]));
  ids.push(await saver.snapshot({ a: "4" }, { time: 4n * second }));
  assert.deepEqual(await book.refresh(place, repository, stage.signal), { added: 1, removed: 1 });
  assert.deepEqual(await list(), ids.slice(1).toReversed());
  assert.deepEqual((await book.summary([setId, "none"])).get(setId)?.count, 3);
  assert.equal((await book.summary(["none"])).get("none")?.last, undefined);
  const [first] = await book.page(setId, undefined, { limit: 1 });
  const behind = await book.page(setId, undefined, { limit: 1, after: [first!.takenAt, first!.id] });
  assert.deepEqual(behind.map(({ id }) => id), [ids[2]]);
});
