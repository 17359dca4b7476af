// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { SavedStream } from "../../../mod/archiver/mod.ts";
import { MIB, systemRandom } from "../../../mod/base/mod.ts";
import { SgError } from "../../../mod/errors/mod.ts";
import { Lanes, type SavePack } from "../../../mod/job/lanes.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import type { SealedPack } from "../../../mod/repository/mod.ts";
import { initRepository } from "../../kit/repository.ts";
import { noise } from "../../kit/memory_tree.ts";

/** Lanes over a repository in memory; packs are as small as a piece, and the first of two lanes fills its first one half. */
async function lanesOf(threads: number, savePack?: SavePack, packBytesTarget = 600_000) {
  const repository = await initRepository(undefined, { packBytesTarget });
  const saved: SealedPack[] = [];
  const seed = {
    reader: repository.readerSeed(),
    table: repository.table.handle,
    writer: repository.writerSeed(),
    chunkerSecret: repository.secret("chunker"),
  };
  const save: SavePack = savePack ?? (async (pack) => {
    // Its bytes belong to the lane again afterwards.
    saved.push({ ...pack, bytes: pack.bytes.slice() });
    await repository.savePack(pack);
  });
  const lanes = new Lanes(seed, { fs: openFileSystem(), random: systemRandom }, save, { threads });
  return { lanes, repository, saved };
}

for (const threads of [0, 2]) {
  const where = threads === 0 ? "on this thread" : `on ${threads} threads`;

  Deno.test(`Lanes ${where} save a stream as packs that the repository opens`, async () => {
    const { lanes, repository, saved } = await lanesOf(threads);
    using _lanes = lanes;
    const content = noise(5_000_000, 7);
    for (let at = 0; at < content.length; at += 1_000_000) {
      const piece = content.slice(at, at + 1_000_000);
      await lanes.askFirst("savePart", [piece], [piece.buffer]);
      assert.equal(piece.byteLength, 0, "a stream would fill the memory");
    }
    const { size, content: ids } = await lanes.askFirst("endStream", []) as SavedStream;
    for (const pack of await lanes.flush()) await repository.savePack(pack);
    assert.equal(size, content.length);
    assert.ok(saved.length >= 2, `${saved.length} full packs`);
    let at = 0;
    for (let id = 0; id < ids.length; id += 32) {
      const hex = ids.subarray(id, id + 32).toHex();
      const blob = await repository.loadBlob("data", hex as Parameters<typeof repository.loadBlob>[1]);
      assert.deepEqual(blob, content.slice(at, at + blob.length));
      at += blob.length;
    }
    assert.equal(at, content.length);
    assert.equal(repository.table.pendingCount, 0);
  });

  Deno.test(`Lanes ${where} fail for good with the storage's reason once a pack is lost`, async () => {
    const { lanes, repository } = await lanesOf(
      threads,
      () => Promise.reject(new SgError("SG0200", "Cannot save the pack: full", { context: { size: 1 } })),
    );
    using _lanes = lanes;
    const feed = async () => {
      for (let part = 0; part < 8; part++) {
        await lanes.askFirst("savePart", [noise(1_000_000, part + 1)]);
      }
      await lanes.askFirst("endStream", []);
    };
    await assert.rejects(feed(), { code: "SG0200", context: { size: 1 } });
    await assert.rejects(lanes.flush(), { code: "SG0200" });
    assert.ok(repository.table.pendingCount > 0, "no snapshot can be saved");
  });

  Deno.test(`Lanes ${where} that were aborted refuse what comes, but hand over what they have`, async () => {
    const { lanes } = await lanesOf(threads);
    using _lanes = lanes;
    await lanes.askFirst("savePart", [noise(200_000)]);
    await lanes.askFirst("endStream", []);
    lanes.abort();
    await assert.rejects(lanes.askFirst("savePart", [noise(10)]), { code: "SG1016" });
    await assert.rejects(lanes.ask("writeFiles", [new Uint8Array(), new Uint8Array()]), { code: "SG1016" });
    assert.equal((await lanes.flush()).length, 1);
  });

  Deno.test(`Lanes ${where} answer a question that they do not know with SG1023`, async () => {
    const { lanes } = await lanesOf(threads);
    using _lanes = lanes;
    await assert.rejects(lanes.ask("dance" as "flush", []), { code: "SG1023" });
  });

  Deno.test(`Lanes ${where} start with their work and end when they are disposed`, async () => {
    const { lanes } = await lanesOf(threads);
    assert.deepEqual(await lanes.flush(), []);
    assert.deepEqual([lanes.count, lanes.bytesRead], [Math.max(1, threads), 0]);
    const asked = lanes.askFirst("savePart", [noise(10_000)]);
    // What was asked and not answered yet fails rather than hangs.
    const ended = assert.rejects(asked, { code: "SG1016" });
    lanes[Symbol.dispose]();
    await ended;
    await assert.rejects(async () => await lanes.ask("flush", []), { code: "SG1023" });
  });
}

Deno.test("Lanes start another one only where the others have work, and give a question to the one with the least", async () => {
  // Each lane that got something hands over one pack.
  const packsOf = async (atOnce: boolean): Promise<number> => {
    const { lanes } = await lanesOf(2);
    using _lanes = lanes;
    for (const skill of ["savePart", "endStream"] as const) {
      const asked: Promise<unknown>[] = [];
      for (const seed of [1, 2]) {
        asked.push(lanes.ask(skill, skill === "savePart" ? [noise(100_000, seed)] : []));
        if (!atOnce) await asked.at(-1);
      }
      await Promise.all(asked);
    }
    return (await lanes.flush()).length;
  };
  assert.equal(await packsOf(false), 1);
  assert.equal(await packsOf(true), 2);
});

Deno.test("Lanes fill their first packs to different parts, so that not all are full at the same time", async () => {
  const { lanes, saved } = await lanesOf(2, undefined, 10 * MIB);
  using _lanes = lanes;
  for (let part = 0; part < 22; part++) {
    await Promise.all([1, 2].map((seed) => lanes.ask("savePart", [noise(MIB, 20 * part + seed)])));
  }
  await Promise.all([1, 2].map(() => lanes.ask("endStream", [])));
  const left = await lanes.flush();
  const full = saved.map(({ bytes }) => bytes.length / MIB).sort((a, b) => a - b);
  // A pack is full with the chunk that makes it so, which may have 8 MiB.
  assert.ok(full[0]! >= 5 && full[0]! < 10, `${full}, ${left.length} not full`);
  assert.ok(full.length >= 3 && full.slice(1).every((size) => size >= 10), full.join());
});
