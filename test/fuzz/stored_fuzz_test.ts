// Copyright the SpareGrid authors. Apache-2.0.
// Stored files as bytes: packs, zstd frames, sealed files (spoilt before sealing, too), the resume journal, the cache.
import assert from "node:assert/strict";
import { type BlobId, concatBytes, type PackId, toHex, utf8 } from "../../mod/base/mod.ts";
import { Compressor } from "../../mod/compress/mod.ts";
import { Sealer, sha256, sha256Hex } from "../../mod/crypto/mod.ts";
import { isSgError } from "../../mod/errors/mod.ts";
import {
  decodeIndex,
  decodeLock,
  decodeSnapshot,
  encodeHeader,
  type PackedBlob,
} from "../../mod/format/mod.ts";
import { Journal, JournalWriter } from "../../mod/archiver/journal.ts";
import { JournalFile } from "../../mod/job/journal_file.ts";
import { BlobReader, verifyPack } from "../../mod/repository/mod.ts";
import { RepositoryFiles } from "../../mod/repository/repository_files.ts";
import { MemoryStorage, withCache } from "../../mod/storage/mod.ts";
import { FakeClock } from "../kit/fake_clock.ts";
import { MemoryTree, noise } from "../kit/memory_tree.ts";
import { Dice, mutateBytes, mutateJson } from "../kit/mutator.ts";
import { SeededRandom } from "../kit/seeded_random.ts";
import { fuzz } from "./campaign.ts";
import { INDEXES, LOCKS, SNAPSHOTS } from "./samples.ts";

const random = new SeededRandom(5);
const masterKey = { encrypt: random.bytes(32), macK: random.bytes(16), macR: random.bytes(16) };
const sealer = new Sealer(masterKey, random);
const compressor = new Compressor("auto");
const byRuntime = new Compressor("auto", null);

function frameOf(plain: Uint8Array): Uint8Array {
  const into = new Uint8Array(compressor.bound(plain.length));
  return into.slice(0, compressor.compress(plain, into));
}

const PLAINS = [utf8("x"), utf8("abc ".repeat(400)), noise(700), new Uint8Array(300_000)];
const FRAMES = [...PLAINS.map(frameOf), concatBytes([frameOf(PLAINS[0]!), frameOf(PLAINS[1]!)])];

fuzz({
  name: "frame",
  says: "Compressor gives the right number of bytes or refuses, whatever the frame says",
  cases: 10_000,
  input: (dice) => mutateBytes(FRAMES, dice),
  feed(bytes) {
    let bounded: Uint8Array | undefined;
    let refusal: unknown;
    try {
      bounded = compressor.decompressBounded(bytes, 400_000);
      assert.ok(bounded.length <= 400_000);
    } catch (error) {
      refusal = error;
    }
    for (const each of [compressor, byRuntime]) {
      try {
        const plain = each.decompress(bytes, bounded?.length ?? 1000);
        if (bounded) assert.equal(toHex(sha256(plain)), toHex(sha256(bounded)));
      } catch (error) {
        if (bounded || !isSgError(error)) throw error;
      }
    }
    if (refusal) throw refusal;
  },
});

const BLOBS = PLAINS.map((plain, i): { blob: PackedBlob; sealed: Uint8Array } => {
  const sealed = sealer.seal(i % 2 ? FRAMES[i]! : plain);
  const blob = { id: sha256Hex(plain) as BlobId, type: "data" as const, offset: 0, length: sealed.length };
  return { blob: { ...blob, uncompressedLength: i % 2 ? plain.length : 0 }, sealed };
});
const PACK_BLOBS = (() => {
  let offset = 0;
  return BLOBS.slice(0, 3).map(({ blob }) => {
    const placed = { ...blob, offset };
    offset += blob.length;
    return placed;
  });
})();
const HEADER = encodeHeader(PACK_BLOBS);

/** A pack with any header, sealed as it should be. */
function packOf(header: Uint8Array): Uint8Array<ArrayBuffer> {
  const sealed = sealer.seal(header);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, sealed.length, true);
  return concatBytes([...BLOBS.slice(0, 3).map((each) => each.sealed), sealed, length]);
}

const PACK = packOf(HEADER);
const reader = new BlobReader({ masterKey });

fuzz({
  name: "pack",
  says: "verifyPack finds any change of a pack, of its sealed header too, and never throws",
  cases: 4_000,
  input: (dice) => dice.once(2) ? mutateBytes([PACK], dice) : packOf(mutateBytes([HEADER], dice)),
  async feed(bytes) {
    const findings = await verifyPack(reader, sha256Hex(PACK) as PackId, bytes, PACK_BLOBS);
    assert.equal(findings.length === 0, toHex(bytes) === toHex(PACK));
  },
  never: [],
});

fuzz({
  name: "sealed_blob",
  says: "BlobReader opens a blob or refuses it, and never gives other bytes",
  cases: 5_000,
  input: (dice) => {
    const bytes = mutateBytes([PLAINS[1]!, FRAMES[1]!], dice);
    return dice.once(3) ? mutateBytes([BLOBS[1]!.sealed], dice) : sealer.seal(bytes).slice();
  },
  feed(bytes) {
    const { id, uncompressedLength } = BLOBS[1]!.blob;
    for (const length of [uncompressedLength, 0, bytes.length]) {
      try {
        assert.equal(sha256Hex(reader.open("data", id, bytes, length)), id);
      } catch (error) {
        if (length === bytes.length) throw error;
      }
    }
  },
});

const KINDS = [
  { type: "snapshots", texts: SNAPSHOTS, decode: decodeSnapshot },
  { type: "index", texts: INDEXES, decode: decodeIndex },
  { type: "locks", texts: LOCKS, decode: decodeLock },
] as const;

fuzz({
  name: "sealed_file",
  says: "RepositoryFiles reads or refuses a file of any content under a valid seal",
  cases: 6_000,
  input(dice) {
    const { texts } = dice.of(KINDS);
    const json = mutateJson(texts, dice);
    const plain = dice.once(3)
      ? json
      : concatBytes([dice.once(20) ? dice.bytes(1) : Uint8Array.of(2), frameOf(json)]);
    return dice.once(3) ? mutateBytes([plain], dice) : plain;
  },
  async feed(bytes) {
    const storage = new MemoryStorage();
    const files = new RepositoryFiles(storage, masterKey, 2, random);
    const sealed = sealer.seal(bytes).slice();
    const name = sha256Hex(sealed);
    for (const { type, decode } of KINDS) {
      await storage.save({ type, name }, sealed);
      decode(await files.load(type, { name, size: sealed.length }));
    }
  },
});

const JOURNAL = (() => {
  const writer = new JournalWriter();
  const stat = { size: 5, mtime: 1n, ctime: -2n, ino: 2n ** 60n } as never;
  writer.note(utf8("/a"), utf8("b"), stat, new Uint8Array(64));
  writer.note(utf8("/a"), utf8("c"), stat, new Uint8Array());
  return { frame: writer.take()[0]!, stat };
})();

fuzz({
  name: "journal",
  says: "Journal takes any frames: damage costs records and nothing else",
  cases: 4_000,
  input: (dice) => mutateBytes([JOURNAL.frame], dice),
  async feed(bytes) {
    const store = {
      append: async () => {},
      remove: async () => {},
      async *frames() {
        yield JOURNAL.frame;
        yield bytes;
      },
    };
    const journal = await Journal.load(store);
    for (const name of ["b", "c", "d"]) journal.find(utf8("/a"), utf8(name), JOURNAL.stat);
  },
  never: [],
});

const JOURNAL_FILE = await (async () => {
  const tree = new MemoryTree();
  using file = (await JournalFile.open(tree.fs, "/cache", "name", sealer))!;
  for (const frame of ["one", "two", "three".repeat(90)]) await file.append(utf8(frame));
  return tree.read("/cache/journals/name");
})();

fuzz({
  name: "journal_file",
  says: "JournalFile reads any file, gives only frames that it sealed, and goes on behind them",
  cases: 1_500,
  input: (dice) => mutateBytes([JOURNAL_FILE], dice),
  async feed(bytes) {
    const tree = new MemoryTree();
    tree.folder("/cache", "/cache/journals").write("/cache/journals/name", bytes);
    const frames = async (file: JournalFile) => {
      const texts = [];
      for await (const frame of file.frames()) texts.push(new TextDecoder().decode(frame));
      return texts;
    };
    using file = (await JournalFile.open(tree.fs, "/cache", "name", sealer))!;
    const before = await frames(file);
    assert.ok(before.every((text) => ["one", "two", "three".repeat(90)].includes(text)));
    await file.append(utf8("one"));
    assert.deepEqual(await frames(file), [...before, "one"]);
  },
  never: [],
});

const CACHED = { index: noise(400, 1), data: noise(500, 2) };
const ID = "5ca1ab1e".repeat(8);

fuzz({
  name: "cache",
  says: "withCache gives the store's bytes whatever has become of its files",
  cases: 1_500,
  input: (dice) =>
    mutateBytes([CACHED.index, CACHED.data, concatBytes([sha256(CACHED.data), CACHED.data])], dice),
  async feed(bytes) {
    const tree = new MemoryTree();
    const store = new MemoryStorage();
    const names = { index: sha256Hex(CACHED.index), data: sha256Hex(CACHED.data) };
    for (const type of ["index", "data"] as const) {
      await store.save({ type, name: names[type] }, CACHED[type]);
    }
    const shelf = `/c/${ID}`;
    tree.folder("/c", shelf, `${shelf}/index`, `${shelf}/data`, `${shelf}/snapshots`);
    tree.write(`${shelf}/index/${names.index}`, bytes).write(`${shelf}/data/${names.data}`, bytes);
    tree.write(`${shelf}/data/${names.data}-100-50`, bytes);
    const cache = withCache(store, {
      ...{ fs: tree.fs, clock: new FakeClock(), random, path: "/c", repositoryId: ID },
    });
    const { data, index } = CACHED;
    assert.deepEqual(await cache.load({ type: "index", name: names.index }), index);
    const file = { type: "data", name: names.data } as const;
    assert.deepEqual(await cache.load(file, { offset: 100, length: 50, keep: true }), data.slice(100, 150));
    assert.deepEqual(await cache.load(file, { keep: true }), data);
    assert.deepEqual(await cache.load(file, { offset: 7, length: 9, keep: true }), data.slice(7, 16));
  },
  never: [],
});

Deno.test("Dice gives the same case for the same seed, and others for others", () => {
  const some = (...seed: (string | number)[]) => mutateJson(SNAPSHOTS, new Dice(...seed));
  assert.deepEqual(some("1", "x", 7), some("1", "x", 7));
  assert.notDeepEqual(some("1", "x", 7), some("1", "x", 8));
});
