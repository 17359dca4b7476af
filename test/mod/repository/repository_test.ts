// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type BlobId, systemRandom, toHex, utf8 } from "../../../mod/base/mod.ts";
import { sha256 } from "../../../mod/crypto/mod.ts";
import { encodeTree } from "../../../mod/format/mod.ts";
import { BlobTable, BlobWriter, Repository } from "../../../mod/repository/mod.ts";
import { type FileHandle, MemoryStorage, type StorageCall } from "../../../mod/storage/mod.ts";
import { CHEAP_KDF, DraftSaver, initRepository, PASSWORD, reopen, testPorts } from "../../kit/repository.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";

const big = (seed: number, bytes: number) => {
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) out[i] = (i * seed + (i >> 8)) & 255;
  return out;
};

Deno.test("Repository.init makes a repository that its password opens and no other", async () => {
  const storage = new MemoryStorage();
  const made = await initRepository(storage);
  const opened = await Repository.open(storage, testPorts(), { password: PASSWORD });
  strictEqual(opened.id, made.id);
  strictEqual(opened.config.version, 2);
  deepStrictEqual(opened.secret("chunker"), made.secret("chunker"));
  await rejects(Repository.open(storage, testPorts(), { password: "wrong" }), { code: "SG1001" });
});

Deno.test("Repository.init refuses a place with a repository, and one with data but no config", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  await rejects(initRepository(storage), { code: "SG1004" });
  await new DraftSaver(repository).snapshot({ a: "b" });
  await storage.remove({ type: "config", name: "" });
  await rejects(initRepository(storage), { code: "SG1004" });
});

Deno.test("Repository.init goes on where an interrupted init left a key", async () => {
  const storage = new MemoryStorage();
  await initRepository(storage);
  await storage.remove({ type: "config", name: "" });
  const again = await initRepository(storage);
  strictEqual((await again.listKeys()).length, 1);
  await reopen(storage);
});

Deno.test("Repository.open tells a place without a repository, and a damaged config", async () => {
  await rejects(Repository.open(new MemoryStorage(), testPorts(), { password: "x" }), { code: "SG1002" });
  const storage = new DamagedStorage(new MemoryStorage());
  await initRepository(storage);
  storage.flip({ type: "config", name: "" }, 20);
  await rejects(Repository.open(storage, testPorts(), { password: PASSWORD }), { code: "SG1005" });
});

Deno.test("Repository gives back what was stored, after opening it again", async () => {
  for (const compression of ["off", "fastest", "auto", "max"] as const) {
    const storage = new MemoryStorage();
    const repository = await initRepository(storage, { compression, packBytesTarget: 300_000 });
    const parts = [big(3, 200_000), systemRandom.bytes(150_000), utf8("x"), big(1, 1)];
    await new DraftSaver(repository).snapshot({ dir: { file: parts, "a\u0000b": "text" } });
    const again = await reopen(storage);
    const { snapshot } = await again.findSnapshot("latest");
    const root = await again.loadTree(snapshot.tree);
    const dir = await again.loadTree(root.nodes[0]!.subtree!);
    const content = dir.nodes.find(({ name }) => name.length === 4)!.content!;
    const loaded = await Promise.all(content.map((id) => again.loadBlob("data", id)));
    deepStrictEqual(loaded.map((bytes) => toHex(sha256(bytes))), parts.map((bytes) => toHex(sha256(bytes))));
    const place = again.locate("data", content[0]!)!;
    strictEqual(place.uncompressedLength, compression === "off" ? 0 : 200_000);
    ok(again.locate("tree", snapshot.tree)!.uncompressedLength > 0, "trees are always compressed");
  }
});

Deno.test("Repository stores nothing twice, neither in a run nor in the next", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  await new DraftSaver(repository).snapshot({ a: "same", b: "same", c: { a: "same" } });
  strictEqual(repository.saved.dataBlobs, 1);
  strictEqual(repository.saved.treeBlobs, 2);
  const again = await reopen(storage);
  await new DraftSaver(again).snapshot({ a: "same", b: "same", c: { a: "same" } });
  deepStrictEqual({ ...again.saved }, {
    dataBlobs: 0,
    treeBlobs: 0,
    dataBytes: 0,
    treeBytes: 0,
    packedBytes: 0,
    packs: 0,
  });
  strictEqual((await namesOf(storage, "data")).length, 2);
  strictEqual((await namesOf(storage, "index")).length, 1);
});

Deno.test("Repository writes packs, then indexes, then the snapshot", async () => {
  const order: string[] = [];
  class Recorder extends MemoryStorage {
    override save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
      order.push(file.type);
      return super.save(file, bytes, call);
    }
  }
  const repository = await initRepository(new Recorder(), { packBytesTarget: 50_000 });
  order.length = 0;
  await new DraftSaver(repository).snapshot({
    a: [systemRandom.bytes(60_000), systemRandom.bytes(60_000)],
    b: "c",
  });
  strictEqual(order.at(-1), "snapshots");
  strictEqual(order.indexOf("snapshots"), order.length - 1);
  ok(order.lastIndexOf("data") < order.indexOf("index"));
});

Deno.test("Repository saves no snapshot while a blob is claimed and not stored", async () => {
  const repository = await initRepository();
  const tree = await repository.saveTree(encodeTree([]));
  const seed = repository.writerSeed();
  const writer = new BlobWriter({ ...seed, table: BlobTable.attach(seed.table), type: "data" }, systemRandom);
  writer.put(sha256(utf8("x")), utf8("x"));
  const snapshot = { time: 0n, tree, paths: ["/"] };
  await rejects(repository.saveSnapshot(snapshot), { code: "SG1023" });
  await repository.savePack((await writer.seal())!);
  await repository.saveSnapshot(snapshot);
  await rejects(repository.saveSnapshot({ ...snapshot, tree: "a".repeat(64) as BlobId }), { code: "SG1028" });
});

Deno.test("Repository keeps what is stored listed when an index could not be written", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const repository = await initRepository(storage);
  const saver = new DraftSaver(repository);
  storage.failSaves("index", 1, "SG0200");
  await rejects(saver.snapshot({ a: "b" }), { code: "SG0200" });
  strictEqual((await namesOf(storage, "snapshots")).length, 0);
  await saver.snapshot({ a: "b" });
  const again = await reopen(storage);
  await again.loadTree((await again.findSnapshot("latest")).snapshot.tree);
});

Deno.test("Repository.loadBlob takes another copy when one is damaged, and names the blob when none is whole", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  await initRepository(storage);
  // Two programs that do not know of each other store the same blob.
  const [one, two] = [await reopen(storage), await reopen(storage)];
  await new DraftSaver(one).snapshot({ x: "twice" });
  await new DraftSaver(two).snapshot({ y: "twice" });
  const id = toHex(sha256(utf8("twice"))) as BlobId;
  const damage = async (repository: Repository, entry: number) => {
    const name = repository.packs.id(repository.table.packOf(entry));
    storage.flip({ type: "data", name }, repository.table.offsetOf(entry) + 17);
    return await repository.loadBlob("data", id);
  };
  const again = await reopen(storage);
  const first = again.table.findHex("data", id);
  const second = again.table.findNext(first);
  ok(second >= 0);
  strictEqual(new TextDecoder().decode(await damage(again, first)), "twice");
  await rejects(damage(again, second), (error: Error & { code: string }) => {
    return error.code === "SG1005" && error.message.includes(id);
  });
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

Deno.test("Repository.findSnapshot knows latest, prefixes, folders and filters", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  const saver = new DraftSaver(repository);
  const old = await saver.snapshot({ a: "1" }, { time: 10n, hostname: "ada", tags: ["x", "y"] });
  const late = await saver.snapshot({ a: "2" }, { time: 20n, hostname: "bob", paths: ["/home"] });
  strictEqual((await repository.findSnapshot("latest")).id, late);
  strictEqual((await repository.findSnapshot("latest", { filter: { hosts: ["ada"] } })).id, old);
  strictEqual((await repository.findSnapshot("latest", { filter: { tags: [["z"], ["x", "y"]] } })).id, old);
  strictEqual((await repository.findSnapshot("latest", { filter: { tags: [[""]] } })).id, late);
  strictEqual((await repository.findSnapshot("latest", { filter: { paths: ["/home"] } })).id, late);
  strictEqual((await repository.findSnapshot(old.slice(0, 12))).id, old);
  deepStrictEqual((await repository.findSnapshot("latest:a/b:c")).folder, "a/b:c");
  for (const name of ["", "zz", ":a"]) await rejects(repository.findSnapshot(name), { code: "SG1010" });
  await rejects(repository.findSnapshot("latest", { filter: { hosts: ["eve"] } }), { code: "SG1010" });
  deepStrictEqual((await repository.listSnapshots()).map(({ id }) => id), [old, late]);
  strictEqual(await repository.removeSnapshots([old, old]), 1);
});

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
  await rejects(reopen(storage, { password: "second" }), { code: "SG1001" });
});

Deno.test("Repository of version 1 is written without compression", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage, { version: 1 });
  await new DraftSaver(repository).snapshot({ a: big(1, 50_000) });
  const again = await reopen(storage);
  strictEqual(again.config.version, 1);
  again.table.eachEntry((entry) => strictEqual(again.table.uncompressedOf(entry), 0));
  await again.loadTree((await again.findSnapshot("latest")).snapshot.tree);
});
