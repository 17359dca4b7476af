// Copyright the SpareGrid authors. Apache-2.0.
import { rejects, strictEqual } from "node:assert/strict";
import { Repository } from "../../../mod/repository/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DraftSaver, initRepository, PASSWORD, testPorts } from "../../kit/repository.ts";

Deno.test("Repository.open takes a key that a password opened before, without deriving anything", async () => {
  const storage = new MemoryStorage();
  await new DraftSaver(await initRepository(storage)).snapshot({ a: "b" });
  const { key } = await Repository.open(storage, testPorts(), { password: PASSWORD });
  // Not even the key files are read.
  for await (const { name } of storage.list("keys")) await storage.remove({ type: "keys", name });
  const again = await Repository.open(storage, testPorts(), { key });
  strictEqual((await again.listSnapshots()).length, 1);
  strictEqual(again.keyId, key.id);
});

Deno.test("Repository.open says SG1001 when the kept key is not this repository's, and where there is none at all", async () => {
  const [one, two] = [new MemoryStorage(), new MemoryStorage()];
  await initRepository(one);
  await initRepository(two);
  const { key } = await Repository.open(one, testPorts(), { password: PASSWORD });
  await rejects(Repository.open(two, testPorts(), { key }), { code: "SG1001" });
  await rejects(Repository.open(one, testPorts(), {}), { code: "SG1001" });
  await rejects(Repository.open(new MemoryStorage(), testPorts(), { key }), { code: "SG1002" });
});

Deno.test("Repository.assertSame notices that another repository, or none, is in its place", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  await repository.assertSame();
  await storage.remove({ type: "config", name: "" });
  await rejects(repository.assertSame(), { code: "SG1002" });
  for await (const { name } of storage.list("keys")) await storage.remove({ type: "keys", name });
  await initRepository(storage);
  await rejects(repository.assertSame(), { code: "SG1002", message: /another one is in its place/ });
});
