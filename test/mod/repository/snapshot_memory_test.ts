// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { SnapshotId } from "../../../mod/base/mod.ts";
import type { NamedSnapshot } from "../../../mod/repository/mod.ts";
import { SnapshotMemory } from "../../../mod/repository/snapshot_memory.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { DraftSaver, initRepository, reopen } from "../../kit/repository.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";

const named = (id: string) => ({ id: id as SnapshotId, snapshot: {} }) as NamedSnapshot;

Deno.test("SnapshotMemory gives what was put, until it is dropped or not listed any more", () => {
  const memory = new SnapshotMemory();
  for (const id of ["a", "b", "c"]) memory.put(named(id), 100);
  strictEqual(memory.get("b" as SnapshotId)?.id, "b");
  memory.keepOnly(new Set(["b", "c", "d"]));
  strictEqual(memory.get("a" as SnapshotId), undefined);
  memory.drop("b" as SnapshotId);
  strictEqual(memory.size, 1);
  memory.clear();
  strictEqual(memory.size, 0);
});

Deno.test("SnapshotMemory stays small, whatever is put", () => {
  const memory = new SnapshotMemory();
  for (let i = 0; i < 100; i++) memory.put(named(`${i}`), 1_000_000);
  deepStrictEqual([memory.size, memory.get("99" as SnapshotId)?.id], [8, "99"]);
  memory.put(named("huge"), 1_000_000_000);
  strictEqual(memory.size, 0);
});

Deno.test("Repository.listSnapshots reads a snapshot once; a run that judges reads it each time", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  await initRepository(storage);
  const repository = await reopen(storage);
  await new DraftSaver(repository).snapshot({ a: "b" });
  strictEqual((await repository.listSnapshots()).length, 1);
  storage.flip({ type: "snapshots", name: (await namesOf(storage, "snapshots"))[0]! }, 40);
  strictEqual((await repository.listSnapshots()).length, 1);
  strictEqual((await repository.findSnapshot("latest")).snapshot.paths.length > 0, true);
  const damaged: string[] = [];
  const judge = repository.forRun({ fresh: true, writes: false });
  await judge.listSnapshots({ onDamage: (id) => damaged.push(id) });
  strictEqual(damaged.length, 1);
});
