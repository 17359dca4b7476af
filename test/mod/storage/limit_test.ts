// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemClock } from "../../../mod/base/mod.ts";
import {
  type BandwidthLimit,
  type FileType,
  HttpStorage,
  MemoryStorage,
  parseLocation,
  type RestLocation,
  type Storage,
  withBandwidthLimit,
} from "../../../mod/storage/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { RestServer } from "../../kit/rest_server.ts";
import { pattern, rejectsWith, stored, testStorage } from "../../suite/storage.ts";

function limited(limit: BandwidthLimit): { storage: Storage; clock: FakeClock } {
  const clock = new FakeClock();
  return { clock, storage: withBandwidthLimit(new MemoryStorage(), clock, limit) };
}

testStorage("withBandwidthLimit", () => {
  const { storage } = limited({ uploadBytesPerSecond: 1e6, downloadBytesPerSecond: 1e6 });
  return Promise.resolve({ storage, async [Symbol.asyncDispose]() {} });
});

Deno.test("withBandwidthLimit: many uploads and downloads take the time that the rates ask for", async () => {
  const { storage, clock } = limited({ uploadBytesPerSecond: 100_000, downloadBytesPerSecond: 50_000 });
  for (let i = 0; i < 10; i++) await storage.save(stored("data", pattern(10_000, i)), pattern(10_000, i));
  const uploadMs = clock.monotonicMs();
  assert(uploadMs >= 900 && uploadMs <= 1000, `${uploadMs} ms`);
  for (let i = 0; i < 10; i++) await storage.load(stored("data", pattern(10_000, i)));
  const downloadMs = clock.monotonicMs() - uploadMs;
  assert(downloadMs >= 1900 && downloadMs <= 2000, `${downloadMs} ms`);
});

Deno.test("withBandwidthLimit: an index does not wait behind packs, and is paid for all the same", async () => {
  const clock = new FakeClock({ auto: false });
  const storage = withBandwidthLimit(new MemoryStorage(), clock, { uploadBytesPerSecond: 10_000 });
  const done: string[] = [];
  const save = (name: string, type: FileType, bytes: number, seed: number) =>
    storage.save(stored(type, pattern(bytes, seed)), pattern(bytes, seed)).then(() => done.push(name));
  const saves = [
    save("pack 1", "data", 50_000, 1),
    save("index", "index", 1000, 2),
    save("pack 2", "data", 10_000, 3),
  ];
  await clock.advance(150);
  assert.deepEqual(done, ["index"]);
  await clock.advance(4_850);
  assert.deepEqual(done, ["index", "pack 1"]);
  await clock.advance(990);
  assert.deepEqual(done, ["index", "pack 1"]);
  await clock.advance(110);
  assert.deepEqual(done, ["index", "pack 1", "pack 2"]);
  await Promise.all(saves);
});

Deno.test("withBandwidthLimit: what has no limit does not wait", async () => {
  const { storage, clock } = limited({ uploadBytesPerSecond: 10 });
  await storage.save(stored("data", pattern(100)), pattern(100));
  const before = clock.slept.length;
  await storage.load(stored("data", pattern(100)));
  assert.equal(clock.slept.length, before);
});

Deno.test("withBandwidthLimit: an abort ends a wait with SG1016", async () => {
  const clock = new FakeClock({ auto: false, start: 1_700_000_000_000_000_000n });
  const storage = withBandwidthLimit(new MemoryStorage(), clock, { uploadBytesPerSecond: 1 });
  const stop = new AbortController();
  const saving = rejectsWith(
    "SG1016",
    storage.save(stored("data", pattern(1000)), pattern(1000), { signal: stop.signal }),
  );
  await Promise.resolve();
  stop.abort();
  await saving;
});

Deno.test("withBandwidthLimit: a large body over the network flows in many small steps both ways", async () => {
  const folder = await Deno.makeTempDir();
  const server = new RestServer({ folder });
  const http = new HttpStorage(parseLocation(`rest:${server.url}`) as RestLocation, systemClock);
  const clock = new FakeClock();
  const storage = withBandwidthLimit(http, clock, { uploadBytesPerSecond: 1e6, downloadBytesPerSecond: 1e6 });
  try {
    await storage.create();
    const bytes = pattern(2_000_000);
    await storage.save(stored("data", bytes), bytes);
    const steps = clock.slept.length;
    assert(
      steps >= 10 && Math.max(...clock.slept) < 300,
      `${steps} steps of up to ${Math.max(...clock.slept)} ms`,
    );
    assert.deepEqual(await storage.load(stored("data", bytes)), bytes);
    assert(clock.slept.length - steps >= 10);
    const tookMs = clock.monotonicMs();
    assert(tookMs >= 3700 && tookMs <= 4000, `${tookMs} ms`);
  } finally {
    await storage.close();
    await server[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
});
