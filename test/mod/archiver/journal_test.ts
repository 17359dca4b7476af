// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Archiver } from "../../../mod/archiver/mod.ts";
import { Journal, JournalWriter } from "../../../mod/archiver/journal.ts";
import { type Clock, systemClock, utf8 } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import type { Stat } from "../../../mod/platform/mod.ts";
import { ExcludeRules } from "../../../mod/source/mod.ts";
import { MemoryTree } from "../../kit/memory_tree.ts";
import { ToyJournal, ToyStore } from "./toy_store.ts";

const FILES = 1000;

/** A disk of many files, and runs that end when `stopAfter` batches were worked on. */
class Runs {
  readonly tree = new MemoryTree();
  readonly store = new ToyStore();
  openings = 0;

  constructor() {
    this.tree.folder("/d");
    for (let i = 0; i < FILES; i++) this.tree.write(`/d/${i}`, `content ${i}`);
  }

  async run(
    { stopAfter = Infinity, clock = systemClock }: { stopAfter?: number; clock?: Clock } = {},
  ): Promise<number> {
    const stop = new AbortController();
    let batches = 0;
    this.store.beforeBatch = () => {
      if (++batches > stopAfter) stop.abort(new Error("Ctrl-C"));
    };
    this.openings = 0;
    using _rule = this.tree.fs.failWhen(({ call }) => {
      if (call === "openRead") this.openings++;
      return undefined;
    });
    const { fs } = this.tree;
    const archiver = new Archiver({ fs, clock }, this.store.needs(fs), {}, {
      problem: () => {},
      note: () => {},
    });
    const source = { kind: "files" as const, paths: [utf8("/d")] };
    const result = await archiver.run(source, new ExcludeRules(), stop.signal);
    return result.counts.filesNew;
  }
}

Deno.test("Archiver.run that was interrupted keeps what it read, and its successor does not read it again", async () => {
  const runs = new Runs();
  await assert.rejects(runs.run({ stopAfter: 3 }), (error) => isSgError(error, "SG1016"));
  const read = runs.openings;
  assert.ok(read > 0 && read < FILES);
  assert.equal(runs.store.checkpoints, 1);
  runs.store.crash();
  assert.equal(await runs.run(), FILES);
  assert.equal(runs.openings, FILES - read);
});

Deno.test("Archiver.run reads what the journal names but no index holds", async () => {
  const runs = new Runs();
  await assert.rejects(runs.run({ stopAfter: 3 }), (error) => isSgError(error, "SG1016"));
  runs.store.blobs.clear();
  await runs.run();
  assert.equal(runs.openings, FILES);
});

Deno.test("Archiver.run reads a file again that changed since the journal was written", async () => {
  const runs = new Runs();
  await assert.rejects(runs.run({ stopAfter: 3 }), (error) => isSgError(error, "SG1016"));
  const read = runs.openings;
  runs.tree.write("/d/0", "new").write("/d/1", "content 1");
  await runs.run();
  assert.equal(runs.openings, FILES - read + 2);
});

Deno.test("Archiver.run that crashes loses what came after its last checkpoint only", async () => {
  const runs = new Runs();
  let now = 0;
  const clock: Clock = { ...systemClock, monotonicMs: () => now };
  const needs = runs.store.needs(runs.tree.fs);
  const power = new Error("power cut");
  let batches = 0;
  runs.store.beforeBatch = () => {
    batches++;
    if (batches === 4) now = 50_000;
    if (batches === 7) throw power;
  };
  const { fs } = runs.tree;
  const archiver = new Archiver({ fs, clock }, needs, {}, { problem: () => {}, note: () => {} });
  const source = { kind: "files" as const, paths: [utf8("/d")] };
  await assert.rejects(archiver.run(source, new ExcludeRules(), new AbortController().signal), power);
  assert.equal(runs.store.checkpoints, 1);
  assert.ok(runs.store.journal.kept.length > 0);
  runs.store.crash();
  await runs.run();
  assert.ok(runs.openings < FILES - 300 && runs.openings > 0, `${runs.openings}`);
});

Deno.test("Journal.find knows a file by path, size, times and inode", async () => {
  const stat = { size: 5, mtime: -3n, ctime: 2n ** 70n, ino: 2n ** 63n } as Stat;
  const writer = new JournalWriter();
  const ids = new Uint8Array(64).fill(9);
  writer.note(utf8("/a"), utf8("b"), stat, ids);
  writer.note(utf8("/a"), utf8("empty"), stat, new Uint8Array(0));
  const store = new ToyJournal();
  for (const frame of writer.take()) await store.append(frame);
  const journal = await Journal.load(store);
  assert.equal(journal.size, 2);
  assert.deepEqual(journal.find(utf8("/a"), utf8("b"), stat), ids);
  assert.equal(journal.find(utf8("/a"), utf8("empty"), stat)!.length, 0);
  assert.equal(journal.find(utf8("/"), utf8("a/b"), stat), undefined);
  for (const other of [{ size: 6 }, { mtime: 3n }, { ctime: 0n }, { ino: 1n }]) {
    assert.equal(journal.find(utf8("/a"), utf8("b"), { ...stat, ...other }), undefined);
  }
});

Deno.test("JournalWriter.takeFull leaves the frame that is not full, and take gives the rest", () => {
  const writer = new JournalWriter();
  const stat = { size: 5, mtime: 1n, ctime: 1n, ino: 1n } as Stat;
  const note = (count: number) => {
    for (let i = 0; i < count; i++) writer.note(utf8("/"), utf8(`${i}`), stat, new Uint8Array(1000));
  };
  note(10);
  assert.deepEqual(writer.takeFull(), []);
  note(1100);
  assert.equal(writer.takeFull().length, 1);
  assert.deepEqual(writer.takeFull(), []);
  assert.equal(writer.take().length, 1);
  assert.deepEqual(writer.take(), []);
});

Deno.test("Journal.load takes what it can of damaged frames", async () => {
  const writer = new JournalWriter();
  const stat = { size: 5, mtime: 1n, ctime: 1n, ino: 1n } as Stat;
  for (let i = 0; i < 100; i++) writer.note(utf8("/"), utf8(`${i}`), stat, new Uint8Array(32));
  const [frame] = writer.take();
  for (let cut = 0; cut < frame!.length; cut += 37) {
    const store = new ToyJournal();
    await store.append(frame!.subarray(0, cut));
    await store.append(Uint8Array.of(250, 1, 2));
    const journal = await Journal.load(store);
    assert.ok(journal.size <= 100);
  }
});
