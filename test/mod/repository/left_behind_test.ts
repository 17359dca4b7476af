// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { systemRandom } from "../../../mod/base/mod.ts";
import { LeftBehind } from "../../../mod/repository/left_behind.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { DraftSaver, initRepository, reopen } from "../../kit/repository.ts";

const WRITES = { fresh: false, writes: true };

/** A repository whose first run has stored packs and could not list them. */
async function cutOff() {
  const storage = new DamagedStorage(new MemoryStorage());
  await initRepository(storage);
  const repository = await reopen(storage, { packBytesTarget: 30_000 });
  const content = Array.from({ length: 6 }, () => systemRandom.bytes(20_000));
  const run = repository.forRun(WRITES);
  await run.loadIndex();
  storage.failSaves("index", 1, "SG0083");
  await rejects(new DraftSaver(run).snapshot({ file: content }), { code: "SG0083" });
  run.end();
  const packs = await namesOf(storage, "data");
  ok(packs.length >= 3);
  deepStrictEqual(await namesOf(storage, "index"), []);
  return { storage, repository, content, packs };
}

/** Does again what was cut off; gives the blobs that had to be stored. */
async function again({ repository, content }: Awaited<ReturnType<typeof cutOff>>) {
  const run = repository.forRun(WRITES);
  await run.loadIndex();
  await new DraftSaver(run).snapshot({ file: content });
  const { dataBlobs, treeBlobs } = run.saved;
  run.end();
  const judge = await reopen(repository.storage);
  for (const blob of content) {
    strictEqual((await judge.loadBlob("data", judge.blobId(blob).toHex() as never)).length, 20_000);
  }
  return [dataBlobs, treeBlobs];
}

Deno.test("LeftBehind: what a run has stored and not listed is not stored again by the next", async () => {
  const place = await cutOff();
  deepStrictEqual(await again(place), [0, 0]);
  deepStrictEqual((await namesOf(place.storage, "data")).sort(), place.packs.sort());
});

Deno.test("LeftBehind: packs that a prune has taken meanwhile are stored again", async () => {
  const place = await cutOff();
  for (const name of place.packs) await place.storage.remove({ type: "data", name });
  const [data, trees] = await again(place);
  deepStrictEqual([data, trees! > 0], [6, true]);
});

Deno.test("LeftBehind: a pack of another size is none, and a run that cannot ask leaves them for the next", async () => {
  const place = await cutOff();
  const { storage, repository, packs } = place;
  const torn = { type: "data", name: packs[0]! } as const;
  const bytes = await storage.load(torn);
  await storage.remove(torn);
  await storage.save(torn, bytes.slice(0, 100));
  const failing = repository.forRun(WRITES);
  const { stat } = storage;
  storage.stat = () => Promise.reject(new Error("the link is down"));
  await rejects(failing.loadIndex());
  failing.end();
  storage.stat = stat;
  await storage.remove(torn);
  const [data, trees] = await again(place);
  ok(data! + trees! > 0 && data! < 6, `${data} ${trees}`);
});

Deno.test("LeftBehind asks one question where the store can answer it, and none for what is listed by now", async () => {
  const place = await cutOff();
  const asked: number[] = [];
  const { storage } = place;
  Object.assign(storage, {
    missing: (files: readonly unknown[]) => {
      asked.push(files.length);
      return Promise.resolve([]);
    },
  });
  deepStrictEqual(await again(place), [0, 0]);
  deepStrictEqual(asked, [place.packs.length]);
  deepStrictEqual(await again(place), [0, 0]);
  deepStrictEqual(asked, [place.packs.length]);
});

Deno.test("LeftBehind stays small", () => {
  const left = new LeftBehind();
  const pack = (blobs: number) => ({ offsets: new Uint32Array(blobs) }) as never;
  for (let i = 0; i < 50; i++) left.add([pack(10_000)]);
  strictEqual(left.count, 20);
});
