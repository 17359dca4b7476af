// Copyright the SpareGrid authors. Apache-2.0.
// A backup that was stopped half-way leaves what restic finds whole, and so does the one that goes on from there.
import assert from "node:assert/strict";
import {
  assertResticAgrees,
  filesOf,
  type SharedRepository,
  sharedRepository,
  testWithRestic,
} from "../kit/both_programs.ts";
import { sparegridArgv } from "../kit/command_line.ts";
import { makeSmallTree, noise } from "../kit/restic_tree.ts";

const FILES = 24;
const FILE_BYTES = 2_000_000;

/** Starts a slow backup, stops it by `signal` once some packs are stored, and gives its exit status. */
async function stopHalfWay(
  both: SharedRepository,
  source: string,
  signal: "SIGKILL" | "SIGINT",
): Promise<number> {
  const options = ["--json", "--limit-upload", "12000", "--pack-size", "4"];
  const child = new Deno.Command(Deno.execPath(), {
    args: sparegridArgv(...both.sparegridArgs([...options, "backup", source])).slice(1),
    env: { SPAREGRID_PASSWORD: "test", ...both.env() },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const status = child.status;
  let ended = false;
  void status.then(() => ended = true);
  while ((await filesOf(both.location, "data/")).filter((name) => !name.includes("tmp")).length < 3) {
    assert.ok(!ended, "the backup ended before it could be stopped");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill(signal);
  return (await status).code;
}

async function fill(source: string): Promise<void> {
  await makeSmallTree(source, 1);
  for (let i = 0; i < FILES; i++) await Deno.writeFile(`${source}/file-${i}`, noise(1000 + i, FILE_BYTES));
}

testWithRestic(
  "restic finds the repository whole after kill -9 of a backup, and agrees with the one that goes on",
  async () => {
    await using both = await sharedRepository();
    const source = both.at("source");
    await fill(source);
    await both.init("sparegrid");
    await stopHalfWay(both, source, "SIGKILL");
    assert.equal((await filesOf(both.location, "locks/")).length, 1);
    // restic takes our lock for what it is: left by a process of this machine that is gone.
    await both.restic(["unlock"]);
    assert.deepEqual(await filesOf(both.location, "locks/"), []);
    await assertResticAgrees(both, [], { strayPacks: true });
    const stored = await filesOf(both.location, "data/");
    const { snapshot_id, total_files_processed } = await both.backup([source]);
    assert.equal(total_files_processed, FILES + 6);
    const kept = await filesOf(both.location, "data/");
    assert.deepEqual(stored.filter((name) => !kept.includes(name)), []);
    await assertResticAgrees(both, [{ id: String(snapshot_id), trees: { [source]: source } }], {
      strayPacks: true,
    });
  },
);

testWithRestic(
  "restic finds the repository whole after Ctrl-C of a backup, and agrees with the one that goes on",
  async () => {
    await using both = await sharedRepository();
    const source = both.at("source");
    await fill(source);
    await both.init("sparegrid");
    assert.equal(await stopHalfWay(both, source, "SIGINT"), 130);
    // No lock is left. A pack may have come home in the very last moment, behind the index.
    await assertResticAgrees(both, [], { strayPacks: true });
    assert.ok((await filesOf(both.location, "index/")).length > 0);
    const { snapshot_id, data_added } = await both.backup([source]);
    assert.ok(Number(data_added) < (FILES - 1) * FILE_BYTES, `${data_added} bytes sent once more`);
    await assertResticAgrees(both, [{ id: String(snapshot_id), trees: { [source]: source } }], {
      strayPacks: true,
    });
  },
);
