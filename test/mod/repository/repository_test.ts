// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type BlobId, systemRandom, toHex, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { sha256 } from "../../../mod/crypto/mod.ts";
import { checkRepository, Repository } from "../../../mod/repository/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { CHEAP_KDF, DraftSaver, initRepository, PASSWORD, reopen, testPorts } from "../../kit/repository.ts";
import { DamagedStorage, namesOf, StoppingStorage } from "../../kit/damaged_storage.ts";

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

Deno.test("Repository.loadTree: trees that are loaded together, large and small, do not disturb each other", async () => {
  const storage = new MemoryStorage();
  const folder = (of: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${of} ${String(i).padStart(6, "0")}`, of]));
  // The tree of the large one takes more than the 16 MiB that are used again.
  const counts = { first: 3, second: 40, large: 60_000, third: 1 };
  const folders = Object.entries(counts).map(([name, count]) => [name, folder(name, count)]);
  await new DraftSaver(await initRepository(storage)).snapshot(Object.fromEntries(folders));
  const again = await reopen(storage);
  const { snapshot } = await again.findSnapshot("latest");
  const { nodes } = await again.loadTree(snapshot.tree);
  const trees = await Promise.all(nodes.map(({ subtree }) => again.loadTree(subtree!)));
  nodes.forEach(({ name, subtree }, at) => {
    const text = utf8Text(name) as keyof typeof counts;
    const names = trees[at]!.nodes.map((node) => utf8Text(node.name));
    deepStrictEqual(names, Object.keys(folder(text, counts[text])));
    const large = again.locate("tree", subtree!)!.uncompressedLength > 16 * 2 ** 20;
    strictEqual(large, text === "large");
  });
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

Deno.test("Repository of version 1 is written without compression", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage, { version: 1 });
  await new DraftSaver(repository).snapshot({ a: big(1, 50_000) });
  const again = await reopen(storage);
  strictEqual(again.config.version, 1);
  again.table.eachEntry((entry) => strictEqual(again.table.uncompressedOf(entry), 0));
  await again.loadTree((await again.findSnapshot("latest")).snapshot.tree);
});

Deno.test("Repository survives a power cut at every change of a backup: nothing, or all of the snapshot", async () => {
  const draft = { a: [big(3, 40_000), big(5, 40_000)], b: { c: "d" } };
  for (let cut = 0, done = false; !done; cut++) {
    const storage = new StoppingStorage();
    const before = await initRepository(storage);
    const first = await new DraftSaver(before).snapshot({ old: "kept" });
    const repository = await reopen(storage, { packBytesTarget: 30_000 });
    storage.stopAfter = cut;
    try {
      await new DraftSaver(repository).snapshot(draft);
      done = true;
    } catch (error) {
      ok(String(error).includes("power cut"), String(error));
    }
    storage.stopAfter = Infinity;
    const report = await checkRepository(
      await Repository.open(storage, testPorts(), { password: PASSWORD }),
      { readData: "all" },
    );
    strictEqual(report.errors, 0);
    strictEqual(report.snapshots, done ? 2 : 1);
    const next = await reopen(storage);
    const again = await new DraftSaver(next).snapshot(draft);
    ok((await reopen(storage)).table.count >= 5);
    await next.findSnapshot(first);
    await next.findSnapshot(again);
    ok(cut < 50);
  }
});

Deno.test("Repository survives a power cut at every change of init and of a new password", async () => {
  for (let cut = 0, done = false; !done; cut++) {
    const storage = new StoppingStorage();
    storage.stopAfter = cut;
    done = await initRepository(storage).then(() => true, () => false);
    storage.stopAfter = Infinity;
    if (!done) await initRepository(storage);
    await reopen(storage);
  }
  for (let cut = 0, done = false; !done; cut++) {
    const storage = new StoppingStorage();
    const repository = await initRepository(storage);
    storage.stopAfter = cut;
    done = await repository.changePassword({ password: "new", kdf: CHEAP_KDF }).then(() => true, () => false);
    storage.stopAfter = Infinity;
    const opens = await Promise.allSettled([reopen(storage), reopen(storage, { password: "new" })]);
    ok(opens.some(({ status }) => status === "fulfilled"));
    if (done) deepStrictEqual(opens.map(({ status }) => status), ["rejected", "fulfilled"]);
  }
});
