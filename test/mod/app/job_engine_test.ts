// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { createRepository, openEngine } from "../../../mod/app/open.ts";
import type { Problem, RunOptions } from "../../../mod/app/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { scratch } from "../../kit/scratch.ts";

Deno.test("JobEngine carries every order to the engine", async () => {
  await using folder = await scratch();
  const at = (name: string) => `${folder.path}/${name}`;
  const problems: Problem[] = [];
  const options: RunOptions = {
    signal: new AbortController().signal,
    observer: { problem: (problem) => void problems.push(problem), note: () => {} },
  };
  const opening = { signal: options.signal, note: () => {} };
  const connection = { repository: at("repo"), cache: false };
  await Deno.mkdir(at("source"));
  await Deno.writeTextFile(at("source/a"), "content");
  await createRepository(connection, "secret", opening);
  await using engine = await openEngine(connection, { text: "secret", typed: false }, opening);

  const backup = await engine.backup({ paths: [at("source")] }, options);
  assert.equal(backup.complete, true);
  const id = backup.snapshotId!;
  assert.deepEqual((await engine.snapshots({ filter: {} }, options)).map((named) => named.id), [id]);
  const listed = await Array.fromAsync(
    engine.list({ snapshot: "latest", paths: [], recursive: true, filter: {} }, options),
  );
  assert.ok(listed.some(({ node }) => node.type === "file"));
  const found = engine.find({ patterns: ["a"], ignoreCase: false, snapshots: [], filter: {} }, options);
  assert.equal((await Array.fromAsync(found)).length, 1);
  assert.equal((await engine.diff({ from: id, to: id }, options).next()).done, true);
  const dump = await Array.fromAsync(
    engine.dump({ snapshot: id, path: at("source/a"), archive: "tar", filter: {} }, options),
  );
  assert.equal(await new Blob(dump as Uint8Array<ArrayBuffer>[]).text(), "content");
  assert.equal(
    (await engine.stats({ mode: "restore-size", snapshots: [], filter: {} }, options)).totalBytes,
    7,
  );
  assert.equal((await engine.restore({ snapshot: id, target: at("out") }, options)).complete, true);
  assert.equal(await Deno.readTextFile(at("out") + at("source/a")), "content");

  assert.equal((await engine.check({ readData: true }, options)).errors, 0);
  const keepOne = {
    policy: { last: 1 },
    groupBy: [],
    filter: {},
    ids: [],
    dryRun: false,
    allowRemoveAll: false,
  };
  assert.deepEqual((await engine.forget(keepOne, options)).removed, []);
  assert.equal((await engine.prune({}, options)).packsRemoved, 0);
  assert.equal((await engine.repairIndex({ readAllPacks: false }, options)).changed, 0);
  const repair = { ids: [], filter: {}, forget: false, dryRun: false };
  assert.equal((await engine.repairSnapshots(repair, options)).changed, 0);
  await assert.rejects(engine.repairPacks({ ids: ["0".repeat(64)] }, options), (error) => isSgError(error));

  const key = await engine.addKey("other", { username: "u" }, options);
  assert.equal((await engine.keys(options)).length, 2);
  assert.equal(await engine.removeKey(key.slice(0, 12), options), key);
  assert.equal(await engine.unlock({ all: false }, options), 0);
  await engine.changePassword("new", options);
  await using again = await openEngine(connection, { text: "new", typed: false }, opening);
  assert.equal(again.repositoryId, engine.repositoryId);
  assert.deepEqual(problems, []);
});
