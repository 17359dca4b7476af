// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { SnapshotId } from "../../../mod/base/mod.ts";
import type { Snapshot } from "../../../mod/format/mod.ts";
import { type NamedSnapshot, newestOf, passesFilter } from "../../../mod/repository/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DamagedStorage } from "../../kit/damaged_storage.ts";
import { DraftSaver, initRepository } from "../../kit/repository.ts";

Deno.test("Repository.findSnapshot knows latest, prefixes, folders and filters", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  const saver = new DraftSaver(repository);
  const old = await saver.snapshot({ a: "1" }, { time: 10n, hostname: "ada", tags: ["x", "y"] });
  const late = await saver.snapshot({ a: "2" }, { time: 20n, hostname: "bob", paths: ["/home"] });
  strictEqual((await repository.findSnapshot("latest")).id, late);
  strictEqual((await repository.findSnapshot("latest", { filter: { hosts: ["ada"] } })).id, old);
  strictEqual((await repository.findSnapshot("latest", { filter: { tags: [["z"], ["x", "y"]] } })).id, old);
  strictEqual((await repository.findSnapshot("latest", { filter: { tags: [[""]] } })).id, late);
  strictEqual((await repository.findSnapshot("latest", { filter: { paths: ["/home"] } })).id, late);
  strictEqual((await repository.findSnapshot(old.slice(0, 12))).id, old);
  deepStrictEqual((await repository.findSnapshot("latest:a/b:c")).folder, "a/b:c");
  for (const name of ["", "zz", ":a"]) await rejects(repository.findSnapshot(name), { code: "SG1010" });
  await rejects(repository.findSnapshot("latest", { filter: { hosts: ["eve"] } }), { code: "SG1010" });
  deepStrictEqual((await repository.listSnapshots()).map(({ id }) => id), [old, late]);
  strictEqual(await repository.removeSnapshots([old, old]), 1);
});

Deno.test("Repository.findSnapshot: one that a wrong clock dated years ahead is not latest for ever", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  const saver = new DraftSaver(repository);
  const first = await saver.snapshot({ a: "1" }, { time: 10n });
  const ahead = await saver.snapshot({ a: "2" }, { time: 1_000n, parent: first as SnapshotId });
  strictEqual((await repository.findSnapshot("latest")).id, ahead, "it is, as long as it is the last");
  const after = await saver.snapshot({ a: "3" }, { time: 20n, parent: ahead as SnapshotId });
  strictEqual((await repository.findSnapshot("latest")).id, after);
  const full = await saver.snapshot({ a: "4" }, { time: 30n });
  strictEqual((await repository.findSnapshot("latest")).id, full);
});

Deno.test("newestOf: none of none, and the last where each is another's parent", () => {
  strictEqual(newestOf([]), undefined);
  const named = (id: string, parent: string) => ({ id, snapshot: { parent } }) as unknown as NamedSnapshot;
  strictEqual(newestOf([named("a", "b"), named("b", "a")])?.id, "b");
});

Deno.test("Repository.listSnapshots names a damaged snapshot, or tells of it and goes on", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const repository = await initRepository(storage);
  const saver = new DraftSaver(repository);
  const bad = await saver.snapshot({ a: "1" }, { time: 10n });
  const good = await saver.snapshot({ a: "2" }, { time: 20n });
  storage.flip({ type: "snapshots", name: bad }, 33);
  await rejects(repository.listSnapshots(), (error: Error & { code: string }) => {
    return error.code === "SG1005" && error.message.includes(`snapshots/${bad}`);
  });
  const damaged: string[] = [];
  const left = await repository.listSnapshots({ onDamage: (id) => damaged.push(id) });
  deepStrictEqual([left.map(({ id }) => id), damaged], [[good], [bad]]);
  strictEqual((await repository.findSnapshot("latest")).id, good, "a damaged one does not hide the others");
  await rejects(repository.findSnapshot(bad), { code: "SG1005" });
});

Deno.test("passesFilter asks for all paths, any host and any group of tags", () => {
  const snapshot = {
    time: 0n,
    tree: "",
    paths: ["/a", "/b"],
    hostname: "h",
    tags: ["x", "y"],
  } as unknown as Snapshot;
  strictEqual(passesFilter(snapshot, {}), true);
  strictEqual(passesFilter(snapshot, { hosts: ["i", "h"], paths: ["/b"], tags: [["y"]] }), true);
  strictEqual(passesFilter(snapshot, { paths: ["/a", "/c"] }), false);
  strictEqual(passesFilter(snapshot, { tags: [["x", "z"], ["z"]] }), false);
  strictEqual(passesFilter(snapshot, { tags: [[]] }), false);
  strictEqual(passesFilter({ ...snapshot, tags: [] }, { tags: [[]] }), true);
});
