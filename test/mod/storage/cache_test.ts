// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom } from "../../../mod/base/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { MemoryStorage, type Storage, withCache } from "../../../mod/storage/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { FaultyStorage } from "../../kit/faulty_storage.ts";
import { listed, pattern, rejectsWith, stored, testStorage } from "../../suite/storage.ts";

const ID = "5ca1ab1e".repeat(8);

interface Trial extends AsyncDisposable {
  readonly storage: Storage;
  readonly store: FaultyStorage;
  readonly clock: FakeClock;
  /** The folder of the repository's cache. */
  readonly path: string;
  /** Opens the same cache once more, as another process would. */
  again(): Storage;
}

async function trial(maxBytes = 1_000_000): Promise<Trial> {
  const path = await Deno.makeTempDir();
  const fs = openFileSystem();
  const store = new FaultyStorage(new MemoryStorage());
  const clock = new FakeClock({ auto: false, start: 1_700_000_000_000_000_000n });
  const opened: Storage[] = [];
  const again = () => {
    const options = { fs, clock, random: systemRandom, path: `${path}/caches`, repositoryId: ID, maxBytes };
    const storage = withCache(store, options);
    opened.push(storage);
    return storage;
  };
  return {
    storage: again(),
    store,
    clock,
    path: `${path}/caches/${ID}`,
    again,
    async [Symbol.asyncDispose]() {
      for (const storage of opened) await storage.close();
      await Deno.remove(path, { recursive: true });
    },
  };
}

async function entries(path: string, shelf: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(`${path}/${shelf}`))).map((entry) => entry.name).sort();
}

testStorage("withCache", () => trial());

Deno.test("withCache: index and snapshot files are fetched once, also when they were saved here", async () => {
  await using it = await trial();
  for (const type of ["index", "snapshots"] as const) {
    const [first, second] = [pattern(1000, 1), pattern(70_000, 2)];
    await it.storage.save(stored(type, first), first);
    await it.store.save(stored(type, second), second);
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(await it.again().load(stored(type, first)), first);
      assert.deepEqual(await it.storage.load(stored(type, second)), second);
    }
  }
  assert.equal(it.store.count("load"), 2);
});

Deno.test("withCache: an index whose length the caller names is fetched once, its first bytes alone each time", async () => {
  await using it = await trial();
  const bytes = pattern(70_000);
  await it.store.save(stored("index", bytes), bytes);
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await it.again().load(stored("index", bytes), { length: bytes.length }), bytes);
  }
  assert.equal(it.store.count("load"), 1);
  const part = { offset: 0, length: 100 };
  assert.deepEqual(await it.storage.load(stored("index", bytes), part), bytes.subarray(0, 100));
  assert.equal(it.store.count("load"), 2);
});

Deno.test("withCache: keys, locks and data without a wish to keep always come from the store", async () => {
  await using it = await trial();
  for (const type of ["keys", "locks", "data"] as const) {
    const bytes = pattern(100);
    await it.storage.save(stored(type, bytes), bytes);
    await it.storage.load(stored(type, bytes), { keep: type !== "data" });
    await it.storage.load(stored(type, bytes), { keep: type !== "data", offset: 1, length: 5 });
  }
  assert.equal(it.store.count("load"), 6);
});

Deno.test("withCache: parts of data that the caller keeps are fetched once", async () => {
  await using it = await trial();
  const bytes = pattern(5000);
  const file = stored("data", bytes);
  await it.store.save(file, bytes);
  for (let i = 0; i < 3; i++) {
    const part = await it.again().load(file, { offset: 100, length: 900, keep: true });
    assert.deepEqual(part, bytes.slice(100, 1000));
  }
  assert.equal(it.store.count("load"), 1);
});

Deno.test("withCache: parts of a whole file that was kept need no store", async () => {
  await using it = await trial();
  const bytes = pattern(5000);
  const file = stored("data", bytes);
  await it.store.save(file, bytes);
  await it.storage.load(file, { keep: true });
  const other = it.again();
  for (const offset of [0, 17, 4999]) {
    assert.deepEqual(
      await other.load(file, { offset, length: 1, keep: true }),
      bytes.slice(offset, offset + 1),
    );
  }
  assert.equal(it.store.count("load"), 1);
  await rejectsWith("SG1005", other.load(file, { offset: 4999, length: 2, keep: true }));
});

Deno.test("withCache: a damaged copy is dropped and fetched again", async () => {
  const bytes = pattern(5000);
  const damages: ((path: string) => void)[] = [
    (path) => Deno.truncateSync(path, 10),
    (path) => Deno.truncateSync(path, 0),
    (path) => {
      const there = Deno.readFileSync(path);
      there[there.length - 1]! ^= 1;
      Deno.writeFileSync(path, there);
    },
    (path) => Deno.writeFileSync(path, new Uint8Array(9000)),
  ];
  for (const damage of damages) {
    await using it = await trial();
    const file = stored("data", bytes);
    const index = stored("index", bytes);
    await it.store.save(file, bytes);
    await it.storage.save(index, bytes);
    await it.storage.load(file, { offset: 10, length: 100, keep: true });
    await it.storage.load(file, { keep: true });
    for (const shelf of ["index", "data"]) {
      for (const name of await entries(it.path, shelf)) damage(`${it.path}/${shelf}/${name}`);
    }
    const other = it.again();
    assert.deepEqual(await other.load(index), bytes);
    assert.deepEqual(await other.load(file, { offset: 10, length: 100, keep: true }), bytes.slice(10, 110));
    assert.deepEqual(await other.load(file, { keep: true }), bytes);
  }
});

Deno.test("withCache: wrong bytes from the store are handed on to be judged, and not kept", async () => {
  await using it = await trial();
  const bytes = pattern(500);
  await it.store.save(stored("index", bytes), bytes);
  it.store.faults.push({ kind: "flip", on: (act) => act.verb === "load", times: 1 });
  assert.notDeepEqual(await it.storage.load(stored("index", bytes)), bytes);
  assert.deepEqual(await it.storage.load(stored("index", bytes)), bytes);
});

Deno.test("withCache: stays within its bytes and lets go first of what was used longest ago", async () => {
  await using it = await trial(10_000);
  const files = Array.from({ length: 12 }, (_, i) => pattern(1000, i));
  for (const bytes of files) {
    await it.clock.advance(7_200_000);
    await it.storage.save(stored("index", bytes), bytes);
    await it.storage.load(stored("index", files[0]!));
  }
  const kept = await entries(it.path, "index");
  assert(kept.length <= 10 && kept.length >= 7, `${kept.length}`);
  assert(kept.includes(stored("index", files[0]!).name), "the one in use was let go");
  assert(kept.includes(stored("index", files[11]!).name), "the newest was let go");
  assert(!kept.includes(stored("index", files[1]!).name));
  await it.storage.save(stored("index", pattern(9000)), pattern(9000));
  assert(!(await entries(it.path, "index")).includes(stored("index", pattern(9000)).name));
});

Deno.test("withCache: may be deleted at any time", async () => {
  await using it = await trial();
  const bytes = pattern(500);
  await it.storage.save(stored("index", bytes), bytes);
  await Deno.remove(it.path, { recursive: true });
  assert.deepEqual(await it.storage.load(stored("index", bytes)), bytes);
  assert.deepEqual(await it.storage.load(stored("index", bytes)), bytes);
  assert.equal(it.store.count("load"), 1);
});

Deno.test("withCache: many who find it deleted at once make it again, each of them whole", async () => {
  await using it = await trial(10_000_000);
  const files = Array.from({ length: 40 }, (_, i) => pattern(100_000, i).subarray(0, i % 2 ? 100 : 100_000));
  await it.storage.save(stored("index", pattern(9)), pattern(9));
  await Deno.remove(it.path, { recursive: true });
  await Promise.all(files.map((bytes) => it.storage.save(stored("index", bytes), bytes.slice())));
  const names = files.map((bytes) => stored("index", bytes).name).sort();
  assert.deepEqual(await entries(it.path, "index"), names);
  for (const bytes of files) assert.deepEqual(await it.storage.load(stored("index", bytes)), bytes);
  assert.equal(it.store.count("load"), 0);
});

Deno.test("withCache: a place that cannot be written costs nothing but the cache", async () => {
  await using it = await trial();
  await Deno.mkdir(it.path, { recursive: true });
  await Deno.writeTextFile(`${it.path}/index`, "a file where a folder should be");
  const bytes = pattern(500);
  await it.storage.save(stored("index", bytes), bytes);
  assert.deepEqual(await it.storage.load(stored("index", bytes)), bytes);
});

Deno.test("withCache: lets go of what the store no longer lists", async () => {
  await using it = await trial();
  const [gone, stays] = [pattern(100, 1), pattern(100, 2)];
  await it.storage.save(stored("snapshots", gone), gone);
  await it.storage.save(stored("snapshots", stays), stays);
  await it.store.remove(stored("snapshots", gone));
  await listed(it.storage, "snapshots");
  assert.deepEqual(await entries(it.path, "snapshots"), [stored("snapshots", stays).name]);
});
