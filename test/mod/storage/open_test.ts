// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemClock, systemRandom } from "../../../mod/base/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { openStorage, withBandwidthLimit, withCache } from "../../../mod/storage/mod.ts";
import { RestServer } from "../../kit/rest_server.ts";
import { pattern, rejectsWith, stored, testStorage } from "../../suite/storage.ts";

const ports = { fs: openFileSystem(), clock: systemClock, random: systemRandom };

testStorage("openStorage of a server, with cache, retry and limit over faults", async () => {
  const folder = await Deno.makeTempDir();
  let requests = 0;
  const fails = { test: () => ++requests % 5 === 0 } as unknown as RegExp;
  const server = new RestServer({
    folder: `${folder}/repo`,
    faults: [{ on: fails, kind: "status", status: 503 }],
  });
  const retry = { baseMs: 1, maxDelayMs: 5 };
  const limit = { uploadBytesPerSecond: 1e9, downloadBytesPerSecond: 1e9 };
  const opened = withBandwidthLimit(
    openStorage(`rest:${server.url}`, { ...ports, retry }),
    systemClock,
    limit,
  );
  return {
    storage: withCache(opened, { ...ports, path: `${folder}/cache`, repositoryId: "ab".repeat(32) }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
});

Deno.test("openStorage: opens a folder by its path, and nothing before the first call", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const storage = openStorage(`${folder}/repo`, ports);
    assert.equal(storage.location, `${folder}/repo`);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    await storage.create();
    await storage.save(stored("data", pattern(9)), pattern(9));
    await storage.close();
    assert((await Deno.stat(`${folder}/repo/data`)).isDirectory);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openStorage: an address that cannot be used is SG1008", async () => {
  await rejectsWith("SG1008", Promise.resolve().then(() => openStorage("s3:bucket", ports)));
});
