// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { silentLog, systemClock, systemRandom } from "../../../mod/base/mod.ts";
import {
  repositoryStats,
  runBackup,
  Session,
  type StatsMode,
  type StatsReport,
} from "../../../mod/job/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { LocalStorage } from "../../../mod/storage/mod.ts";
import { resticDone } from "../../kit/command_line.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";
import { scratch } from "../../kit/scratch.ts";

const MODES: readonly StatsMode[] = ["restore-size", "files-by-contents", "blobs-per-file", "raw-data"];

/** A tree with duplicates, hard links, links, an empty file, and files of several chunks and of the same one twice. */
async function makeTree(path: string): Promise<void> {
  await Deno.mkdir(`${path}/sub/empty`, { recursive: true });
  await Deno.writeFile(`${path}/large`, noise(5_000_000));
  await Deno.writeFile(`${path}/zeros`, new Uint8Array(20_000_000));
  await Deno.writeTextFile(`${path}/text`, "text ".repeat(20_000));
  await Deno.copyFile(`${path}/text`, `${path}/sub/copy of text`);
  await Deno.writeFile(`${path}/sub/empty/nothing`, new Uint8Array());
  await Deno.link(`${path}/text`, `${path}/sub/hard`);
  await Deno.symlink("../text", `${path}/sub/soft`);
}

Deno.test("repositoryStats says in every mode what the real restic says of the same repository", async () => {
  await using folder = await scratch();
  const path = `${folder.path}/src`, repo = `${folder.path}/repo`;
  await makeTree(path);
  const RESTIC_PASSWORD = "the same for both";
  await resticDone(["-r", repo, "init"], { env: { RESTIC_PASSWORD } });
  await resticDone(["-r", repo, "backup", "--tag", "restic", path], { env: { RESTIC_PASSWORD } });
  // Another version that shares a chunk, a new file, and no empty one any more.
  await Deno.writeFile(`${path}/large`, noise(1), { append: true });
  await Deno.writeTextFile(`${path}/more`, "more");
  await Deno.remove(`${path}/sub/empty/nothing`);
  const fs = openFileSystem();
  const ports = { fs, clock: systemClock, random: systemRandom, log: silentLog };
  const { signal } = new AbortController();
  const storage = new LocalStorage(fs, systemRandom, repo);
  const options = { password: RESTIC_PASSWORD, signal, note: () => {}, threads: 0 };
  await using session = await Session.open(ports, storage, options);
  await runBackup(session, { paths: [path], tags: ["sparegrid"] }, heardRun());
  const cases = [
    ...MODES.map((mode) => [mode, undefined] as const),
    ["blobs-per-file", "sparegrid"] as const,
  ];
  for (const [mode, tag] of cases) {
    const args = ["-r", repo, "--no-lock", "--json", "stats", "--mode", mode, ...tag ? ["--tag", tag] : []];
    const theirs = JSON.parse((await resticDone(args, { env: { RESTIC_PASSWORD } })).out);
    const filter = tag ? { tags: [[tag]] } : {};
    const ours = await repositoryStats(session, { mode, snapshots: [], filter }, heardRun());
    const { total_size, total_file_count = 0, total_blob_count = 0, snapshots_count } = theirs;
    assert.deepEqual(
      [ours.totalBytes, ours.files ?? 0, ours.blobs ?? 0, ours.snapshots],
      [total_size, total_file_count, total_blob_count, snapshots_count],
      `${mode} of ${tag ?? "all"}`,
    );
    // restic tells this from 0.15 on.
    const uncompressed = theirs["total_uncompressed_size"];
    if (uncompressed !== undefined) assert.equal(ours.uncompressedBytes ?? 0, uncompressed);
  }
});

Deno.test("repositoryStats counts the snapshots that are named, under a lock", async () => {
  const stage = await JobStage.made();
  stage.tree.folder("/src").write("/src/a", "12345");
  const { snapshotId } = await stage.backup();
  stage.tree.write("/src/b", "678");
  await stage.backup();
  await using session = await stage.open();
  const stats = (snapshots: string[]): Promise<StatsReport> =>
    repositoryStats(session, { mode: "restore-size", snapshots, filter: {} }, heardRun());
  assert.deepEqual(await stats([snapshotId!]), { snapshots: 1, files: 2, totalBytes: 5 });
  assert.deepEqual(await stats([]), { snapshots: 2, files: 5, totalBytes: 13 });
  await assert.rejects(stats(["00000000"]), { code: "SG1010" });
  assert.equal(await stage.count("locks"), 0);
  await using other = await stage.open();
  await using _lock = await other.begin({ exclusive: true }, heardRun());
  await assert.rejects(stats([]), { code: "SG1003" });
});
