// Copyright the SpareGrid authors. Apache-2.0.
// F27 with the owner's key in hostile hands: index files with valid MACs that lie about every field of every blob.
import assert from "node:assert/strict";
import { type BlobId, type PackId, silentLog } from "../../mod/base/mod.ts";
import { decodeIndex, encodeIndex, type IndexFile, type PackedBlob } from "../../mod/format/mod.ts";
import { Repository } from "../../mod/repository/mod.ts";
import { MemoryStorage } from "../../mod/storage/mod.ts";
import { LyingStorage } from "../kit/lying_storage.ts";
import { PASSWORD, testPorts } from "../kit/repository.ts";
import { checkStory, makeStory, restoreStory, WHOLE_STORY } from "./story.ts";

/** A story whose one index can be replaced by another. */
async function forgedStory() {
  const inner = new MemoryStorage();
  await makeStory(inner);
  const repository = await Repository.open(inner, testPorts({ log: silentLog }), { password: PASSWORD });
  const packs: IndexFile["packs"][number][] = [];
  for await (const file of inner.list("index")) {
    packs.push(...decodeIndex(await repository.files.load("index", file)).packs);
    await inner.remove({ type: "index", name: file.name });
  }
  return { inner, repository, index: { packs } };
}

type Change = (blob: PackedBlob, all: readonly PackedBlob[]) => Partial<PackedBlob> | undefined;

const CHANGES: readonly [string, Change][] = [
  ["another's ID", (blob, all) => ({ id: all.find(({ id }) => id !== blob.id)!.id })],
  ["an ID that is nobody's", () => ({ id: "f".repeat(64) as BlobId })],
  ["the other type", ({ type }) => ({ type: type === "data" ? "tree" : "data" })],
  ["a byte further on", ({ offset }) => ({ offset: offset + 1 })],
  ["another's place", (blob, all) => {
    const { offset, length } = all.find(({ id }) => id !== blob.id)!;
    return { offset, length };
  }],
  ["behind the end", () => ({ offset: 0x7fff_0000 })],
  ["at the very end of 32 bits", ({ length }) => ({ offset: 0xffff_ffff - length })],
  ["no length", () => ({ length: 0 })],
  ["less than a seal", () => ({ length: 31 })],
  ["a seal only", () => ({ length: 32 })],
  ["a byte less", ({ length }) => ({ length: length - 1 })],
  ["a byte more", ({ length }) => ({ length: length + 1 })],
  ["600 MiB long", () => ({ length: 600 * 2 ** 20 })],
  ["4 GiB long", () => ({ offset: 0, length: 0xffff_ffff })],
  ["not compressed", ({ uncompressedLength: n }) => n > 0 ? { uncompressedLength: 0 } : undefined],
  ["one byte once decompressed", () => ({ uncompressedLength: 1 })],
  ["a byte more once decompressed", ({ uncompressedLength: n }) => ({ uncompressedLength: n + 1 })],
  [
    "a byte less once decompressed",
    ({ uncompressedLength: n }) => n > 1 ? { uncompressedLength: n - 1 } : undefined,
  ],
  ["60 MiB once decompressed", () => ({ uncompressedLength: 60 * 2 ** 20 })],
  ["4 GiB once decompressed", () => ({ uncompressedLength: 0xffff_ffff })],
];

Deno.test("runRestore gives right bytes or none, whatever the index says of a blob; check finds each lie", async () => {
  const { inner, repository, index } = await forgedStory();
  const all = index.packs.flatMap(({ blobs }) => blobs);
  const storage = new LyingStorage(inner);
  let cases = 0;
  for (const [p, pack] of index.packs.entries()) {
    for (const [b, blob] of pack.blobs.entries()) {
      for (const [what, change] of CHANGES) {
        const part = change(blob, all);
        if (!part) continue;
        const packs = index.packs.with(p, { ...pack, blobs: pack.blobs.with(b, { ...blob, ...part }) });
        const name = await repository.files.save("index", encodeIndex({ packs }));
        const { codes, restored } = await restoreStory(storage);
        const about = `pack ${p} blob ${b}: ${what}; case ${++cases}`;
        assert.ok(restored === WHOLE_STORY || codes.length > 0, about);
        assert.ok((await checkStory(storage)).length > 0, `${about}: not found by check`);
        await inner.remove({ type: "index", name });
      }
    }
  }
  assert.ok(cases > 150, String(cases));
});

Deno.test("runRestore gives right bytes or none when the index confuses packs", async () => {
  const { inner, repository, index } = await forgedStory();
  const { packs } = index;
  const ids = packs.map(({ id }) => id);
  const lies: [string, IndexFile["packs"]][] = [
    ["rotated", packs.map(({ blobs }, i) => ({ id: ids[(i + 1) % ids.length]!, blobs }))],
    ["all in one", [{ id: ids[0]!, blobs: packs.flatMap(({ blobs }) => blobs) }]],
    ["nobody's pack", packs.map(({ blobs }) => ({ id: "e".repeat(64) as PackId, blobs }))],
    ["none", []],
    ["no blobs", packs.map(({ id }) => ({ id, blobs: [] }))],
    ["a lie beside the truth", [
      ...packs.map(({ blobs }, i) => ({ id: ids[(i + 1) % ids.length]!, blobs })),
      ...packs,
    ]],
    ["the truth twice", [...packs, ...packs]],
  ];
  for (const [what, lie] of lies) {
    const name = await repository.files.save("index", encodeIndex({ packs: lie }));
    const { codes, restored } = await restoreStory(inner);
    assert.ok(restored === WHOLE_STORY || codes.length > 0, what);
    assert.equal((await checkStory(inner)).length > 0, what !== "the truth twice", what);
    if (what === "the truth twice") assert.equal(restored, WHOLE_STORY);
    await inner.remove({ type: "index", name });
  }
});

Deno.test("readers ask the storage for no blob that is larger than a blob can be", async () => {
  const { inner, repository, index } = await forgedStory();
  const asked: number[] = [];
  const storage = new LyingStorage(inner);
  storage.lie = {
    content: () => undefined,
    range: ({ length = 0 }) => void asked.push(length),
  };
  const huge = (blob: PackedBlob): PackedBlob => ({
    ...blob,
    offset: 0,
    length: (blob.type === "data" ? 70 : 520) * 2 ** 20,
  });
  for (const type of ["data", "tree"]) {
    const packs = index.packs.map(({ id, blobs }) => ({
      id,
      blobs: blobs.map((blob) => blob.type === type ? huge(blob) : blob),
    }));
    const name = await repository.files.save("index", encodeIndex({ packs }));
    const { codes, restored } = await restoreStory(storage);
    assert.ok(codes.includes("SG1017"), `${type}: ${codes}`);
    assert.ok(restored < WHOLE_STORY);
    await inner.remove({ type: "index", name });
  }
  assert.ok(asked.length > 0 && Math.max(...asked) < 2 ** 26, String(Math.max(...asked)));
});
