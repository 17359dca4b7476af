// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8Text } from "../../../mod/base/mod.ts";
import {
  findEntries,
  type FindOrder,
  listEntries,
  type ListOrder,
  listSnapshots,
  type SnapshotsOrder,
} from "../../../mod/job/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DamagedStorage } from "../../kit/damaged_storage.ts";
import { heardRun, JobStage, type StageParts } from "../../kit/job_stage.ts";

/** A stage with snapshots of two hosts, and their IDs in order of time. */
async function stageWithSnapshots(parts: StageParts = {}) {
  const stage = await JobStage.made(parts);
  stage.tree.folder("/src", "/src/sub", "/src/sub/deep", "/etc")
    .write("/src/a.txt", "1").write("/src/sub/B.txt", "2").write("/src/sub/deep/c", "3").write("/etc/x", "4");
  const orders = [
    { hostname: "one", tags: ["old"] },
    { hostname: "two", paths: ["/etc"] },
    { hostname: "one", tags: ["new", "big"] },
    { hostname: "two", paths: ["/etc"] },
  ];
  const ids: string[] = [];
  for (const [at, order] of orders.entries()) {
    if (at === 2) stage.tree.write("/src/a2.txt", "later");
    ids.push((await stage.backup(order)).snapshotId!);
  }
  return { stage, ids };
}

async function indexes(stage: JobStage, ids: readonly string[], order: Partial<SnapshotsOrder>) {
  await using session = await stage.open();
  const found = await listSnapshots(session, { filter: {}, ...order }, heardRun());
  return found.map(({ id }) => ids.indexOf(id));
}

Deno.test("listSnapshots lists in order of time what the filter lets pass", async () => {
  const { stage, ids } = await stageWithSnapshots();
  const list = (order: Partial<SnapshotsOrder>) => indexes(stage, ids, order);
  assert.deepEqual(await list({}), [0, 1, 2, 3]);
  assert.deepEqual(await list({ filter: { hosts: ["one"] } }), [0, 2]);
  assert.deepEqual(await list({ filter: { paths: ["/etc"] } }), [1, 3]);
  assert.deepEqual(await list({ filter: { tags: [["new", "big"], ["old"]] } }), [0, 2]);
  assert.deepEqual(await list({ filter: { tags: [["new", "old"]] } }), []);
  assert.deepEqual(await list({ latest: 1 }), [2, 3]);
  assert.deepEqual(await list({ latest: 1, filter: { hosts: ["two"] } }), [3]);
});

Deno.test("listSnapshots lists exactly those that are named, and misses one that is not there", async () => {
  const { stage, ids } = await stageWithSnapshots();
  const list = (order: Partial<SnapshotsOrder>) => indexes(stage, ids, order);
  assert.deepEqual(await list({ ids: [ids[2]!, ids[0]!.slice(0, 9)] }), [0, 2]);
  assert.deepEqual(await list({ ids: ["latest"], filter: { hosts: ["one"] } }), [2]);
  await assert.rejects(list({ ids: [ids[0]!, "ffffffffff"] }), { code: "SG1010" });
});

Deno.test("listSnapshots tells of a damaged snapshot and lists the others", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const { stage, ids } = await stageWithSnapshots({ storage });
  storage.flip({ type: "snapshots", name: ids[1]! }, 50);
  await using session = await stage.open();
  const run = heardRun();
  const found = await listSnapshots(session, { filter: {} }, run);
  assert.deepEqual(found.map(({ id }) => ids.indexOf(id)), [0, 2, 3]);
  assert.equal(run.problems.length, 1);
  assert.ok(run.problems[0]!.message.includes(ids[1]!));
});

Deno.test("listEntries lists all, a folder's own entries, or everything below", async () => {
  const { stage } = await stageWithSnapshots();
  await using session = await stage.open();
  const list = async (order: Partial<ListOrder>) => {
    const whole = { snapshot: "latest", paths: [], recursive: false, filter: { hosts: ["one"] }, ...order };
    const entries = await Array.fromAsync(listEntries(session, whole, heardRun()));
    return entries.map(({ path }) => utf8Text(path)).join(" ");
  };
  const all = "/src /src/a.txt /src/a2.txt /src/sub /src/sub/B.txt /src/sub/deep /src/sub/deep/c";
  assert.equal(await list({}), all);
  assert.equal(await list({ paths: ["/"], recursive: true }), all);
  assert.equal(await list({ paths: ["/src"] }), "/src /src/a.txt /src/a2.txt /src/sub");
  assert.equal(
    await list({ paths: ["/src/sub/"], recursive: true }),
    "/src/sub /src/sub/B.txt /src/sub/deep /src/sub/deep/c",
  );
  assert.equal(await list({ paths: ["/src/sub/B.txt", "/src/a.txt"] }), "/src/a.txt /src/sub/B.txt");
  assert.equal(await list({ snapshot: "latest:src/sub/deep" }), "/c");
  await assert.rejects(list({ paths: ["/src/no"] }), { code: "SG1011" });
  await assert.rejects(list({ paths: ["/src/a.txt/x"] }), { code: "SG1011" });
});

Deno.test("findEntries finds by name, by path, without regard to case, in a span of time", async () => {
  const { stage, ids } = await stageWithSnapshots();
  await using session = await stage.open();
  const find = async (order: Partial<FindOrder>) => {
    const whole = { patterns: [], ignoreCase: false, snapshots: [], filter: {}, ...order };
    const found = await Array.fromAsync(findEntries(session, whole, heardRun()));
    return found.map(({ snapshot, entry }) => `${ids.indexOf(snapshot.id)}${utf8Text(entry.path)}`);
  };
  assert.deepEqual(await find({ patterns: ["a*.txt"] }), ["0/src/a.txt", "2/src/a.txt", "2/src/a2.txt"]);
  assert.deepEqual(await find({ patterns: ["b.TXT"] }), []);
  assert.deepEqual(await find({ patterns: ["b.TXT", "x"], ignoreCase: true }), [
    "0/src/sub/B.txt",
    "1/etc/x",
    "2/src/sub/B.txt",
    "3/etc/x",
  ]);
  // As restic does: what lies below a folder that fits, fits as well.
  const inFirst = async (pattern: string) =>
    (await find({ patterns: [pattern], snapshots: [ids[0]!] })).map((found) => found.slice(1)).join(" ");
  assert.equal(await inFirst("sub"), "/src/sub /src/sub/B.txt /src/sub/deep /src/sub/deep/c");
  assert.equal(await inFirst("/src/*/deep"), "/src/sub/deep /src/sub/deep/c");
  assert.equal(await inFirst("sub/*"), "/src/sub/B.txt /src/sub/deep /src/sub/deep/c");
  assert.equal(await inFirst("*"), "/src /src/a.txt /src/sub /src/sub/B.txt /src/sub/deep /src/sub/deep/c");
  const [later] = await Array.fromAsync(listEntries(session, {
    ...{ snapshot: ids[2]!, paths: ["/src/a2.txt"], recursive: false, filter: {} },
  }, heardRun()));
  const { mtime } = later!.node;
  assert.deepEqual(await find({ patterns: ["a*.txt"], oldest: mtime }), ["2/src/a2.txt"]);
  assert.deepEqual(await find({ patterns: ["a*.txt"], newest: mtime - 1n }), ["0/src/a.txt", "2/src/a.txt"]);
  assert.deepEqual(await find({ patterns: ["a*.txt"], filter: { tags: [["old"]] } }), ["0/src/a.txt"]);
});
