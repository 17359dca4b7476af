// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemClock, systemRandom } from "../../../mod/base/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { LocalStorage } from "../../../mod/storage/mod.ts";
import { listed, pattern, rejectsWith, stored, testStorage } from "../../suite/storage.ts";

const fs = openFileSystem();

async function withLocal(act: (storage: LocalStorage, path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/deep/er/repo`;
  const storage = new LocalStorage(fs, systemRandom, path);
  try {
    await act(storage, path);
  } finally {
    await storage.close();
    await Deno.remove(folder, { recursive: true });
  }
}

testStorage("LocalStorage", async () => {
  const folder = await Deno.makeTempDir();
  return {
    storage: new LocalStorage(fs, systemRandom, `${folder}/repo`),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
});

Deno.test("LocalStorage: lays files out as restic does, private and read-only", async () => {
  await withLocal(async (storage, path) => {
    await storage.create();
    const bytes = pattern(100);
    const { name } = stored("data", bytes);
    await storage.save({ type: "data", name }, bytes);
    await storage.save({ type: "snapshots", name }, bytes);
    await storage.save({ type: "config", name: "" }, bytes);
    const mode = async (at: string) => ((await Deno.lstat(`${path}/${at}`)).mode! & 0o777).toString(8);
    assert.equal(await mode(""), "700");
    assert.equal(await mode("data"), "700");
    assert.equal(await mode(`data/${name.slice(0, 2)}/${name}`), "400");
    assert.equal(await mode(`snapshots/${name}`), "400");
    assert.equal(await mode("config"), "400");
    const folders = [...Deno.readDirSync(path)].map((entry) => entry.name).sort();
    assert.deepEqual(folders, ["config", "data", "index", "keys", "locks", "snapshots"]);
    assert.equal([...Deno.readDirSync(`${path}/data`)].length, 256);
  });
});

Deno.test("LocalStorage: where the config is readable by the group, new files are too", async () => {
  await withLocal(async (storage, path) => {
    await storage.create();
    await storage.save({ type: "config", name: "" }, pattern(10));
    await Deno.chmod(`${path}/config`, 0o440);
    const again = new LocalStorage(fs, systemRandom, path);
    await again.save(stored("index", pattern(5)), pattern(5));
    await again.close();
    assert.equal((await Deno.stat(`${path}/index/${stored("index", pattern(5)).name}`)).mode! & 0o777, 0o440);
  });
});

Deno.test("LocalStorage: lists neither temporaries nor strangers nor files in a wrong folder", async () => {
  await withLocal(async (storage, path) => {
    await storage.create();
    const { name } = stored("data", pattern(9));
    const other = name.slice(0, 2) === "00" ? "01" : "00";
    await Deno.writeTextFile(`${path}/data/${name.slice(0, 2)}/${name}-tmp-1234`, "half");
    await Deno.writeTextFile(`${path}/data/${other}/${name}`, "elsewhere");
    await Deno.writeTextFile(`${path}/data/README`, "stranger");
    await Deno.writeTextFile(`${path}/index/README`, "stranger");
    await Deno.mkdir(`${path}/index/${name}`);
    assert.deepEqual(await listed(storage, "data"), []);
    assert.deepEqual(await listed(storage, "index"), []);
  });
});

Deno.test("LocalStorage: removes old temporaries and no others", async () => {
  await withLocal(async (storage, path) => {
    await storage.create();
    const bytes = pattern(9);
    const { name } = stored("data", bytes);
    await storage.save({ type: "data", name }, bytes);
    const folder = `${path}/data/${name.slice(0, 2)}`;
    await Deno.writeTextFile(`${folder}/${name}-tmp-0123456789`, "old");
    await Deno.writeTextFile(`${path}/index/${name}-tmp-ab`, "new");
    await Deno.writeTextFile(`${path}/config-tmp-cd`, "old");
    const longAgo = new Date(Date.now() - 7_200_000);
    for (const old of [`${folder}/${name}-tmp-0123456789`, `${path}/config-tmp-cd`, `${folder}/${name}`]) {
      await Deno.utime(old, longAgo, longAgo);
    }
    assert.equal(await storage.removeTemporaries(3_600_000, systemClock.now()), 2);
    assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), [name]);
    assert.equal([...Deno.readDirSync(`${path}/index`)].length, 1);
  });
});

Deno.test("LocalStorage: a file of another length under the name is damaged and replaced", async () => {
  await withLocal(async (storage, path) => {
    await storage.create();
    const bytes = pattern(1000);
    const file = stored("index", bytes);
    await Deno.writeFile(`${path}/index/${file.name}`, bytes.subarray(0, 10));
    await storage.save(file, bytes);
    assert.deepEqual(await storage.load(file), bytes);
  });
});

Deno.test("LocalStorage: makes folders that are missing, also when they vanished meanwhile", async () => {
  await withLocal(async (storage, path) => {
    await storage.create();
    const bytes = pattern(50);
    await storage.save(stored("data", bytes), bytes);
    await Deno.remove(`${path}/data`, { recursive: true });
    assert.deepEqual(await listed(storage, "data"), []);
    await storage.save(stored("data", bytes), bytes);
    assert.deepEqual(await storage.load(stored("data", bytes)), bytes);
  });
});

Deno.test("LocalStorage: a repository that is not there is no empty one", async () => {
  await withLocal(async (storage) => {
    await rejectsWith("SG1006", storage.load({ type: "config", name: "" }));
    await rejectsWith("SG1006", listed(storage, "data"));
    await rejectsWith("SG1006", storage.save(stored("data", pattern(1)), pattern(1)));
  });
});

Deno.test("LocalStorage: close waits for calls under way", async () => {
  await withLocal(async (storage) => {
    await storage.create();
    const bytes = pattern(2_000_000);
    const saving = storage.save(stored("data", bytes), bytes);
    await storage.close();
    await saving;
  });
});
