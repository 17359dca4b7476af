// Copyright the SpareGrid authors. Apache-2.0.
// After every prune and repair by SpareGrid the real restic finds the repository whole and restores the same trees.
import assert from "node:assert/strict";
import {
  assertResticAgrees,
  assertResticChecks,
  assertResticRestoresBut,
  assertSparegridChecks,
  copyTree,
  type Expected,
  filesOf,
  packBytes,
  SharedRepository,
  sharedRepository,
  testWithRestic,
} from "../kit/both_programs.ts";
import { changeTree, makeResticTree, makeSmallTree, noise } from "../kit/restic_tree.ts";
import { accountOf } from "../kit/tree_oracle.ts";

/** Backs up; what the snapshot must hold from now on. */
async function kept(
  both: SharedRepository,
  source: string,
  options: readonly string[] = [],
): Promise<Expected> {
  const id = String((await both.backup([...options, source]))["snapshot_id"]);
  return { id, trees: { [source]: await accountOf(source) } };
}

testWithRestic("restic agrees after forget --prune, as it is and with --max-unused 0", async () => {
  await using both = await sharedRepository();
  const source = both.at("source");
  await makeResticTree(source);
  await Deno.writeFile(`${source}/large`, noise(1, 9_000_000));
  await both.init("sparegrid");
  const first = await kept(both, source);
  await changeTree(source);
  const second = await kept(both, source);
  await Deno.remove(`${source}/large`);
  await Deno.writeFile(`${source}/other`, noise(2, 3_000_000));
  const third = await kept(both, source);
  const full = await packBytes(both.location);
  await both.sparegrid(["forget", first.id, "--prune"]);
  await assertResticAgrees(both, [second, third]);
  await both.sparegrid(["forget", "--keep-last", "1", "--prune", "--max-unused", "0"]);
  assert.ok(await packBytes(both.location) < full - 9_000_000);
  await assertResticAgrees(both, [third]);
  await assertSparegridChecks(both);
});

testWithRestic("restic agrees after --repack-small, and many small files have become few", async () => {
  await using both = await sharedRepository();
  const source = both.at("source");
  await both.init("sparegrid");
  const snapshots: Expected[] = [];
  for (let seed = 10; seed < 16; seed += 2) {
    await makeSmallTree(source, seed, 100_000);
    snapshots.push(await kept(both, source));
  }
  const before = (await filesOf(both.location, "data/")).length;
  await both.sparegrid(["prune", "--repack-small"]);
  assert.ok((await filesOf(both.location, "data/")).length < before);
  await assertResticAgrees(both, snapshots);
});

testWithRestic(
  "restic agrees after --repack-uncompressed, and what could be compressed is smaller",
  async () => {
    await using both = await sharedRepository();
    const source = both.at("source");
    await makeSmallTree(source, 20);
    await both.init("sparegrid");
    const snapshot = await kept(both, source, ["--compression", "off"]);
    const before = await packBytes(both.location);
    await both.sparegrid(["prune", "--repack-uncompressed"]);
    assert.ok(await packBytes(both.location) < before - 700_000);
    await assertResticAgrees(both, [snapshot]);
  },
);

testWithRestic("a prune tried with --dry-run changes nothing", async () => {
  await using both = await sharedRepository();
  const source = both.at("source");
  await both.init("sparegrid");
  await makeSmallTree(source, 30);
  await kept(both, source);
  await makeSmallTree(source, 40);
  const second = await kept(both, source);
  const before = await filesOf(both.location);
  await both.sparegrid(["forget", "--keep-last", "1", "--prune", "--max-unused", "0", "--dry-run"]);
  assert.deepEqual(await filesOf(both.location), before);
  await assertResticAgrees(both, [second]);
});

/** The largest pack that is not among those named. */
async function largestPack(both: SharedRepository, besides: readonly string[]): Promise<string> {
  const added = (await filesOf(both.location, "data/")).filter((name) => !besides.includes(name))
    .map((name) => `${both.location}/${name}`);
  assert.ok(added.length > 0);
  return added.map((path) => ({ path, size: Deno.statSync(path).size })).sort((a, b) => b.size - a.size)[0]!
    .path;
}

/**
 * Two snapshots in small packs, the second by restic; the place is there to be copied and damaged. With the largest pack
 * that each of them added: pieces of `noise`, and what is in `more`.
 */
async function twoSnapshots(both: SharedRepository): Promise<{ snapshots: Expected[]; packs: string[] }> {
  const source = both.at("source");
  await makeSmallTree(source, 50, 50_000);
  await both.init("sparegrid");
  // The small files lie in a pack of their own, so that they outlive the loss of another.
  const small = await both.backup([source]);
  await both.sparegrid(["forget", String(small["snapshot_id"])]);
  const before = await filesOf(both.location, "data/");
  await Deno.writeFile(`${source}/noise`, noise(51, 6_000_000));
  await giveMetadata(source);
  const { snapshot_id: first } = await both.backup(["--pack-size", "4", source]);
  await copyTree(source, both.at("was-first"));
  const packs = [await largestPack(both, before)];
  const between = await filesOf(both.location, "data/");
  await makeSmallTree(`${source}/more`, 60);
  const { snapshot_id: second } = await both.resticBackup([source]);
  await copyTree(source, both.at("was-second"));
  packs.push(await largestPack(both, between));
  const snapshots = [
    { id: String(first), trees: { [source]: both.at("was-first") } },
    { id: String(second), trees: { [source]: both.at("was-second") } },
  ];
  return { snapshots, packs };
}

/** Modes, times, an attribute and a hard link, none of which a restore would hit upon by itself. */
async function giveMetadata(folder: string): Promise<void> {
  const script = [
    "ln same deep/second-name",
    "setfattr -n user.kept -v value deep/text",
    "chmod 0604 noise; chmod 0440 deep/text; chmod 2750 deep/er",
    "touch -d '2001-02-03 04:05:06.123456789' noise deep/er/small same",
    "touch -d '1969-07-20 20:17:40.987654321' deep/er deep .",
  ].join("\n");
  const { success } = await new Deno.Command("bash", { args: ["-ec", script], cwd: folder }).output();
  assert.ok(success);
}

testWithRestic("restic agrees after repair index: no index, half of it, a damaged one", async () => {
  await using both = await sharedRepository();
  const { snapshots } = await twoSnapshots(both);
  const damages: Record<string, (index: string[], repo: string) => Promise<void>> = {
    none: async (index) => {
      for (const file of index) await Deno.remove(file);
    },
    half: async (index) => await Deno.remove(index[0]!),
    damaged: async (index) => {
      const bytes = await Deno.readFile(index[1]!);
      bytes[bytes.length >> 1]! ^= 1;
      await Deno.chmod(index[1]!, 0o600);
      await Deno.writeFile(index[1]!, bytes);
    },
  };
  for (const [name, damage] of Object.entries(damages)) {
    const repo = both.at(name);
    await copyTree(both.location, repo);
    await damage((await filesOf(repo, "index/")).map((file) => `${repo}/${file}`), repo);
    const copy = new SharedRepository(both.at("."), { location: repo });
    assert.notEqual((await copy.trySparegrid(["check"])).code, 0, name);
    await copy.sparegrid(["repair", "index"]);
    // What it made anew is the same as what was lost.
    await assertResticAgrees(copy, name === "half" ? snapshots : snapshots.slice(1));
  }
  await both.sparegrid(["repair", "index", "--read-all-packs"]);
  await assertResticAgrees(both, snapshots);
});

testWithRestic(
  "restic agrees after repair packs and snapshots: a broken and a lost pack cost only what was in them",
  async () => {
    await using both = await sharedRepository();
    const source = both.at("source");
    const { snapshots, packs } = await twoSnapshots(both);
    const ids = snapshots.map((snapshot) => snapshot.id);
    // Of the first the first blob is spoiled; the second is gone.
    const [broken, lost] = packs as [string, string];
    const bytes = await Deno.readFile(broken);
    bytes[100]! ^= 1;
    await Deno.chmod(broken, 0o600);
    await Deno.writeFile(broken, bytes);
    await Deno.remove(lost);
    const found = await both.trySparegrid(["check", "--read-data"]);
    assert.equal(found.code, 1);
    const id = broken.split("/").at(-1)!;
    assert.match(found.out + found.err, new RegExp(id));

    await both.sparegrid(["repair", "index"]);
    // The damaged pack is copied to the working folder before it is removed.
    await both.sparegrid(["repair", "packs", id], { cwd: both.at(".") });
    assert.deepEqual(await Deno.readFile(both.at(`pack-${id}`)), bytes);
    const dry = await filesOf(both.location);
    await both.sparegrid(["repair", "snapshots", "--dry-run"]);
    assert.deepEqual(await filesOf(both.location), dry);
    const repaired = await both.sparegrid(["repair", "snapshots", "--forget"]);
    await assertResticChecks(both);
    await assertSparegridChecks(both);
    const mended = await both.resticSnapshots();
    assert.deepEqual(mended.map((snapshot) => snapshot["original"]), ids);
    // What was lost is told, and is missing from these files; restic restores all others, content and metadata.
    for (const [i, snapshot] of mended.entries()) {
      const told = [...repaired.out.matchAll(/^([0-9a-f]{8}) (\/.*): content removed$/gm)]
        .filter((match) => ids[i]!.startsWith(match[1]!)).map((match) => match[2]!);
      assert.deepEqual(told.filter((path) => !path.includes("/more/")), [`${source}/noise`], repaired.out);
      assert.equal(told.includes(`${source}/more/noise`), i === 1, repaired.out);
      await assertResticRestoresBut(both, { ...snapshots[i]!, id: String(snapshot["id"]) }, told);
    }
    // The next backup heals.
    await both.sparegrid(["prune"]);
    const { snapshot_id } = await both.backup([source]);
    await assertResticAgrees(both, [{ id: String(snapshot_id), trees: { [source]: source } }]);
  },
);
