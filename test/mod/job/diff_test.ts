// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8Text } from "../../../mod/base/mod.ts";
import { type DiffOrder, diffSnapshots, type DiffStatistics } from "../../../mod/job/mod.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";

interface Diff {
  /** `letter path` of each difference. */
  readonly lines: readonly string[];
  readonly sums: DiffStatistics;
}

async function diff(stage: JobStage, order: DiffOrder): Promise<Diff> {
  await using session = await stage.open();
  const run = diffSnapshots(session, order, heardRun());
  const lines: string[] = [];
  for (;;) {
    const { done, value } = await run.next();
    if (done) return { lines, sums: value };
    lines.push(`${value.change} ${utf8Text(value.path)}`);
  }
}

/** Two snapshots with a change of every kind between them. */
async function changedStage(): Promise<{ stage: JobStage; from: string; to: string }> {
  const stage = await JobStage.made();
  const { tree } = stage;
  tree.folder("/src", "/src/gone", "/src/kept", "/src/turned")
    .write("/src/content", "one").write("/src/gone/x", noise(5000)).write("/src/kept/same", "same")
    .write("/src/touched", "t").write("/src/turned/inside", "i").write("/src/shared", "common");
  const from = (await stage.backup()).snapshotId!;
  tree.remove("/src/gone/x").at("/src/gone", (dir, name) => tree.fs.removeFolder(dir, name));
  tree.remove("/src/turned/inside").at("/src/turned", (dir, name) => tree.fs.removeFolder(dir, name));
  tree.write("/src/turned", "a file now").write("/src/content", "two").folder("/src/new")
    .write("/src/new/y", noise(7000, 2)).write("/src/new/copy", "common")
    .edit("/src/touched", (fd) => tree.fs.setTimes(fd, 1n, 2n));
  tree.at("/src/link", (dir, name) => tree.fs.makeSymlink(dir, name, name));
  return { stage, from, to: (await stage.backup()).snapshotId! };
}

Deno.test("diffSnapshots says what was added, removed, changed and turned into something else, in name order", async () => {
  const { stage, from, to } = await changedStage();
  const { lines } = await diff(stage, { from, to });
  assert.deepEqual(lines, [
    "M /src/content",
    "- /src/gone/",
    "- /src/gone/x",
    "+ /src/link",
    "+ /src/new/",
    "+ /src/new/copy",
    "+ /src/new/y",
    "T /src/turned",
    "- /src/turned/inside",
  ]);
});

Deno.test("diffSnapshots the other way round says the opposite", async () => {
  const { stage, from, to } = await changedStage();
  const there = await diff(stage, { from, to });
  const back = await diff(stage, { from: to, to: from });
  const opposite = (line: string) =>
    line[0] === "+" ? `-${line.slice(1)}` : line[0] === "-" ? `+${line.slice(1)}` : line;
  // A folder that turned into a file has no slash, as a file that turned into a folder has one.
  const plain = (lines: readonly string[]) => lines.map((line) => line.replace(/^(T .*)\/$/, "$1"));
  assert.deepEqual(plain(back.lines), plain(there.lines.map(opposite)));
  assert.deepEqual([back.sums.added, back.sums.removed], [there.sums.removed, there.sums.added]);
});

Deno.test("diffSnapshots counts files, folders and the blobs that only one side has", async () => {
  const { stage, from, to } = await changedStage();
  const { changedFiles, added, removed } = (await diff(stage, { from, to })).sums;
  assert.equal(changedFiles, 1);
  assert.deepEqual([added.files, added.folders, added.others], [3, 1, 1]);
  assert.deepEqual([removed.files, removed.folders, removed.others], [2, 2, 0]);
  // "two", "a file now", /src/new/y; the copy's content was there before.
  assert.equal(added.dataBlobs, 3);
  // "one", /src/gone/x, "i".
  assert.equal(removed.dataBlobs, 3);
  // Root, /src and one more on either side: /src/new; /src/gone and /src/turned.
  assert.deepEqual([added.treeBlobs, removed.treeBlobs], [3, 4]);
  assert.ok(added.bytes > 7013 && removed.bytes > 5004);
});

Deno.test("diffSnapshots counts no blob as added or removed that an unchanged folder has as well", async () => {
  const stage = await JobStage.made();
  stage.tree.folder("/src", "/src/a", "/src/b").write("/src/a/f", noise(9000)).write("/src/b/x", "x");
  const from = (await stage.backup()).snapshotId!;
  stage.tree.write("/src/b/copy", noise(9000));
  const to = (await stage.backup()).snapshotId!;
  const { sums } = await diff(stage, { from, to });
  assert.deepEqual([sums.added.files, sums.added.dataBlobs, sums.added.treeBlobs], [1, 0, 3]);
  assert.ok(sums.added.bytes < 5000, `${sums.added.bytes} bytes`);
  const back = (await diff(stage, { from: to, to: from })).sums;
  assert.deepEqual([back.removed.dataBlobs, back.removed.bytes], [0, sums.added.bytes]);
});

Deno.test("diffSnapshots tells of metadata only where asked to", async () => {
  const { stage, from, to } = await changedStage();
  const { lines } = await diff(stage, { from, to, metadata: true });
  assert.deepEqual(lines.filter((line) => line.startsWith("U")), ["U /src/", "U /src/touched"]);
});

Deno.test("diffSnapshots looks into no subtree that is the same, and compares parts", async () => {
  const { stage, from, to } = await changedStage();
  assert.deepEqual(await diff(stage, { from: to, to }), {
    lines: [],
    sums: {
      changedFiles: 0,
      added: { files: 0, folders: 0, others: 0, dataBlobs: 0, treeBlobs: 0, bytes: 0 },
      removed: { files: 0, folders: 0, others: 0, dataBlobs: 0, treeBlobs: 0, bytes: 0 },
    },
  });
  assert.deepEqual((await diff(stage, { from: `${from}:src/kept`, to: `${to}:src/kept` })).lines, []);
  assert.deepEqual((await diff(stage, { from: `${from}:src/kept`, to: "latest:src/new" })).lines, [
    "+ /copy",
    "- /same",
    "+ /y",
  ]);
  await assert.rejects(diff(stage, { from: "0000", to }), { code: "SG1010" });
});
