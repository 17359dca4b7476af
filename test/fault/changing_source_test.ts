// Copyright the SpareGrid authors. Apache-2.0.
// F23: an entry changes while it is backed up, in every way, before each call that the backup makes of the file system. What
// is stored is one state of it, or it is told and the run is incomplete; the others are stored, and nothing is read that
// is no file.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../mod/base/mod.ts";
import { sha256Hex } from "../../mod/crypto/mod.ts";
import { type BackupReport, runRestore } from "../../mod/job/mod.ts";
import { filesBelow, sameBytes } from "../kit/damage_bench.ts";
import { type HeardRun, heardRun, JobStage } from "../kit/job_stage.ts";
import type { MemoryCall } from "../kit/memory_file_system.ts";
import { type MemoryTree, noise } from "../kit/memory_tree.ts";

const VICTIM = "/src/dir/victim";
const SECRET = noise(600, 99);
const at = (tree: MemoryTree, path: string, make: (dir: number, name: Uint8Array) => void) =>
  tree.at(path, make);

/** One way in which the victim becomes something else. */
type Mutation = (tree: MemoryTree, before: Uint8Array) => void;

const swapIn = (make: (tree: MemoryTree, path: string) => void): Mutation => (tree) => {
  make(tree, "/src/dir/incoming");
  tree.remove(VICTIM).rename("/src/dir/incoming", "victim");
};

const CONTENT: Readonly<Record<string, Mutation>> = {
  "is written anew": (tree, before) => tree.write(VICTIM, noise(before.length, 21)),
  "changes in place": (tree) => tree.edit(VICTIM, (fd) => tree.fs.writeAt(fd, noise(100, 22), 50)),
  "grows": (tree, before) => tree.edit(VICTIM, (fd) => tree.fs.writeAt(fd, noise(5_000, 23), before.length)),
  "shrinks": (tree, before) => tree.edit(VICTIM, (fd) => tree.fs.truncate(fd, before.length >> 1)),
  "is emptied": (tree) => tree.edit(VICTIM, (fd) => tree.fs.truncate(fd, 0)),
  "grows large": (tree) => tree.write(VICTIM, noise(700_000, 24)),
  "is replaced": swapIn((tree, path) => tree.write(path, noise(3_000, 25))),
};

const KIND: Readonly<Record<string, Mutation>> = {
  "is removed": (tree) => tree.remove(VICTIM),
  "becomes a folder": swapIn((tree, path) => tree.folder(path).write(`${path}/inside`, "inside")),
  "becomes a fifo": swapIn((tree, path) => at(tree, path, (dir, name) => tree.fs.makeFifo(dir, name, 0o600))),
  "becomes a socket": swapIn((tree, path) =>
    at(tree, path, (dir, name) => tree.fs.makeSocket(dir, name, 0o600))
  ),
  "becomes a device": swapIn((tree, path) =>
    at(tree, path, (dir, name) => tree.fs.makeDevice(dir, name, "chardev", 0x501n, 0o600))
  ),
  "becomes a symlink": swapIn((tree, path) =>
    at(tree, path, (dir, name) => tree.fs.makeSymlink(dir, name, utf8("/secret")))
  ),
  "loses its folder": (tree) => tree.rename("/src/dir", "elsewhere"),
  "gets another folder above it": (tree) =>
    tree.rename("/src/dir", "old").folder("/src/dir").write(VICTIM, "other"),
  "gets a symlink for a folder": (tree) => {
    tree.rename("/src/dir", "old");
    at(tree, "/src/dir", (dir, name) => tree.fs.makeSymlink(dir, name, utf8("/trap")));
  },
  "gets a file for a folder": (tree) => tree.rename("/src/dir", "old").write("/src/dir", "file"),
};

const OTHERS = new Map([["/src/before", noise(700, 1)], ["/src/dir/sibling", noise(900, 2)], [
  "/src/zlast",
  noise(500, 3),
]]);

/** What a trial left behind. */
interface Trial {
  readonly stage: JobStage;
  readonly report: BackupReport;
  readonly run: HeardRun;
  /** Calls of the file system that the backup made. */
  readonly calls: readonly MemoryCall[];
}

/** Backs up, and does something before the n-th call of the file system; from then on before each where told so. */
async function trial(
  size: number,
  mutate: Mutation,
  number: number,
  everAfter = false,
  refuse: (call: MemoryCall) => string | undefined = () => undefined,
): Promise<Trial> {
  const stage = await JobStage.made();
  const { tree } = stage;
  tree.folder("/src", "/src/dir", "/trap").write("/secret", SECRET).write("/trap/victim", SECRET);
  for (const [path, bytes] of OTHERS) tree.write(path, bytes);
  const before = noise(size, 20);
  tree.write(VICTIM, before);
  const calls: MemoryCall[] = [];
  let busy = false;
  const rule = tree.fs.failWhen((call) => {
    if (busy) return undefined;
    busy = true;
    calls.push(call);
    if (/^read(At)?$/.test(call.call)) {
      assert.equal(tree.fs.statFd(call.fd!).kind, "file", "it read what is no file");
    }
    if (calls.length === number || (everAfter && calls.length > number)) mutate(tree, before);
    busy = false;
    return refuse(call);
  });
  const run = heardRun();
  const open = tree.fs.openCount;
  const report = await stage.backup({}, run);
  rule[Symbol.dispose]();
  assert.equal(tree.fs.openCount, open, "every descriptor is closed");
  return { stage, report, run, calls };
}

/** What the snapshot holds, by a restore; a folder's place in it is `/out`. */
async function restored({ stage, report }: Trial): Promise<ReadonlyMap<string, Uint8Array>> {
  await using session = await stage.open();
  const heard = heardRun();
  await runRestore(session, { snapshot: report.snapshotId!, target: "/out" }, heard);
  assert.deepEqual(heard.problems, []);
  return filesBelow(stage.tree.fs, "/out");
}

function isTold({ run }: Trial, path: string): boolean {
  return run.problems.some((problem) => {
    const about = utf8Text(problem.path!);
    return path === about || path.startsWith(`${about}/`);
  });
}

/** Fails unless what is stored is right or told. `isState` knows the contents that the victim had. */
async function judge(
  done: Trial,
  isState: (bytes: Uint8Array) => boolean,
  said: string,
  folderMoves: boolean,
): Promise<void> {
  const { report, run } = done;
  assert.equal(report.complete, run.problems.length === 0, said);
  const files = await restored(done);
  for (const [path, bytes] of files) {
    assert.ok(!sameBytes(bytes, SECRET), `${path} holds the secret: ${said}`);
  }
  for (const [path, bytes] of OTHERS) {
    const found = files.get(path);
    if (found) assert.ok(sameBytes(found, bytes), `${path}: ${said}`);
    else assert.ok(folderMoves && (path.startsWith("/src/dir/")), `${path} is missing: ${said}`);
  }
  const stored = files.get(VICTIM);
  const mixed = run.problems.some(({ code }) => code === "SG1026");
  if (stored && !mixed) {
    assert.ok(isState(stored), `it is of no state that there was: ${said}`);
  }
}

for (const size of [2_000, 1_300_000]) {
  const kind = size > 1_000_000 ? "a file of several chunks" : "a small file";
  Deno.test(`Archiver stores one state of ${kind} that changes before any call, or tells`, async () => {
    const { calls } = await trial(size, () => {}, 0);
    for (const [name, mutate] of Object.entries(CONTENT)) {
      for (let number = 1; number <= calls.length; number++) {
        const done = await trial(size, mutate, number);
        const said = `${name} before call ${number} (${calls[number - 1]!.call})`;
        const states = [noise(size, 20), done.stage.tree.read(VICTIM)];
        await judge(done, (bytes) => states.some((state) => sameBytes(state, bytes)), said, false);
        assert.ok(done.report.complete, `one change is overcome by reading again: ${said}`);
      }
    }
  });
}

Deno.test("Archiver stores a file or what took its place, or tells that it is gone, and never follows a link", async () => {
  const size = 2_000;
  const quiet = await trial(size, () => {}, 0);
  // A change behind the last listing, but before the file was read, must be told.
  const listed = quiet.calls.findLastIndex(({ call }) => call === "names" || call === "entries") + 1;
  for (const [name, mutate] of Object.entries(KIND)) {
    for (let number = 1; number <= quiet.calls.length; number++) {
      const done = await trial(size, mutate, number);
      const said = `${name} before call ${number} (${quiet.calls[number - 1]!.call})`;
      const folderMoves = name.includes("folder") && !name.startsWith("becomes");
      const states = [noise(size, 20), utf8("other")];
      await judge(done, (bytes) => states.some((state) => sameBytes(state, bytes)), said, folderMoves);
      if (number <= listed || folderMoves) continue;
      const files = filesBelow(done.stage.tree.fs, "/out");
      assert.ok(files.has(VICTIM) || isTold(done, VICTIM), `it is missing and nobody says so: ${said}`);
    }
  }
});

Deno.test("Archiver tells of a file that never stops changing, and ends", async () => {
  let told = 0;
  for (const size of [2_000, 1_300_000]) {
    const { calls } = await trial(size, () => {}, 0);
    for (let number = 1; number <= calls.length; number += 3) {
      const states = new Set([sha256Hex(noise(size, 20))]);
      const rewrite: Mutation = (tree) => {
        tree.edit(VICTIM, (fd) => tree.fs.writeAt(fd, noise(64, states.size), 10));
        states.add(sha256Hex(tree.read(VICTIM)));
      };
      const done = await trial(size, rewrite, number, true);
      const said = `from call ${number} of ${calls.length} on`;
      await judge(done, (bytes) => states.has(sha256Hex(bytes)), said, false);
      assert.ok(done.run.problems.every(({ code }) => code === "SG1026"), said);
      if (!done.report.complete) told++;
    }
  }
  assert.ok(told > 20, `only ${told} runs told of it`);
});

Deno.test("Archiver tells of what becomes forbidden before any call, and stores the rest", async () => {
  for (const forbidden of ["victim", "dir"]) {
    const { calls } = await trial(2_000, () => {}, 0);
    for (let number = 1; number <= calls.length; number++) {
      let begun = false;
      const done = await trial(2_000, () => begun = true, number, false, (call) => {
        const named = call.name && utf8Text(call.name) === forbidden;
        return begun && named && !/^(stat|names|entries)$/.test(call.call) ? "EACCES" : undefined;
      });
      const said = `${forbidden} is forbidden from call ${number} (${calls[number - 1]!.call}) on`;
      await judge(done, (bytes) => sameBytes(bytes, noise(2_000, 20)), said, forbidden === "dir");
      const files = filesBelow(done.stage.tree.fs, "/out");
      assert.ok(files.has(VICTIM) || isTold(done, VICTIM), `it is missing and nobody says so: ${said}`);
    }
  }
});
