// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type BlobId, utf8 } from "../../../mod/base/mod.ts";
import { SgError } from "../../../mod/errors/mod.ts";
import { Repository } from "../../../mod/repository/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { DraftSaver, initRepository, PASSWORD, reopen, testPorts } from "../../kit/repository.ts";

Deno.test("Repository.loadIndex names a damaged index, or tells of it and goes on", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const repository = await initRepository(storage);
  await new DraftSaver(repository).snapshot({ a: "b" });
  await new DraftSaver(repository).snapshot({ c: "d" });
  const [name] = await namesOf(storage, "index");
  storage.flip({ type: "index", name: name! }, 40);
  await rejects(reopen(storage), (error: Error & { code: string }) => {
    return error.code === "SG1005" && error.message.includes(`index/${name}`);
  });
  const opened = await Repository.open(storage, testPorts(), { password: PASSWORD });
  const damaged: string[] = [];
  await opened.loadIndex({ onDamage: (id) => damaged.push(id) });
  deepStrictEqual(damaged, [name]);
  ok(opened.table.count > 0);
});

Deno.test("Repository.loadBlob finds what another program stored after the index was loaded", async () => {
  const storage = new MemoryStorage();
  await initRepository(storage);
  const early = await reopen(storage);
  const late = await reopen(storage);
  const saver = new DraftSaver(late);
  const id = await saver.data("later");
  await saver.snapshot({ x: "later" });
  strictEqual(new TextDecoder().decode(await early.loadBlob("data", id)), "later");
  await rejects(early.loadBlob("data", "b".repeat(64) as BlobId), { code: "SG1028" });
});

Deno.test("Repository.loadIndex takes index files in any form of JSON, and supersedes lists", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  const id = await new DraftSaver(repository).data("known");
  const [a, b] = ["a".repeat(64), "b".repeat(64)];
  const json = `{ "supersedes": ["${a}"], "packs": [ {"id": "${b}", "blobs": [
    {"length": 50, "offset": 0, "type": "data", "id": "${id}", "extra": true} ] } ] }`;
  await repository.files.save("index", utf8(json));
  const again = await reopen(storage);
  deepStrictEqual(again.locate("data", id), { pack: 0, offset: 0, length: 50, uncompressedLength: 0 });
  strictEqual(again.packs.id(0), b);
});

Deno.test("Repository.loadIndex tells how far it is and stops when it is told to", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  for (let i = 0; i < 3; i++) await new DraftSaver(repository).snapshot({ a: String(i) });
  const opened = await Repository.open(storage, testPorts(), { password: PASSWORD });
  const seen: string[] = [];
  await opened.loadIndex({ onProgress: (done, total) => seen.push(`${done}/${total}`) });
  deepStrictEqual(seen, ["1/3", "2/3", "3/3"]);
  const other = await Repository.open(storage, testPorts(), { password: PASSWORD });
  await rejects(other.loadIndex({ signal: AbortSignal.abort(new Error("stop")) }), /stop|interrupted/i);
});

Deno.test("Repository answers sealed nonsense with a typed error that names the file", async () => {
  const piece = fc.constantFrom(
    '{"packs":[',
    '{"id":"',
    "a".repeat(64),
    '"blobs"',
    ":",
    ",",
    "1e99",
    "-1",
    "]",
    "}",
    '"',
  );
  const json = fc.oneof(fc.json(), fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")));
  await fc.assert(
    fc.asyncProperty(json, async (text) => {
      const storage = new MemoryStorage();
      const repository = await initRepository(storage);
      const index = await repository.files.save("index", utf8(text));
      const snapshot = await repository.files.save("snapshots", utf8(text));
      const tells = (name: string) => (error: unknown) => {
        return error instanceof SgError && /^SG10(05|07|17)$/.test(error.code) &&
          error.message.includes(name);
      };
      await rejects(repository.listSnapshots(), tells(snapshot));
      // `{"packs":null}` and the like are valid, and empty.
      const damaged: string[] = [];
      await repository.loadIndex({ onDamage: (id) => damaged.push(id) });
      const again = await Repository.open(storage, testPorts(), { password: PASSWORD });
      if (damaged.length > 0) await rejects(again.loadIndex(), tells(index));
      const tree = await repository.saveTree(utf8(text || " "));
      await repository.flush();
      await repository.loadTree(tree).catch((error) => ok(tells(tree)(error), String(error)));
    }),
    { numRuns: 60 },
  );
});
