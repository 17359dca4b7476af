// Copyright the SpareGrid authors. Apache-2.0.
import { ok, rejects, strictEqual } from "node:assert/strict";
import { type BlobId, INDEX_BLOBS_TARGET, systemRandom, utf8 } from "../../../mod/base/mod.ts";
import { sha256 } from "../../../mod/crypto/mod.ts";
import { encodeTree } from "../../../mod/format/mod.ts";
import { BlobTable, BlobWriter, type SealedPack } from "../../../mod/repository/mod.ts";
import { type FileHandle, MemoryStorage, type StorageCall } from "../../../mod/storage/mod.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { DraftSaver, initRepository, reopen } from "../../kit/repository.ts";

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

Deno.test("Repository writes an index by itself when enough blobs wait for one", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  const count = INDEX_BLOBS_TARGET / 2;
  for (let round = 1; round <= 2; round++) {
    const bytes = systemRandom.bytes(100);
    const pack: SealedPack = {
      type: "data",
      id: sha256(bytes),
      bytes,
      ids: systemRandom.bytes(32 * count),
      offsets: Uint32Array.from({ length: count }, (_, i) => 40 * i),
      lengths: new Uint32Array(count).fill(40),
      uncompressed: new Uint32Array(count),
    };
    await repository.savePack(pack);
    strictEqual((await namesOf(storage, "index")).length, round - 1);
  }
  strictEqual((await reopen(storage)).table.count, INDEX_BLOBS_TARGET);
});

Deno.test("Repository.savePacks joins the small last packs of several threads", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage, { packBytesTarget: 50_000 });
  const seed = repository.writerSeed();
  const packs: SealedPack[] = [];
  const plains = [1_000, 2_000, 45_000, 3_000].map((bytes) => systemRandom.bytes(bytes));
  for (const plain of plains) {
    const table = BlobTable.attach(seed.table);
    const writer = new BlobWriter({ ...seed, table, type: "data" }, systemRandom);
    writer.put(sha256(plain), plain);
    packs.push((await writer.seal())!);
  }
  await repository.savePacks(packs);
  strictEqual(repository.table.pendingCount, 0);
  strictEqual((await namesOf(storage, "data")).length, 2);
  await repository.flush();
  const again = await reopen(storage);
  for (const plain of plains) {
    const loaded = await again.loadBlob("data", sha256(plain).toHex() as BlobId);
    ok(loaded.every((byte, i) => byte === plain[i]) && loaded.length === plain.length);
  }
});
