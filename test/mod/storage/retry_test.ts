// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom } from "../../../mod/base/mod.ts";
import { MemoryStorage, type RetryOptions, type Storage, withRetry } from "../../../mod/storage/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { FaultyStorage, type StorageFault } from "../../kit/faulty_storage.ts";
import { listed, pattern, rejectsWith, stored, testStorage } from "../../suite/storage.ts";

interface Trial {
  readonly faulty: FaultyStorage;
  readonly memory: MemoryStorage;
  readonly clock: FakeClock;
  readonly storage: Storage;
}

function trial(faults: StorageFault[], options: RetryOptions = {}): Trial {
  const memory = new MemoryStorage();
  const faulty = new FaultyStorage(memory, faults);
  const clock = new FakeClock();
  return { memory, faulty, clock, storage: withRetry(faulty, clock, systemRandom, options) };
}

const bytes = pattern(100);
const file = stored("data", bytes);

testStorage("withRetry over a storage that fails now and then", () => {
  const flaky: StorageFault[] = [];
  let calls = 0;
  // Not removals: a file that is missing at the second try counts as removed, so their contract is weaker.
  flaky.push({ kind: "fail", on: (act) => act.verb !== "remove" && ++calls % 3 === 1 });
  return Promise.resolve({ storage: trial(flaky).storage, async [Symbol.asyncDispose]() {} });
});

Deno.test("withRetry: waits at random up to twice as long each time, and no longer than the most", async () => {
  const it = trial([{ kind: "fail", on: (act) => act.verb === "load", times: 6 }], {
    baseMs: 100,
    maxDelayMs: 1000,
  });
  await it.storage.save(file, bytes);
  assert.deepEqual(await it.storage.load(file), bytes);
  assert.equal(it.clock.slept.length, 6);
  [100, 200, 400, 800, 1000, 1000].forEach((most, i) => {
    assert(it.clock.slept[i]! >= 0 && it.clock.slept[i]! <= most, `wait ${i}: ${it.clock.slept[i]}`);
  });
});

Deno.test("withRetry: gives up with the last failure after the set number of tries", async () => {
  const it = trial([{ kind: "fail", on: () => true, code: "SG0136" }], { attempts: 4 });
  await rejectsWith("SG0136", it.storage.load(file));
  assert.equal(it.faulty.count("load"), 4);
});

Deno.test("withRetry: gives up when the time is over, and before a wait that would pass it", async () => {
  const it = trial([{ kind: "fail", on: () => true, context: { retryAfterMs: 30_000 } }], {
    totalMs: 100_000,
  });
  await rejectsWith("SG0083", it.storage.load(file));
  assert.deepEqual(it.clock.slept, [30_000, 30_000, 30_000]);
});

Deno.test("withRetry: does not repeat what another try cannot mend", async () => {
  for (const code of ["SG1006", "SG1005", "SG1014", "SG1019", "SG1020", "SG0200", "SG1016"] as const) {
    const it = trial([{ kind: "fail", on: () => true, code }]);
    await rejectsWith(code, it.storage.load(file));
    assert.equal(it.faulty.count("load"), 1);
  }
});

Deno.test("withRetry: a save whose answer was lost counts when the file is there, and is not sent again", async () => {
  const it = trial([{ kind: "lost", on: (act) => act.verb === "save", times: 1 }]);
  await it.storage.save(file, bytes);
  assert.equal(it.faulty.count("save"), 1);
  assert.deepEqual(await it.memory.load(file), bytes);
});

Deno.test("withRetry: a save that left half a file is sent again", async () => {
  const it = trial([{ kind: "tear", on: (act) => act.verb === "save", bytes: 10, times: 1 }]);
  await it.storage.save(file, bytes);
  assert.deepEqual(await it.memory.load(file), bytes);
});

Deno.test("withRetry: a config whose answer was lost counts, another's config does not", async () => {
  const config = { type: "config", name: "" } as const;
  const mine = trial([{ kind: "lost", on: (act) => act.verb === "save", times: 1 }]);
  await mine.storage.save(config, bytes);
  const other = trial([{ kind: "fail", on: (act) => act.verb === "save", times: 1 }]);
  await other.memory.save(config, pattern(100, 9));
  await rejectsWith("SG1004", other.storage.save(config, bytes));
});

Deno.test("withRetry: a removal whose answer was lost counts, a file that never was is SG1006", async () => {
  const it = trial([{ kind: "lost", on: (act) => act.verb === "remove", times: 1 }]);
  await it.memory.save(file, bytes);
  await it.storage.remove(file);
  await rejectsWith("SG1006", it.storage.remove(file));
});

Deno.test("withRetry: a list that breaks off goes on without showing anything twice", async () => {
  const it = trial([{ kind: "tear", on: (act) => act.verb === "list", bytes: 3, times: 2 }]);
  for (let i = 0; i < 8; i++) await it.memory.save(stored("index", pattern(5, i)), pattern(5, i));
  assert.equal((await listed(it.storage, "index")).length, 8);
  assert.equal(it.faulty.count("list"), 3);
});

Deno.test("withRetry: an abort ends a wait with SG1016", async () => {
  const clock = new FakeClock({ auto: false, start: 1_700_000_000_000_000_000n });
  const faulty = new FaultyStorage(new MemoryStorage(), [{ kind: "fail", on: () => true }]);
  const stop = new AbortController();
  const storage = withRetry(faulty, clock, systemRandom, {
    onRetry: () => queueMicrotask(() => stop.abort()),
  });
  await rejectsWith("SG1016", storage.load(file, { signal: stop.signal }));
});
