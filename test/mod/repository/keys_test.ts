// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { sha256Hex } from "../../../mod/crypto/mod.ts";
import { encodeKey } from "../../../mod/format/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { CHEAP_KDF, initRepository, reopen } from "../../kit/repository.ts";

Deno.test("Repository keys can be added, listed, changed and removed, never the one in use", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  const second = await repository.addKey({ password: "second", username: "bob", kdf: CHEAP_KDF });
  deepStrictEqual(
    (await repository.listKeys()).map(({ id, current }) => [id, current]).sort(),
    [
      [repository.keyId, true],
      [second, false],
    ].sort(),
  );
  const other = await reopen(storage, { password: "second" });
  strictEqual(other.keyId, second);
  await rejects(other.removeKey(second), { code: "SG1029" });
  await rejects(other.removeKey("zz"), { code: "SG1031" });
  await rejects(other.removeKey(""), { code: "SG1031" });
  const changed = await other.changePassword({ password: "third", kdf: CHEAP_KDF });
  strictEqual(other.keyId, changed);
  await rejects(reopen(storage, { password: "second" }), { code: "SG1001" });
  const third = await reopen(storage, { password: "third" });
  await third.removeKey(repository.keyId.slice(0, 20));
  await rejects(reopen(storage), { code: "SG1001" });
});

Deno.test("Repository opens by another key when one key file is damaged", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const repository = await initRepository(storage);
  const second = await repository.addKey({ password: "second", kdf: CHEAP_KDF });
  storage.flip({ type: "keys", name: second }, 30);
  await reopen(storage);
  await rejects(reopen(storage, { password: "second" }), {
    code: "SG1001",
    message: new RegExp(`that of a damaged key .*keys/${second}`),
  });
});

Deno.test("Repository opens by the key that the hint names, however many there are", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  for (let i = 0; i < 25; i++) await repository.addKey({ password: `p${i}`, kdf: CHEAP_KDF });
  const wanted = await repository.addKey({ password: "wanted", kdf: CHEAP_KDF });
  strictEqual((await reopen(storage, { password: "wanted", keyHint: wanted.slice(0, 16) })).keyId, wanted);
  strictEqual((await namesOf(storage, "keys")).length, 27);
  await rejects(reopen(storage, { password: "nobody's" }), /only 20 of 27 keys were tried/);
});

Deno.test("Repository refuses a key file that asks for absurd work", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  const greedy = {
    ...{ created: 0n, username: "", hostname: "", kdf: "scrypt", N: 2 ** 30, r: 64, p: 1 } as const,
    salt: new Uint8Array(64),
    data: new Uint8Array(100),
  };
  const bytes = new Uint8Array(encodeKey(greedy));
  await storage.save({ type: "keys", name: sha256Hex(bytes) }, bytes);
  strictEqual((await reopen(storage)).keyId, repository.keyId);
  await storage.remove({ type: "keys", name: repository.keyId });
  await rejects(reopen(storage), { code: "SG1017" });
});
