// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom } from "../../../mod/base/mod.ts";
import { LanePool } from "../../../mod/job/lane_pool.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import type { SealedPack } from "../../../mod/repository/mod.ts";
import { initRepository } from "../../kit/repository.ts";
import { noise } from "../../kit/memory_tree.ts";

const saveNothing = () => Promise.resolve();

async function poolOf(threads: number) {
  const repository = await initRepository(undefined, { packBytesTarget: 600_000 });
  return { repository, pool: new LanePool({ fs: openFileSystem(), random: systemRandom }, threads) };
}

for (const threads of [0, 1]) {
  const where = threads === 0 ? "on this thread" : "on a thread";

  Deno.test(`LanePool ${where}: lanes that were given back serve the next run, with nothing of the last`, async () => {
    const { repository, pool } = await poolOf(threads);
    using _pool = pool;
    const first = pool.take(repository, saveNothing);
    await first.askFirst("savePart", [noise(300_000)]);
    await first.askFirst("endStream", []);
    first.abort();
    await assert.rejects(first.askFirst("savePart", [noise(10)]), { code: "SG1016" });
    assert.equal(pool.giveBack(first), true);
    repository.table.clear();
    const packs: SealedPack[] = [];
    const second = pool.take(repository, (pack) => Promise.resolve(void packs.push(pack)));
    assert.equal(second, first);
    assert.equal(second.bytesRead, 0);
    assert.deepEqual(await second.flush(), [], "the pack that was begun is gone");
    await second.askFirst("savePart", [noise(300_000)]);
    await second.askFirst("endStream", []);
    const flushed = await second.flush();
    assert.equal(flushed.length, 1);
    assert.equal(pool.giveBack(second), true);
  });

  Deno.test(`LanePool ${where}: a stream that broke off does not reach into the next`, async () => {
    const { repository, pool } = await poolOf(threads);
    using _pool = pool;
    const first = pool.take(repository, saveNothing);
    await first.askFirst("savePart", [noise(1000, 1)]);
    pool.giveBack(first);
    const second = pool.take(repository, saveNothing);
    await second.askFirst("savePart", [noise(1000, 2)]);
    assert.equal((await second.askFirst("endStream", []) as { size: number }).size, 1000);
  });

  Deno.test(`LanePool ${where}: a pack that was lost fails its own run only`, async () => {
    const { repository, pool } = await poolOf(threads);
    using _pool = pool;
    const first = pool.take(repository, () => Promise.reject(new Error("full")));
    const feed = async () => {
      for (let part = 0; part < 6; part++) await first.askFirst("savePart", [noise(1_000_000, part + 1)]);
      await first.flush();
    };
    await assert.rejects(feed());
    pool.giveBack(first);
    const second = pool.take(repository, saveNothing);
    await second.askFirst("savePart", [noise(1000, 99)]);
    await second.askFirst("endStream", []);
    assert.equal((await second.flush()).length, 1);
  });

  Deno.test(`LanePool ${where}: lanes still at work when they are given back are ended`, async () => {
    const { repository, pool } = await poolOf(threads);
    using _pool = pool;
    const first = pool.take(repository, saveNothing);
    const asked = first.askFirst("savePart", [noise(3_000_000)]).catch(() => "ended");
    assert.equal(pool.giveBack(first), false);
    await asked;
    assert.notEqual(pool.take(repository, saveNothing), first);
  });
}

Deno.test("LanePool gives a run lanes over its own table, and two runs different ones", async () => {
  const { repository, pool } = await poolOf(0);
  using _pool = pool;
  const other = await initRepository();
  const [first, beside] = [pool.take(repository, saveNothing), pool.take(repository, saveNothing)];
  assert.notEqual(first, beside);
  pool.giveBack(first);
  const elsewhere = pool.take(other, saveNothing);
  assert.notEqual(elsewhere, first);
  pool.giveBack(beside);
  pool.giveBack(elsewhere);
  pool.rest();
  assert.notEqual(pool.take(other, saveNothing), elsewhere);
});

/** Counts the threads that are started and those that were ended, until disposed. */
function countThreads() {
  const started = { count: 0, ended: 0 };
  const Real = globalThis.Worker;
  globalThis.Worker = class extends Real {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      started.count++;
    }
    override terminate(): void {
      started.ended++;
      super.terminate();
    }
  };
  return Object.assign(started, { [Symbol.dispose]: () => void (globalThis.Worker = Real) });
}

Deno.test("LanePool: threads that were started ahead are those that the run's lanes work on, and end with the pool", async () => {
  using threads = countThreads();
  const { repository, pool } = await poolOf(2);
  pool.startThreads();
  pool.startThreads();
  assert.equal(threads.count, 2);
  const lanes = pool.take(repository, saveNothing);
  await Promise.all([1, 2].map((seed) => lanes.ask("savePart", [noise(1000, seed)])));
  await Promise.all([1, 2].map(() => lanes.ask("endStream", [])));
  assert.equal((await lanes.flush()).length, 2);
  assert.equal(threads.count, 2);
  pool.giveBack(lanes);
  pool.startThreads();
  assert.equal(threads.count, 2, "lanes that wait serve the next run");
  pool.rest();
  assert.equal(threads.ended, 2);
  pool.startThreads();
  pool[Symbol.dispose]();
  pool.startThreads();
  assert.deepEqual([threads.count, threads.ended], [4, 4]);
});
