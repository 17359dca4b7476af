// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom } from "../../../mod/base/mod.ts";
import { fileLanes } from "../../../mod/job/file_lanes.ts";
import { Lanes } from "../../../mod/job/lanes.ts";
import { initRepository } from "../../kit/repository.ts";
import { MemoryTree, noise } from "../../kit/memory_tree.ts";

async function setUp() {
  const repository = await initRepository();
  const seed = {
    reader: repository.readerSeed(),
    table: repository.table.handle,
    writer: repository.writerSeed(),
    chunkerSecret: repository.secret("chunker"),
  };
  const lanes = new Lanes(
    seed,
    { fs: new MemoryTree().fs, random: systemRandom },
    (pack) => repository.savePack(pack),
    { threads: 0 },
  );
  return { repository, lanes: fileLanes(lanes, (packs) => repository.savePacks(packs)) };
}

/** A stream of the bytes in pieces of such lengths in turn, and whether it was cancelled. */
function streamOf(bytes: Uint8Array, lengths: readonly number[]) {
  let at = 0, turn = 0;
  const seen = { cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const length = lengths[turn++ % lengths.length]!;
      controller.enqueue(bytes.slice(at, at + length));
      at += length;
    },
    cancel: () => void (seen.cancelled = true),
  });
  return { stream, seen };
}

const never = new AbortController().signal;

Deno.test("fileLanes saves a stream to the same blobs, however it comes in pieces", async () => {
  const { repository, lanes } = await setUp();
  const bytes = noise(3_000_000, 5);
  const ids = new Set<string>();
  for (const lengths of [[bytes.length], [1 << 20], [1000, 70_000], [1, 999_999]]) {
    let told = 0;
    const { stream } = streamOf(bytes, lengths);
    const saved = await lanes.saveStream(stream, never, (count) => told += count);
    assert.deepEqual([saved.size, told], [bytes.length, bytes.length]);
    ids.add(saved.content.toHex());
  }
  assert.equal(ids.size, 1);
  await lanes.flush();
  assert.equal(repository.table.pendingCount, 0);
  assert.equal(repository.saved.dataBlobs, [...ids][0]!.length / 64);
});

Deno.test("fileLanes saves an empty stream as no blobs", async () => {
  const { lanes } = await setUp();
  const saved = await lanes.saveStream(streamOf(new Uint8Array(), [1]).stream, never, () => {});
  assert.deepEqual([saved.size, saved.content.length], [0, 0]);
});

Deno.test("fileLanes ends when it is aborted, though the stream never does, and cancels the stream", async () => {
  const { lanes } = await setUp();
  const seen = { cancelled: false };
  const stuck = new ReadableStream<Uint8Array>({ cancel: () => void (seen.cancelled = true) });
  const stop = new AbortController();
  const saving = lanes.saveStream(stuck, stop.signal, () => {});
  stop.abort(new Error("Ctrl-C"));
  await assert.rejects(saving, /Ctrl-C/);
  assert.equal(seen.cancelled, true);
  const late = streamOf(noise(10), [10]);
  await assert.rejects(lanes.saveStream(late.stream, stop.signal, () => {}), /Ctrl-C/);
});

Deno.test("fileLanes passes on what went wrong with the stream", async () => {
  const { lanes } = await setUp();
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("the pipe broke")),
  });
  await assert.rejects(lanes.saveStream(broken, never, () => {}), /the pipe broke/);
});
