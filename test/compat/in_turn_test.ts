// Copyright the SpareGrid authors. Apache-2.0.
// SpareGrid and the real restic work on one repository in turn, and each goes on where the other ended.
import assert from "node:assert/strict";
import {
  assertResticAgrees,
  assertResticChecks,
  assertSparegridChecks,
  assertSparegridRestores,
  type Expected,
  packBytes,
  type Said,
  type SharedRepository,
  sharedRepository,
  testWithRestic,
} from "../kit/both_programs.ts";
import { changeTree, makeResticTree, makeSmallTree, noise } from "../kit/restic_tree.ts";
import { accountOf } from "../kit/tree_oracle.ts";

/** More than the trees of a whole nasty tree is never added when nothing changed. Bytes. */
const TREES_ONLY = 400_000;

async function bothCheck(both: SharedRepository): Promise<void> {
  await assertResticChecks(both);
  await assertSparegridChecks(both);
}

/** Fails unless a summary says that all files were recognised as unchanged, without reading them. */
function assertAllUnmodified(summary: Said, files: number, addedMax: number): void {
  const { files_new, files_changed, files_unmodified, data_blobs, data_added } = summary;
  assert.deepEqual(
    { files_new, files_changed, files_unmodified, data_blobs },
    { files_new: 0, files_changed: 0, files_unmodified: files, data_blobs: 0 },
  );
  assert.ok(Number(data_added) < addedMax, `${data_added} bytes were added`);
}

testWithRestic(
  "unchanged files are recognised in both directions: SpareGrid, restic, SpareGrid, restic",
  async () => {
    await using both = await sharedRepository();
    const source = both.at("source");
    await makeResticTree(source);
    await both.init("sparegrid");
    const first = await both.backup([source]);
    const files = Number(first["files_new"]);
    const second = await both.resticBackup([source]);
    assertAllUnmodified(second, files, TREES_ONLY);
    const third = await both.backup([source]);
    assertAllUnmodified(third, files, TREES_ONLY);
    const fourth = await both.resticBackup([source]);
    assertAllUnmodified(fourth, files, TREES_ONLY);
    const ids = [first, second, third, fourth].map((summary) => String(summary["snapshot_id"]));
    const listed = await both.resticSnapshots();
    assert.deepEqual(listed.map((snapshot) => snapshot["id"]), ids);
    assert.deepEqual(listed.map((snapshot) => snapshot["parent"]), [undefined, ...ids.slice(0, 3)]);
    await bothCheck(both);
    for (const id of [ids[2]!, ids[3]!]) {
      await assertSparegridRestores(both, { id, trees: { [source]: source } });
      await assertResticAgrees(both, [{ id, trees: { [source]: source } }]);
    }
  },
);

testWithRestic("both programs back up what changed in turn, and read nothing else again", async () => {
  await using both = await sharedRepository();
  const source = both.at("source");
  await makeResticTree(source);
  await both.init("restic");
  const expected: Expected[] = [];
  const backUp = async (who: "backup" | "resticBackup"): Promise<Said> => {
    const summary = await both[who]([source]);
    expected.push({ id: String(summary["snapshot_id"]), trees: { [source]: await accountOf(source) } });
    return summary;
  };
  const first = await backUp("resticBackup");
  await changeTree(source);
  const second = await backUp("backup");
  assert.ok(Number(second["files_unmodified"]) > Number(first["files_new"]) - 40);
  await assertSparegridChecks(both);
  await Deno.writeFile(`${source}/sizes/s9000001`, noise(7, 1_500_000));
  await Deno.writeTextFile(`${source}/new/again`, "new");
  const third = await backUp("resticBackup");
  assert.deepEqual([third["files_new"], third["files_changed"]], [1, 1]);
  await assertResticChecks(both);
  await Deno.remove(`${source}/new/again`);
  await Deno.writeTextFile(`${source}/sizes/s0`, "not empty");
  const fourth = await backUp("backup");
  assert.deepEqual([fourth["files_new"], fourth["files_changed"]], [0, 1]);
  assert.ok(Number(fourth["data_added"]) < TREES_ONLY);
  await assertResticAgrees(both, expected);
  for (const snapshot of expected) await assertSparegridRestores(both, snapshot);
});

testWithRestic("each program prunes what the other stored, and both go on backing up", async () => {
  await using both = await sharedRepository();
  const source = both.at("source");
  await both.init("sparegrid");
  const make = async (seed: number, who: "backup" | "resticBackup") => {
    await makeSmallTree(source, seed, 3_000_000);
    const id = String((await both[who]([source]))["snapshot_id"]);
    return { id, trees: { [source]: await accountOf(source) } };
  };
  const a = await make(10, "backup");
  const b = await make(20, "resticBackup");
  const c = await make(30, "backup");
  const full = await packBytes(both.location);
  await both.sparegrid(["forget", b.id, "--prune", "--max-unused", "0"]);
  assert.ok(await packBytes(both.location) < full - 2_900_000);
  await bothCheck(both);
  const d = await make(40, "resticBackup");
  const more = await packBytes(both.location);
  await both.restic(["forget", a.id, "--prune", "--max-unused", "0"]);
  assert.ok(await packBytes(both.location) < more - 2_900_000);
  await bothCheck(both);
  const e = await make(50, "backup");
  await both.sparegrid(["forget", c.id, "--prune", "--max-unused", "0"]);
  await assertResticAgrees(both, [d, e]);
  await assertSparegridRestores(both, d);
  await assertSparegridRestores(both, e);
  await assertSparegridChecks(both);
});

testWithRestic(
  "forget keeps and removes the same snapshots in both programs, restic's offsets of time included",
  async () => {
    await using both = await sharedRepository();
    await using other = await sharedRepository();
    const source = both.at("source");
    await makeSmallTree(source, 6, 10_000);
    await both.init("restic");
    const env = { TZ: "Asia/Kolkata" };
    for (const time of ["2024-01-31 23:30:00", "2024-02-01 00:30:00", "2024-02-29 12:00:00"]) {
      await both.restic(["backup", "--time", time, source], { env });
    }
    for (const time of ["2024-02-29 18:00:00", "2024-12-30 01:00:00", "2025-01-01 05:00:00"]) {
      await both.backup(["--time", time, "--tag", "ours", source]);
    }
    const ids = async (place: SharedRepository) =>
      (await place.resticSnapshots()).map((snapshot) => snapshot["id"]);
    for (
      const rules of [["--keep-daily", "2", "--keep-monthly", "2"], ["--keep-within", "11m"], [
        "--keep-tag",
        "ours",
      ]]
    ) {
      const copied = await new Deno.Command("cp", { args: ["-a", both.location, other.location] }).output();
      assert.ok(copied.success);
      await other.restic(["forget", ...rules]);
      const kept = await ids(other);
      await new Deno.Command("rm", { args: ["-r", other.location] }).output();
      assert.ok(kept.length > 0 && kept.length < 6, rules.join(" "));
      const dry = await both.objects(["forget", "--dry-run", ...rules]);
      const ours = dry.flatMap((group) => (group["keep"] as Said[] | undefined) ?? []).map((snapshot) =>
        snapshot["id"]
      );
      assert.deepEqual(ours.sort(), kept.sort(), rules.join(" "));
    }
  },
);
