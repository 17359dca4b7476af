// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { FolderDigests } from "../../../mod/archiver/mod.ts";
import { type BlobId, toHex } from "../../../mod/base/mod.ts";
import { Sealer } from "../../../mod/crypto/mod.ts";
import { runCheck } from "../../../mod/job/mod.ts";
import { DigestFile } from "../../../mod/job/digest_file.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { MemoryTree } from "../../kit/memory_tree.ts";
import { RunClock } from "../../kit/run_clock.ts";
import { SeededRandom } from "../../kit/seeded_random.ts";

const random = new SeededRandom(3);
const sealerOf = () =>
  new Sealer({ encrypt: random.bytes(32), macK: random.bytes(16), macR: random.bytes(16) }, random);
const sealer = sealerOf();
const id = (n: number) => toHex(new Uint8Array(32).fill(n)) as BlobId;
const TREE = id(1);
const KNOWN = { digest: new Uint8Array(32).fill(9), subtrees: [id(2), id(3)] };
const INDEXES = new Set([id(7), id(8)]);
const PATH = "/cache/digests/name";

const fileIn = (tree: MemoryTree, by = sealer, clock = new RunClock()) =>
  new DigestFile({ fs: tree.fs, clock, random, cacheFolder: "/cache", name: "name", sealer: by });

async function saved(tree = new MemoryTree()): Promise<MemoryTree> {
  const digests = new FolderDigests();
  digests.note(TREE, KNOWN);
  await fileIn(tree).save(digests, INDEXES);
  return tree;
}

Deno.test("DigestFile gives back what was saved, as long as all index files of then are there", async () => {
  const tree = await saved();
  assert.deepEqual((await fileIn(tree).load(INDEXES)).find(TREE), KNOWN);
  assert.deepEqual((await fileIn(tree).load(new Set([...INDEXES, id(9)]))).find(TREE), KNOWN);
  assert.equal((await fileIn(tree).load(new Set([id(7), id(9)]))).has(TREE), false);
  assert.equal((await fileIn(new MemoryTree()).load(INDEXES)).has(TREE), false, "there is none");
  assert.deepEqual(tree.names("/cache/digests"), ["name"], "no temporary stays");
  assert.equal(tree.fs.openCount, 0);
});

Deno.test("DigestFile that was cut, flipped, swapped or sealed by another repository is as good as none", async () => {
  const tree = await saved();
  const whole = tree.read(PATH);
  for (let length = 0; length < whole.length; length++) {
    tree.write(PATH, whole.subarray(0, length));
    assert.equal((await fileIn(tree).load(INDEXES)).has(TREE), false, `cut at ${length}`);
    const flipped = whole.slice();
    flipped[length]! ^= 1;
    tree.write(PATH, flipped);
    assert.equal((await fileIn(tree).load(INDEXES)).has(TREE), false, `flipped at ${length}`);
  }
  tree.write(PATH, whole);
  assert.equal((await fileIn(tree, sealerOf()).load(INDEXES)).has(TREE), false);
  for (
    const strange of [new Uint8Array(0), Uint8Array.of(2, 0, 0, 0, 0), Uint8Array.of(1, 255, 255, 255, 255)]
  ) {
    tree.write(PATH, sealer.seal(strange));
    assert.equal((await fileIn(tree).load(INDEXES)).has(TREE), false);
  }
  assert.equal(tree.fs.openCount, 0);
});

Deno.test("DigestFile does no harm where its folder cannot be made, read or written", async () => {
  for (
    const failing of [
      "makeFolder",
      "create",
      "writeAt",
      "rename",
      "openRead",
      "readAt",
      "entries",
      "removeFile",
    ]
  ) {
    const tree = failing === "openRead" || failing === "readAt" ? await saved() : new MemoryTree();
    using _rule = tree.fs.failWhen(({ call }) => call === failing ? "EIO" : undefined);
    await saved(tree);
    await fileIn(tree).load(INDEXES);
    assert.equal(tree.fs.openCount, 0, failing);
  }
});

Deno.test("DigestFile removes files of sets that no run has written for a hundred days", async () => {
  const tree = await saved();
  tree.write("/cache/digests/old", "of a set that is gone").write("/cache/digests/young", "of another");
  const clock = new RunClock();
  const day = 86_400_000_000_000n;
  for (const [name, days] of [["old", 101n], ["young", 99n]] as const) {
    const then = clock.now() - days * day;
    tree.edit(`/cache/digests/${name}`, (fd) => tree.fs.setTimes(fd, then, then));
  }
  await fileIn(tree, sealer, clock).save(new FolderDigests(), INDEXES);
  assert.deepEqual(tree.names("/cache/digests"), ["name", "young"]);
});

/** A run that does not ask for each entry, so that it may rely on digests. */
function quietRun() {
  const run = heardRun();
  return { ...run, observer: { problem: run.observer.problem, note: run.observer.note } };
}

async function stageWithCache(): Promise<JobStage> {
  const stage = await JobStage.made({ session: { cacheFolder: "/cache" } });
  stage.tree.folder("/src", "/src/a", "/src/a/b").write("/src/a/one", "1").write("/src/a/b/two", "2");
  return stage;
}

const digestsOf = (stage: JobStage) =>
  stage.tree.names("/cache/digests").map((name) => stage.tree.read(`/cache/digests/${name}`));

Deno.test("runBackup keeps digests for the next run of the same paths; a dry run keeps none", async () => {
  const stage = await stageWithCache();
  await stage.backup({ dryRun: true }, quietRun());
  assert.equal(digestsOf(stage).length, 0);
  const first = await stage.backup({}, quietRun());
  assert.equal(digestsOf(stage).length, 1);
  const second = await stage.backup({}, quietRun());
  assert.equal(second.tree, first.tree);
  assert.equal(second.summary.filesUnmodified, 2);
  await stage.backup({ paths: ["/src/a"] }, quietRun());
  assert.equal(digestsOf(stage).length, 2);
});

Deno.test("runBackup reads files again that a repair has taken out of the index, digests or not", async () => {
  const stage = await stageWithCache();
  await stage.backup({}, quietRun());
  // What a lost pack and `repair index` leave: other index files, which do not list everything.
  stage.tree.write("/src/zero", "0");
  const before = new Set(await names(stage, "index"));
  await stage.backup({}, quietRun());
  for (const name of before) await stage.storage.remove({ type: "index", name });
  const third = await stage.backup({}, quietRun());
  assert.ok(third.summary.dataBlobs > 0, "what is not listed any more is stored again");
  for (const name of await snapshotsBut(stage, third.snapshotId!)) {
    await stage.storage.remove({ type: "snapshots", name });
  }
  await using session = await stage.open();
  assert.equal((await runCheck(session, { readData: true }, heardRun())).errors, 0);
});

Deno.test("runBackup compares anew where a tree that digests stood for cannot be read when it is needed", async () => {
  const stage = await stageWithCache();
  await stage.backup({}, quietRun());
  const lost = await names(stage, "data");
  // The root's and /src's trees are in packs of the second run, those of the folders below in packs of the first.
  stage.tree.write("/src/zero", "0");
  await stage.backup({}, quietRun());
  for (const name of lost) await stage.storage.remove({ type: "data", name });
  stage.tree.write("/src/a/b/two", "zwei");
  const run = quietRun();
  const second = await stage.backup({}, run);
  assert.deepEqual([second.complete, run.problems], [true, []]);
  const { filesNew, filesUnmodified } = second.summary;
  assert.deepEqual([filesNew, filesUnmodified], [2, 1], "the files of both folders are read");
  assert.ok(run.notes.some((note) => note.includes("anew")), run.notes.join("\n"));
  const third = await stage.backup({}, quietRun());
  assert.equal(third.tree, second.tree);
});

async function names(stage: JobStage, type: "index" | "data" | "snapshots"): Promise<string[]> {
  return (await Array.fromAsync(stage.storage.list(type))).map(({ name }) => name);
}

async function snapshotsBut(stage: JobStage, id: string): Promise<string[]> {
  return (await names(stage, "snapshots")).filter((name) => name !== id);
}
