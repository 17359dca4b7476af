// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { systemRandom } from "../../../mod/base/mod.ts";
import type { Repository } from "../../../mod/repository/mod.ts";
import { IndexKeeper } from "../../../mod/repository/index_keeper.ts";
import { MemoryStorage, type StoredFile } from "../../../mod/storage/mod.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { DraftSaver, initRepository, reopen } from "../../kit/repository.ts";

const READS = { fresh: false, writes: false };
const WRITES = { fresh: false, writes: true };
const FRESH = { fresh: true, writes: false };

const file = (name: string): StoredFile => ({ name: name.repeat(64), size: 1 });

/** A keeper whose index says that it was made from these files. */
function keeperWith(...files: StoredFile[]) {
  const keeper = new IndexKeeper(new MemoryStorage(), undefined as never, systemRandom);
  const index = keeper.take(READS, undefined);
  for (const { name } of files) index.indexes.files.set(name as never, new Uint32Array());
  keeper.giveBack(index, READS, true);
  return { keeper, index };
}

Deno.test("IndexKeeper gives what was kept as long as every file that it was made from is listed", () => {
  const { keeper, index } = keeperWith(file("a"), file("b"));
  for (const listed of [["a", "b"], ["b", "c", "a"]]) {
    const taken = keeper.take(READS, listed.map(file));
    strictEqual(taken, index);
    keeper.giveBack(taken, READS, true);
  }
  const other = keeper.take(READS, [file("a"), file("c")]);
  notStrictEqual(other, index);
  strictEqual(other.indexes.files.size, 0);
});

Deno.test("IndexKeeper keeps nothing that is not clean, or was made from a damaged file", () => {
  const { keeper, index } = keeperWith(file("a"));
  const taken = keeper.take(WRITES, [file("a")]);
  keeper.giveBack(taken, WRITES, false);
  const next = keeper.take(READS, [file("a")]);
  notStrictEqual(next, index);
  next.indexes.damaged.add(file("b").name as never);
  keeper.giveBack(next, READS, true);
  notStrictEqual(keeper.take(READS, []), next);
});

Deno.test("IndexKeeper lets several read, one write, and whoever judges be alone", () => {
  const { keeper, index } = keeperWith(file("a"));
  const listed = [file("a")];
  strictEqual(keeper.take(READS, listed), index);
  strictEqual(keeper.take(WRITES, listed), index);
  strictEqual(keeper.take(READS, listed), index);
  const second = keeper.take(WRITES, listed);
  notStrictEqual(second, index);
  const judge = keeper.take(FRESH, listed);
  ok(judge !== index && judge !== second);
  notStrictEqual(keeper.take(READS, []), judge);
  keeper.giveBack(judge, FRESH, true);
});

Deno.test("IndexKeeper uses the memory of a table again, but never beside another or after a thread that was lost", () => {
  const { keeper, index } = keeperWith(file("a"));
  const again = keeper.take(FRESH, []);
  strictEqual(again.table, index.table);
  const beside = keeper.take(FRESH, []);
  notStrictEqual(beside.table, again.table);
  beside.abandoned = true;
  keeper.giveBack(beside, FRESH, false);
  const later = keeper.take(READS, []);
  notStrictEqual(later.table, beside.table);
  later.loading++;
  keeper.giveBack(later, READS, false);
  notStrictEqual(keeper.take(READS, []).table, later.table);
});

Deno.test("IndexKeeper.rest forgets what nobody uses", () => {
  const { keeper, index } = keeperWith(file("a"));
  strictEqual(keeper.take(READS, [file("a")]), index);
  keeper.rest();
  keeper.giveBack(index, READS, true);
  strictEqual(keeper.take(READS, [file("a")]), index);
  keeper.giveBack(index, READS, true);
  keeper.rest();
  notStrictEqual(keeper.take(READS, [file("a")]), index);
});

/** A run that stores a file's content and a snapshot. */
async function store(repository: Repository, name: string): Promise<void> {
  const run = repository.forRun(WRITES);
  await run.loadIndex();
  await new DraftSaver(run).snapshot({ [name]: name });
  run.end();
}

Deno.test("Repository.forRun takes over what earlier runs loaded, and counts for itself", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  await initRepository(storage);
  const repository = await reopen(storage);
  await store(repository, "one");
  await store(repository, "two");
  const run = repository.forRun(READS);
  await run.loadIndex();
  strictEqual(run.table.count, (await reopen(storage)).table.count);
  deepStrictEqual(run.saved.dataBlobs, 0);
  run.end();
  await rejects(async () => await run.saveTree(new Uint8Array(2)), { code: "SG1016" });
  await rejects(repository.forRun(READS).loadBlob("data", "b".repeat(64) as never), { code: "SG1028" });
});

Deno.test("Repository.end lets no later run rely on what was claimed and not stored, or arrives late", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  await initRepository(storage);
  const repository = await reopen(storage);
  const failed = repository.forRun(WRITES);
  await failed.loadIndex();
  const saver = new DraftSaver(failed);
  storage.failSaves("data", 1, "SG0083");
  await rejects(saver.snapshot({ a: "a" }), { code: "SG0083" });
  failed.end();
  await store(repository, "a");
  strictEqual((await namesOf(storage, "snapshots")).length, 1);
  const judge = await reopen(storage);
  await judge.loadTree((await judge.findSnapshot("latest")).snapshot.tree);
});
