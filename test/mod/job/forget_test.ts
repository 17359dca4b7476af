// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { type ForgetOrder, type ForgetReport, runForget } from "../../../mod/job/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DamagedStorage } from "../../kit/damaged_storage.ts";
import { heardRun, JobStage, type StageParts } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";

const HOUR = 3_600_000_000_000n;
const NOON = 1_780_000_000_000_000_000n;
const ORDER: ForgetOrder = {
  ...{ policy: {}, groupBy: ["host", "paths"], filter: {}, ids: [], dryRun: false, allowRemoveAll: false },
};

/** A stage with five snapshots of host one, an hour apart, then one of host two; and their IDs in that order. */
async function stageWithSnapshots(parts: StageParts = {}) {
  const stage = await JobStage.made(parts);
  stage.tree.folder("/src");
  const ids: string[] = [];
  for (let at = 0; at < 6; at++) {
    stage.tree.write("/src/f", noise(10_000, at + 1));
    const hostname = at < 5 ? "one" : "two";
    const order = { hostname, time: NOON + BigInt(at) * HOUR, tags: at === 0 ? ["keep"] : [] };
    ids.push((await stage.backup(order)).snapshotId!);
  }
  return { stage, ids };
}

async function forget(stage: JobStage, order: Partial<ForgetOrder>): Promise<ForgetReport> {
  await using session = await stage.open();
  return await runForget(session, { ...ORDER, ...order }, heardRun());
}

async function left(stage: JobStage, ids: readonly string[]): Promise<number[]> {
  const names = (await Array.fromAsync(stage.storage.list("snapshots"))).map(({ name }) => name);
  return names.map((name) => ids.indexOf(name)).sort();
}

Deno.test("runForget keeps of each group what the rules keep, and says why", async () => {
  const { stage, ids } = await stageWithSnapshots();
  const { groups, removed } = await forget(stage, { policy: { last: 2, tags: [["keep"]] } });
  assert.deepEqual(await left(stage, ids), [0, 3, 4, 5]);
  assert.deepEqual(removed.map((id) => ids.indexOf(id)).sort(), [1, 2]);
  const one = groups.find(({ host }) => host === "one")!;
  assert.deepEqual(one.paths, ["/src"]);
  assert.deepEqual(one.keep.map(({ id }) => ids.indexOf(id)), [4, 3, 0]);
  assert.deepEqual(one.keep.map(({ reasons }) => reasons.length > 0), [true, true, true]);
  assert.match(one.keep[0]!.reasons.join(), /last snapshot/);
  assert.equal(await stage.count("locks"), 0);
});

Deno.test("runForget judges all snapshots together where they are not grouped", async () => {
  const { stage, ids } = await stageWithSnapshots();
  await forget(stage, { policy: { last: 2 }, groupBy: [] });
  assert.deepEqual(await left(stage, ids), [4, 5]);
});

Deno.test("runForget as a dry run says what would go and removes nothing", async () => {
  const { stage, ids } = await stageWithSnapshots();
  const before = await stage.stored();
  const { removed, prune } = await forget(stage, { policy: { last: 1 }, dryRun: true, prune: {} });
  assert.deepEqual([removed.length, prune], [4, undefined]);
  assert.deepEqual(await stage.stored(), before);
  assert.deepEqual(await left(stage, ids), [0, 1, 2, 3, 4, 5]);
});

Deno.test("runForget removes those that are named, or none where one of them is not there", async () => {
  const { stage, ids } = await stageWithSnapshots();
  await assert.rejects(forget(stage, { ids: [ids[0]!, "0000000000"] }), { code: "SG1010" });
  assert.equal(await stage.count("snapshots"), 6);
  const { removed } = await forget(stage, { ids: [ids[0]!.slice(0, 10), ids[3]!] });
  assert.deepEqual(removed, [ids[0], ids[3]]);
  assert.deepEqual(await left(stage, ids), [1, 2, 4, 5]);
});

Deno.test("runForget refuses to remove everything unless that is said aloud", async () => {
  const { stage, ids } = await stageWithSnapshots();
  await assert.rejects(forget(stage, {}), { code: "SG1008" });
  await assert.rejects(forget(stage, { policy: { last: 0 } }), { code: "SG1008" });
  const nothing = { policy: { tags: [["keep"]] } };
  // Of host one a snapshot stays, of host two none would.
  await assert.rejects(forget(stage, nothing), { code: "SG1008", message: /host two/ });
  assert.equal(await stage.count("snapshots"), 6);
  await forget(stage, { ...nothing, allowRemoveAll: true });
  assert.deepEqual(await left(stage, ids), [0]);
  await forget(stage, { allowRemoveAll: true });
  assert.equal(await stage.count("snapshots"), 0);
});

Deno.test("runForget touches only what passes the filter", async () => {
  const { stage, ids } = await stageWithSnapshots();
  await forget(stage, { filter: { hosts: ["one"] }, policy: { last: 1 } });
  assert.deepEqual(await left(stage, ids), [4, 5]);
  assert.deepEqual((await forget(stage, { filter: { hosts: ["three"] }, policy: { last: 1 } })).groups, []);
});

Deno.test("runForget prunes under the same lock, where something went", async () => {
  const { stage } = await stageWithSnapshots();
  const { prune } = await forget(stage, { policy: { last: 1 }, prune: { maxUnused: { bytes: 0 } } });
  assert.ok(prune!.packsRemoved > 0 && prune!.bytesRemoved > 30_000);
  assert.equal(prune!.bytesUnusedLeft, 0);
  assert.equal((await forget(stage, { policy: { last: 1 }, prune: {} })).prune, undefined);
});

Deno.test("runForget stops before a snapshot that it cannot read: it might be the one to keep", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const { stage, ids } = await stageWithSnapshots({ storage });
  storage.flip({ type: "snapshots", name: ids[2]! }, 30);
  await assert.rejects(forget(stage, { policy: { last: 1 } }), { code: "SG1005" });
  assert.equal(await stage.count("snapshots"), 6);
});

Deno.test("runForget needs the repository for itself", async () => {
  const { stage } = await stageWithSnapshots();
  await using other = await stage.open();
  await using _lock = await other.begin({ exclusive: false }, heardRun());
  await assert.rejects(forget(stage, { policy: { last: 1 } }), { code: "SG1003" });
  assert.equal(await stage.count("snapshots"), 6);
});
