// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { FaultyStorage } from "../../kit/faulty_storage.ts";

Deno.test("SessionRun.loadIndex reads the index files once, and a later run those that are new", async () => {
  const storage = new FaultyStorage(new MemoryStorage());
  const stage = await JobStage.made({ storage });
  stage.tree.folder("/src").write("/src/a", "alpha");
  await stage.backup();
  await using session = await stage.open();
  const loads = () => storage.calls.filter(({ verb, type }) => verb === "load" && type === "index").length;
  const load = async (times: number) => {
    const before = loads();
    await using run = await session.begin({ exclusive: false }, heardRun());
    for (let i = 0; i < times; i++) await run.loadIndex();
    return loads() - before;
  };
  assert.equal(await load(2), 1);
  assert.equal(await load(1), 0);
  stage.tree.write("/src/b", "beta");
  await stage.backup();
  assert.equal(await load(1), 1);
});

Deno.test("SessionRun.loadIndex tells of a damaged index in every run, and fails where nobody listens", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const stage = await JobStage.made({ storage });
  stage.tree.folder("/src").write("/src/a", "alpha");
  await stage.backup();
  storage.flip({ type: "index", name: (await namesOf(storage, "index"))[0]! }, 40);
  await using session = await stage.open();
  for (let round = 0; round < 2; round++) {
    const heard = heardRun();
    await using tolerant = await session.begin({ exclusive: false }, heard);
    await tolerant.loadIndex(heard.observer);
    assert.equal(heard.notes.length, 1);
    await using strict = await session.begin({ exclusive: false }, heardRun());
    await assert.rejects(strict.loadIndex(), { code: "SG1005" });
  }
});

Deno.test("Session.begin: a bit that turns while the config is read makes no other repository of it", async () => {
  const storage = new FaultyStorage(new MemoryStorage());
  const stage = await JobStage.made({ storage });
  await using session = await stage.open();
  storage.faults.push({
    kind: "flip",
    on: ({ verb, type }) => verb === "load" && type === "config",
    times: 1,
  });
  await using _run = await session.begin({ exclusive: false }, heardRun());
});

Deno.test("Session.begin refuses with SG1002 when another repository has come into this place", async () => {
  const storage = new MemoryStorage();
  const stage = await JobStage.made({ storage });
  await using session = await stage.open();
  for (const type of ["config", "keys"] as const) {
    for (const { name } of await Array.fromAsync(storage.list(type))) await storage.remove({ type, name });
  }
  await assert.rejects(session.begin({ exclusive: false }, heardRun()), { code: "SG1002" });
  assert.equal(await stage.count("locks"), 0);
  await stage.init();
  await assert.rejects(session.begin({ exclusive: false }, heardRun()), { code: "SG1002" });
  assert.equal(await stage.count("locks"), 0);
});
