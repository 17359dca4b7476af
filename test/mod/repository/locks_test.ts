// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { Clock } from "../../../mod/base/mod.ts";
import { SgError } from "../../../mod/errors/mod.ts";
import { type LockOptions, Repository, type RepositoryPorts } from "../../../mod/repository/mod.ts";
import { type FileHandle, MemoryStorage, type Storage, type StorageCall } from "../../../mod/storage/mod.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { initRepository, PASSWORD, testPorts } from "../../kit/repository.ts";

const MINUTE = 60_000;

/** A clock that stands still until it is turned; sleepers wake in order. */
class ManualClock implements Clock {
  #ms = 0;
  /** What the time of day is ahead of the monotonic clock, milliseconds. */
  aheadMs = 1_700_000_000_000;
  readonly #sleepers: { at: number; wake: () => void }[] = [];

  now(): bigint {
    return BigInt(Math.round((this.#ms + this.aheadMs) * 1000)) * 1000n;
  }

  monotonicMs(): number {
    return this.#ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const entry = { at: this.#ms + ms, wake: resolve };
      this.#sleepers.push(entry);
      signal?.addEventListener("abort", () => {
        const at = this.#sleepers.indexOf(entry);
        if (at >= 0) this.#sleepers.splice(at, 1);
        reject(signal.reason);
      }, { once: true });
    });
  }

  /** Lets time pass; everything that becomes due runs before this resolves. */
  async turn(ms: number): Promise<void> {
    const end = this.#ms + ms;
    for (;;) {
      await settle();
      const next = this.#sleepers.toSorted((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
      this.#ms = Math.max(this.#ms, next.at);
      next.wake();
    }
    this.#ms = end;
    await settle();
  }

  /** Runs `work` to its end, letting the time pass that it waits for. */
  async run<T>(work: Promise<T>, stepMs = 1000): Promise<T> {
    let done = false;
    const watched = work.finally(() => done = true);
    watched.catch(() => {});
    for (let i = 0; !done && i < 100_000; i++) await this.turn(stepMs);
    return await watched;
  }
}

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

const { setImmediate } = await import("node:timers");

class House {
  readonly clock = new ManualClock();
  readonly alive = new Set([1, 2, 3]);
  readonly storage: Storage;

  constructor(storage: Storage = new MemoryStorage()) {
    this.storage = storage;
  }

  ports(pid: number, hostname = "ada"): RepositoryPorts {
    return testPorts({
      clock: this.clock,
      owner: { hostname, username: "u", pid },
      processAlive: (other) => this.alive.has(other),
    });
  }

  async init(): Promise<this> {
    await initRepository(this.storage, {}, this.ports(1));
    return this;
  }

  open(pid: number, hostname?: string): Promise<Repository> {
    return Repository.open(this.storage, this.ports(pid, hostname), { password: PASSWORD });
  }

  async lock(pid: number, options: LockOptions = {}, hostname?: string) {
    const repository = await this.open(pid, hostname);
    return await this.clock.run(repository.lock(options), 100);
  }

  locks(): Promise<string[]> {
    return namesOf(this.storage, "locks");
  }
}

Deno.test("RepositoryLock is shared by many and gone when disposed", async () => {
  const house = await new House().init();
  const [one, two] = [await house.lock(1), await house.lock(2)];
  strictEqual((await house.locks()).length, 2);
  strictEqual((await (await house.open(3)).listLocks()).length, 2);
  await one[Symbol.asyncDispose]();
  await two[Symbol.asyncDispose]();
  deepStrictEqual(await house.locks(), []);
});

Deno.test("RepositoryLock excludes others when exclusive, and is excluded by them", async () => {
  const house = await new House().init();
  const shared = await house.lock(1);
  await rejects(house.lock(2, { exclusive: true }), (error: Error & { code: string }) => {
    return error.code === "SG1003" && error.message.includes("process 1 of u on ada");
  });
  await shared[Symbol.asyncDispose]();
  const alone = await house.lock(2, { exclusive: true });
  await rejects(house.lock(1), { code: "SG1003" });
  await rejects(house.lock(1, { exclusive: true }), { code: "SG1003" });
  await alone[Symbol.asyncDispose]();
  deepStrictEqual(await house.locks(), []);
});

Deno.test("RepositoryLock lets at most one of two that start at the same moment go on", async () => {
  const house = await new House().init();
  const [a, b] = [await house.open(1), await house.open(2)];
  const tries = [a.lock({ exclusive: true }), b.lock({ exclusive: true })];
  const results = await house.clock.run(Promise.allSettled(tries), 100);
  ok(results.filter(({ status }) => status === "fulfilled").length <= 1);
  for (const result of results) if (result.status === "fulfilled") await result.value[Symbol.asyncDispose]();
  deepStrictEqual(await house.locks(), []);
});

Deno.test("RepositoryLock waits for others as long as it may", async () => {
  const house = await new House().init();
  const alone = await house.lock(1, { exclusive: true });
  let told = 0;
  const waiting = house.lock(2, { retryForMs: 10 * MINUTE, onWait: () => told++ });
  // Opening takes real time: on a busy machine the waiting has not begun when the clock has been turned once.
  while (told === 0) await house.clock.turn(MINUTE / 10);
  await alone[Symbol.asyncDispose]();
  const lock = await waiting;
  strictEqual(told, 1);
  await rejects(house.lock(3, { exclusive: true, retryForMs: MINUTE }), { code: "SG1003" });
  await lock[Symbol.asyncDispose]();
});

Deno.test("RepositoryLock ends its waiting when the signal aborts", async () => {
  const house = await new House().init();
  const alone = await house.lock(1, { exclusive: true });
  const stop = new AbortController();
  const waiting = (await house.open(2)).lock({ retryForMs: 100 * MINUTE, signal: stop.signal });
  waiting.catch(() => {});
  await house.clock.turn(MINUTE);
  stop.abort(new SgError("SG1016", "stopped"));
  await rejects(waiting, { code: "SG1016" });
  await alone[Symbol.asyncDispose]();
});

Deno.test("RepositoryLock drops locks of dead processes of this host, and of any host after 30 minutes", async () => {
  const house = await new House().init();
  await house.lock(1, { exclusive: true });
  house.alive.delete(1);
  await rejects(house.lock(2, {}, "eve"), { code: "SG1003" }, "eve cannot know");
  await (await house.lock(2))[Symbol.asyncDispose]();
  deepStrictEqual(await house.locks(), []);
});

Deno.test("RepositoryLock refreshes itself and stays alone over hours", async () => {
  const house = await new House().init();
  const alone = await house.lock(1, { exclusive: true });
  const first = alone.id;
  for (let i = 0; i < 12; i++) {
    await house.clock.turn(10 * MINUTE);
    strictEqual((await house.locks()).length, 1);
    await rejects(house.lock(2, {}, "eve"), { code: "SG1003" });
  }
  ok(alone.id !== first);
  strictEqual(alone.signal.aborted, false);
  await alone[Symbol.asyncDispose]();
  deepStrictEqual(await house.locks(), []);
});

Deno.test("RepositoryLock aborts its signal when it cannot be refreshed for 22.5 minutes", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const house = await new House(storage).init();
  const lock = await house.lock(1);
  storage.failSaves("locks", Infinity, "SG1015");
  await house.clock.turn(22 * MINUTE);
  strictEqual(lock.signal.aborted, false);
  await house.clock.turn(2 * MINUTE);
  strictEqual(lock.signal.aborted, true);
  strictEqual((lock.signal.reason as SgError).code, "SG1018");
  await lock[Symbol.asyncDispose]();
});

Deno.test("RepositoryLock survives a short failure to refresh", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const house = await new House(storage).init();
  const lock = await house.lock(1);
  storage.failSaves("locks", 3, "SG0136");
  await house.clock.turn(60 * MINUTE);
  strictEqual(lock.signal.aborted, false);
  strictEqual((await house.locks()).length, 1);
  await lock[Symbol.asyncDispose]();
});

Deno.test("RepositoryLock is given back when what was sent under it is answered, and stays behind when it is not", async () => {
  const house = await new House().init();
  for (const answered of [true, false]) {
    const lock = await house.lock(1);
    const answer = Promise.withResolvers<void>();
    const call = lock.during(() => answer.promise);
    const disposed = lock[Symbol.asyncDispose]();
    await house.clock.turn(200);
    strictEqual((await house.locks()).length, 1);
    if (answered) {
      answer.resolve();
      await call;
    }
    await house.clock.run(disposed);
    strictEqual((await house.locks()).length, answered ? 0 : 1);
  }
});

Deno.test("RepositoryLock is lost when a young lock is gone: another's clock may be far ahead", async () => {
  const house = await new House().init();
  const lock = await house.lock(1);
  await (await house.open(2)).unlock({ removeAll: true });
  await house.clock.turn(6 * MINUTE);
  strictEqual((lock.signal.reason as SgError).code, "SG1018");
  deepStrictEqual(await house.locks(), []);
  await lock[Symbol.asyncDispose]();
});

Deno.test("RepositoryLock is lost when another took it for stale while its new file was on its way", async () => {
  class Slow extends MemoryStorage {
    held: Promise<unknown> | undefined;
    override async save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
      const { held } = this;
      this.held = undefined;
      await held;
      await super.save(file, bytes, call);
    }
  }
  const storage = new Slow();
  const house = await new House(storage).init();
  const lock = await house.lock(1);
  const go = Promise.withResolvers<void>();
  storage.held = go.promise;
  await house.clock.turn(45 * MINUTE);
  const theirs = await house.lock(2, { exclusive: true }, "eve");
  go.resolve();
  await house.clock.turn(MINUTE);
  strictEqual((lock.signal.reason as SgError).code, "SG1018");
  strictEqual(theirs.signal.aborted, false);
  strictEqual((await house.locks()).length, 1);
  await lock[Symbol.asyncDispose]();
  await theirs[Symbol.asyncDispose]();
});

Deno.test("RepositoryLock is lost when the machine slept and another took the stale lock away", async () => {
  const house = await new House().init();
  const lock = await house.lock(1, { exclusive: true });
  // The monotonic clock stands still while the machine sleeps.
  house.clock.aheadMs += 45 * MINUTE;
  const other = await house.open(2, "eve");
  const taken = other.lock({ exclusive: true });
  const theirs = await house.clock.run(taken, 100);
  await house.clock.turn(MINUTE);
  strictEqual(lock.signal.aborted, true);
  strictEqual(theirs.signal.aborted, false);
  await lock[Symbol.asyncDispose]();
  await theirs[Symbol.asyncDispose]();
});

Deno.test("RepositoryLock lives on when the machine slept and nobody came", async () => {
  const house = await new House().init();
  const lock = await house.lock(1, { exclusive: true });
  house.clock.aheadMs += 45 * MINUTE;
  await house.clock.turn(MINUTE);
  strictEqual(lock.signal.aborted, false);
  strictEqual((await house.locks()).length, 1);
  await rejects(house.lock(2, {}, "eve"), { code: "SG1003" });
  await lock[Symbol.asyncDispose]();
});

Deno.test("RepositoryLock reads a read-only destination without a lock, and refuses to be exclusive there", async () => {
  class ReadOnly extends MemoryStorage {
    closed = false;
    override save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
      if (this.closed) return Promise.reject(new SgError("SG1014", "Cannot save: read-only"));
      return super.save(file, bytes, call);
    }
  }
  const storage = new ReadOnly();
  const house = await new House(storage).init();
  storage.closed = true;
  const lock = await house.lock(1);
  strictEqual(lock.id, undefined);
  strictEqual(lock.signal.aborted, false);
  await lock[Symbol.asyncDispose]();
  await rejects(house.lock(1, { exclusive: true }), { code: "SG1014" });
});

Deno.test("RepositoryLock lets a run that only reads go on where there is no room for a lock", async () => {
  class Full extends MemoryStorage {
    code: "SG0200" | "SG0178" | undefined;
    override save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
      if (this.code) return Promise.reject(new SgError(this.code, "Cannot save: no space"));
      return super.save(file, bytes, call);
    }
  }
  const storage = new Full();
  const house = await new House(storage).init();
  for (const code of ["SG0200", "SG0178"] as const) {
    storage.code = code;
    const lock = await house.lock(1, { readsOnly: true });
    deepStrictEqual([lock.id, lock.signal.aborted], [undefined, false]);
    await lock[Symbol.asyncDispose]();
    await rejects(house.lock(1), { code });
    await rejects(house.lock(1, { exclusive: true, readsOnly: true }), { code });
  }
});

Deno.test("RepositoryLock counts a lock that cannot be read as held; unlock removes it when told to remove all", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const house = await new House(storage).init();
  await house.lock(1);
  const [name] = await house.locks();
  storage.flip({ type: "locks", name: name! }, 30);
  await rejects(house.lock(2), { code: "SG1003" });
  const repository = await house.open(2);
  strictEqual(await repository.unlock(), 0);
  strictEqual(await repository.unlock({ removeAll: true }), 1);
  deepStrictEqual(await house.locks(), []);
});

Deno.test("Repository.unlock removes stale locks only", async () => {
  const house = await new House().init();
  await house.lock(1);
  await house.lock(2);
  house.alive.delete(1);
  strictEqual(await (await house.open(3)).unlock(), 1);
  strictEqual((await house.locks()).length, 1);
});
