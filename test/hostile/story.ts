// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isSgError } from "../../mod/errors/mod.ts";
import { runCheck, runRestore } from "../../mod/job/mod.ts";
import { type FileHandle, type FileType, MemoryStorage, type Storage } from "../../mod/storage/mod.ts";
import { treeHash } from "../kit/canary.ts";
import { heardRun, JobStage } from "../kit/job_stage.ts";
import { noise } from "../kit/memory_tree.ts";

/** What the newest snapshot of a story holds, by path. */
const FILES: ReadonlyMap<string, Uint8Array> = new Map([
  ["/src/a.txt", new TextEncoder().encode("alpha")],
  ["/src/empty", new Uint8Array()],
  ["/src/sub/b.bin", noise(30_000, 2)],
  ["/src/sub/c.txt", new TextEncoder().encode("gamma ".repeat(500))],
  ["/src/sub/deep/d.txt", new TextEncoder().encode("delta")],
]);

/** A repository with two snapshots of a few files, in several packs. */
export async function makeStory(storage: Storage = new MemoryStorage(), seed = 1): Promise<void> {
  const stage = new JobStage({ storage, session: { packBytesTarget: 8_000 } });
  await stage.init();
  stage.tree.folder("/src", "/src/sub", "/src/sub/deep");
  stage.tree.write("/src/a.txt", `an older alpha of ${seed}`).write("/src/old", noise(5_000, 10 + seed));
  await stage.backup();
  stage.tree.remove("/src/old");
  for (const [path, content] of FILES) stage.tree.write(path, content);
  await stage.backup();
}

/** Everything a storage holds. */
export async function filesOf(storage: Storage): Promise<[FileHandle, Uint8Array<ArrayBuffer>][]> {
  const all: [FileHandle, Uint8Array<ArrayBuffer>][] = [];
  for (const type of ["config", "keys", "snapshots", "index", "data"] as const) {
    for (const name of await namesIn(storage, type)) {
      all.push([{ type, name }, await storage.load({ type, name })]);
    }
  }
  return all;
}

async function namesIn(storage: Storage, type: FileType): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of storage.list(type)) names.push(name);
  return names.sort();
}

/** What came of a case. */
export interface StoryEnd {
  /** Codes of all that was told or thrown; empty where nothing was noticed. */
  readonly codes: readonly string[];
  /** Files of the newest snapshot that came back. */
  readonly restored: number;
}

/**
 * Restores the newest snapshot from a storage that may lie. Fails the test unless every file that came back is right byte for
 * byte, nothing outside the target changed, no descriptor is left, and all that went wrong has a code.
 */
export async function restoreStory(storage: Storage, snapshot = "latest"): Promise<StoryEnd> {
  const stage = new JobStage({ storage });
  stage.tree.folder("/t", "/outside").write("/outside/canary", "alive");
  const canary = treeHash(stage.tree.fs, "/outside");
  const codes: string[] = [];
  const run = heardRun();
  try {
    await using session = await stage.open();
    const report = await runRestore(session, { snapshot, target: "/t" }, run);
    assert.equal(report.complete, report.problems === 0);
  } catch (error) {
    assert.ok(isSgError(error), `untyped: ${error instanceof Error ? error.stack : error}`);
    assert.notEqual(error.code, "SG1023", error.stack);
    codes.push(error.code);
  }
  codes.push(...run.problems.map(({ code }) => code));
  assert.ok(!codes.includes("SG1023"), JSON.stringify(run.problems));
  let restored = 0;
  for (const [path, content] of FILES) {
    const there = present(stage, `/t${path}`);
    // The older snapshot has another alpha, and no other of these files.
    if (there && path !== "/src/a.txt") assert.deepEqual(there, content, `${path}: ${codes}`);
    if (there) restored++;
  }
  assert.equal(treeHash(stage.tree.fs, "/outside"), canary);
  assert.equal(stage.tree.fs.openCount, 0);
  return { codes, restored };
}

/** Codes of what a whole check finds or throws. */
export async function checkStory(storage: Storage): Promise<readonly string[]> {
  const stage = new JobStage({ storage });
  try {
    await using session = await stage.open();
    const { findings } = await runCheck(session, { readData: true }, heardRun());
    return findings.map(({ code }) => code);
  } catch (error) {
    assert.ok(isSgError(error), `untyped: ${error instanceof Error ? error.stack : error}`);
    assert.notEqual(error.code, "SG1023", error.stack);
    return [error.code];
  }
}

/** Files that a whole restore brings back. */
export const WHOLE_STORY = FILES.size;

function present(stage: JobStage, path: string): Uint8Array | undefined {
  try {
    return stage.tree.read(path);
  } catch {
    return undefined;
  }
}
