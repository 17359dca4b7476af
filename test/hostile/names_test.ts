// Copyright the SpareGrid authors. Apache-2.0.
// F25: names that no folder could hold, and entries that no backup could write, in a snapshot with valid MACs.
import assert from "node:assert/strict";
import { utf8Text } from "../../mod/base/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";
import { repairSnapshots } from "../../mod/repository/mod.ts";
import {
  findEntries,
  listEntries,
  repositoryStats,
  runCheck,
  runDump,
  runRestore,
} from "../../mod/job/mod.ts";
import { treeHash } from "../kit/canary.ts";
import { Forger, type RawNode, rawNode } from "../kit/forger.ts";
import { heardRun, JobStage } from "../kit/job_stage.ts";
import { scratch } from "../kit/scratch.ts";

/** Names as JSON holds them, that lead elsewhere. */
const LEADING_AWAY = [
  "",
  ".",
  "..",
  "a/b",
  "/",
  "/outside/canary",
  "../outside/canary",
  "../../outside/canary",
  "a/../../outside/canary",
  "./x",
  "x/",
  "..\\x00",
  "nul\\x00byte",
  "\\x00",
  "\\x2e\\x2e",
  "\\x2e\\x2e\\x2foutside",
  "\\056\\056",
  "\\u002e\\u002e",
  "\\U0000002e.",
];
/** Names that cannot be read at all. */
const UNREADABLE: readonly unknown[] = [
  "\\",
  "\\x",
  "\\q",
  "\\ud800",
  "\\400",
  'quote"',
  "new\nline",
  null,
  7,
  [],
  {},
];
/** Fields that no node has so. */
const IMPOSSIBLE: readonly RawNode[] = [
  { type: "door" },
  { type: null },
  { type: ["file"] },
  { mode: -1 },
  { mode: 2 ** 32 },
  { mode: 0.5 },
  { uid: -1 },
  { uid: 4_294_967_296 },
  { uid: 1.5 },
  { gid: 10n ** 30n },
  { inode: -1 },
  { inode: 2n ** 64n },
  { device_id: -(2n ** 63n) },
  { size: -1 },
  { size: 0.25 },
  { size: 2n ** 64n },
  { size: "5" },
  { links: -2 },
  { links: 2n ** 70n },
  { device: 1e300 },
  { mtime: "yesterday" },
  { mtime: 0 },
  { mtime: "2023-02-30T00:00:00Z" },
  { ctime: null },
  { content: "x" },
  { content: ["x"] },
  { content: [null] },
  { content: { length: 1 } },
  { subtree: "x" },
  { extended_attributes: "x" },
  { extended_attributes: [{ name: "user.a", value: "%" }] },
  { linktarget_raw: "%" },
  { user: 5 },
  { generic_attributes: [] },
];
/** Names and numbers that are odd, and fine. */
const ODD: readonly [string, RawNode][] = [
  ["...", {}],
  ["CON", {}],
  ["c:\\\\x", {}],
  ["~", {}],
  ["\\xff\\xfe", {}],
  ["\u202egnp.exe", {}],
  ["-rf", {}],
  ["\\x1b[2J", {}],
  ["inode", { inode: 2n ** 64n - 1n, links: 1 }],
  ["device", { device_id: 2n ** 64n - 1n }],
  ["links", { links: 2n ** 64n - 1n, inode: 2n ** 53n + 1n }],
  ["uid", { uid: 4_294_967_295 - 1 }],
  ["mtime", { mtime: "9999-12-31T23:59:59.999999999+00:00" }],
  ["zero time", { mtime: "0000-01-01T00:00:00Z", atime: "0001-01-01T00:00:00Z" }],
  ["unknown", { nobody: { knows: [1, { this: "field" }] }, __proto__x: 1 }],
];

const CANARY = "/outside";

function withCanary(stage: JobStage): string {
  stage.tree.folder(CANARY, `${CANARY}/deep`, "/t").write(`${CANARY}/canary`, "alive")
    .write(`${CANARY}/deep/canary`, "alive");
  return treeHash(stage.tree.fs, CANARY);
}

Deno.test("runRestore refuses each bad entry by path and code and restores all others", async () => {
  const stage = await JobStage.made();
  const canary = withCanary(stage);
  let expected = 0;
  {
    await using session = await stage.open();
    const forger = new Forger(session.repository);
    const nodes: RawNode[] = [];
    for (const name of LEADING_AWAY) {
      const below = [await forger.file("canary", "evil")];
      nodes.push(
        await forger.file(name, "evil"),
        await forger.folder(name, below),
        rawNode(name, "symlink", { linktarget: "/outside" }),
        rawNode(name, "fifo"),
      );
    }
    for (const name of UNREADABLE) nodes.push(await forger.file(name, "evil"));
    for (const [i, part] of IMPOSSIBLE.entries()) {
      nodes.push(await forger.file(`impossible ${i}`, "evil", part));
    }
    expected = nodes.length;
    for (const [name, part] of ODD) nodes.push(await forger.file(name, `odd ${name}`, part));
    nodes.push(await forger.folder("sub", [await forger.file("good", "good"), ...nodes.slice(0, 3)]));
    nodes.push(await forger.file("good", "good"));
    await forger.snapshot(await forger.tree(nodes));
    expected += 3;
  }
  const run = heardRun();
  await using session = await stage.open();
  const report = await runRestore(session, { snapshot: "latest", target: "/t" }, run);
  assert.equal(report.complete, false);
  const refused = run.problems.filter(({ code }) => code !== "SG1025");
  assert.equal(refused.length, expected);
  assert.equal(report.problems, run.problems.length);
  for (const { code, path, message } of refused) {
    assert.ok(["SG1005", "SG1013", "SG1017"].includes(code), message);
    assert.ok(path !== undefined && path[0] === 0x2f, message);
  }
  // Which one it is shows where the name can be read.
  for (const i of IMPOSSIBLE.keys()) {
    assert.ok(refused.some(({ path }) => utf8Text(path!) === `/impossible ${i}`), String(i));
  }
  assert.equal(report.filesRestored, ODD.length + 2);
  assert.equal(stage.tree.names("/t").length, ODD.length + 2);
  assert.equal(utf8Text(stage.tree.read("/t/sub/good")), "good");
  assert.deepEqual(stage.tree.names("/"), ["outside", "t"]);
  assert.equal(treeHash(stage.tree.fs, CANARY), canary);
  assert.equal(stage.tree.fs.openCount, 0);
});

/** A stage whose newest snapshot has one bad entry of each kind beside good ones. */
async function stageWithBadEntries(): Promise<JobStage> {
  const stage = await JobStage.made();
  withCanary(stage);
  await using session = await stage.open();
  const forger = new Forger(session.repository);
  const sub = [
    await forger.file("a", "a"),
    await forger.file("b", "b", { size: -1 }),
    await forger.file("\\q", "c"),
    await forger.file("z", "z"),
  ];
  await forger.snapshot(
    await forger.tree([await forger.folder("sub", sub), await forger.file("..", "evil")]),
  );
  return stage;
}

Deno.test("runCheck names every bad entry, unsafe names among them", async () => {
  const stage = await stageWithBadEntries();
  await using session = await stage.open();
  const { findings } = await runCheck(session, { readData: true }, heardRun());
  const errors = findings.filter(({ severity }) => severity === "error");
  // Out of order stands ".." behind "sub".
  assert.deepEqual(errors.map(({ code }) => code).sort(), ["SG1005", "SG1005", "SG1005", "SG1013"]);
  for (const part of ["size", "name of a node", "slash", '".."']) {
    const wanted = part === "slash" ? "not in order" : part;
    assert.ok(errors.some(({ message }) => message.includes(wanted)), wanted);
  }
});

Deno.test("listEntries, findEntries, repositoryStats and runDump give what can be read and fail visibly [W13]", async () => {
  const stage = await stageWithBadEntries();
  await using session = await stage.open();
  const drained = async (walk: (run: ReturnType<typeof heardRun>) => AsyncIterable<unknown>) => {
    const run = heardRun();
    let given = 0;
    let failure: unknown;
    try {
      for await (const _ of walk(run)) given++;
    } catch (error) {
      failure = error;
    }
    return { given, problems: run.problems.map(({ code }) => code), failure };
  };
  const all = { snapshot: "latest", paths: [], recursive: true, filter: {} };
  const listed = await drained((run) => listEntries(session, all, run));
  assert.deepEqual([listed.given, listed.problems], [4, ["SG1005", "SG1005"]]);
  assert.match(String(listed.failure), /2 entries/);
  const order = { patterns: ["z"], ignoreCase: false, snapshots: [], filter: {} };
  const found = await drained((run) => findEntries(session, order, run));
  assert.deepEqual([found.given, found.problems.length], [1, 2]);
  assert.match(String(found.failure), /2 entries/);
  const stats = repositoryStats(session, { mode: "restore-size", snapshots: [], filter: {} }, heardRun());
  await assert.rejects(stats, { code: "SG1005" });
  for (const archive of ["tar", "zip"] as const) {
    const dump = await drained((run) =>
      runDump(session, { snapshot: "latest", path: "/", archive, filter: {} }, run)
    );
    assert.deepEqual([dump.failure, dump.problems], [undefined, ["SG1005", "SG1005", "SG1013"]]);
  }
  const one = await drained((run) =>
    runDump(session, { snapshot: "latest", path: "/sub/z", archive: "tar", filter: {} }, run)
  );
  assert.deepEqual([one.given, one.failure], [1, undefined]);
});

Deno.test("runRestore with delete keeps what an unreadable entry may stand for", async () => {
  const stage = await JobStage.made();
  withCanary(stage);
  await using session = await stage.open();
  const forger = new Forger(session.repository);
  const known = [await forger.file("a", "a"), await forger.file("b", "b", { size: -1 })];
  const unknown = [await forger.file("a", "a"), await forger.file("\\q", "c")];
  await forger.snapshot(
    await forger.tree([await forger.folder("known", known), await forger.folder("unknown", unknown)]),
  );
  stage.tree.folder("/t/known", "/t/unknown");
  for (const name of ["a", "b", "extra"]) {
    stage.tree.write(`/t/known/${name}`, "mine").write(`/t/unknown/${name}`, "mine");
  }
  await using again = await stage.open();
  await runRestore(again, { snapshot: "latest", target: "/t", delete: true }, heardRun());
  assert.deepEqual(stage.tree.names("/t/known"), ["a", "b"]);
  assert.deepEqual(stage.tree.names("/t/unknown"), ["a", "b", "extra"]);
});

Deno.test("runRestore of bad entries leaves a real file system outside the target alone", async () => {
  await using folder = await scratch("sparegrid-hostile-");
  const fs = openFileSystem();
  await Deno.mkdir(`${folder.path}/outside`);
  await Deno.mkdir(`${folder.path}/t`);
  await Deno.writeTextFile(`${folder.path}/outside/canary`, "alive");
  const canary = treeHash(fs, `${folder.path}/outside`);
  const stage = await JobStage.made({ fs });
  {
    await using session = await stage.open();
    const forger = new Forger(session.repository);
    const nodes: RawNode[] = [];
    for (const name of [...LEADING_AWAY, `../outside/canary`, `${folder.path}/outside/canary`]) {
      nodes.push(
        await forger.file(name, "evil"),
        await forger.folder(name, [await forger.file("canary", "evil")]),
        rawNode(name, "symlink", { linktarget: `${folder.path}/outside` }),
      );
    }
    // A link, then things through it; a link in the order of names, and twice the name.
    const link = (name: string, linktarget: string) => rawNode(name, "symlink", { linktarget });
    const through = [await forger.file("canary", "evil"), await forger.file("new", "evil")];
    nodes.push(
      link("way", `${folder.path}/outside`),
      await forger.folder("way", through),
      await forger.file("way/canary", "evil"),
      await forger.folder("way2", through),
      link("way2", "../outside"),
      await forger.file("way3", "first"),
      link("way3", "../outside/canary"),
      link("hard", "../outside/canary"),
      await forger.file("good", "good"),
    );
    await forger.snapshot(await forger.tree(nodes));
  }
  await using session = await stage.open();
  const run = heardRun();
  for (const round of [1, 2]) {
    const report = await runRestore(
      session,
      { snapshot: "latest", target: `${folder.path}/t`, delete: round === 2 },
      run,
    );
    assert.equal(report.complete, false);
    assert.equal(await Deno.readTextFile(`${folder.path}/t/good`), "good");
    assert.equal(treeHash(fs, `${folder.path}/outside`), canary);
    const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["outside", "t"]);
  }
});

Deno.test("repairSnapshots takes out what cannot be read or is not safe, and check is content", async () => {
  const stage = await stageWithBadEntries();
  const changes: string[] = [];
  {
    await using session = await stage.open();
    const { repository } = session;
    await repairSnapshots(repository, {
      forget: true,
      onChange: ({ path, change }) => changes.push(`${path} ${change}`),
    });
  }
  assert.deepEqual(changes.sort(), ["/.. entry removed", "/sub/? entry removed", "/sub/b entry removed"]);
  await using session = await stage.open();
  const { errors } = await runCheck(session, { readData: true }, heardRun());
  assert.equal(errors, 0);
});
