// Copyright the SpareGrid authors. Apache-2.0.
// F12: after the repairs everything that could still be read restores, a check is clean, and the next backup of the same
// data brings back what was lost.
import assert from "node:assert/strict";
import type { SnapshotId } from "../../mod/base/mod.ts";
import { isSgError } from "../../mod/errors/mod.ts";
import { repairIndex, repairPacks, repairSnapshots, runPrune } from "../../mod/job/mod.ts";
import { checked, DamageBench, restoredBy, sameBytes } from "../kit/damage_bench.ts";
import { type Damage, DamageEditor } from "../kit/damage_editor.ts";
import { heardRun, type JobStage } from "../kit/job_stage.ts";

const bench = await DamageBench.made();
const editor = new DamageEditor(bench.files, 1203);

/** One of each kind of damage to each region or file; none of what keeps the repository shut. */
function* damages(): Generator<Damage> {
  const opening = (file: string) => !file.startsWith("config/") && !file.startsWith("keys/");
  for (const region of bench.regions.filter(({ file }) => opening(file))) {
    yield editor.flip(region);
    yield editor.zero(region);
  }
  const files = [...bench.files.keys()].filter(opening);
  for (const [i, file] of files.entries()) {
    const size = bench.files.get(file)!.length;
    for (const cut of [0, 1, size >> 1, size - 4, size - 1]) yield editor.cut(file, cut);
    yield editor.extend(file, 7);
    yield editor.double(file);
    yield editor.remove(file);
    yield editor.duplicate(file);
    yield editor.exchange(file, files[(i + 1) % files.length]!);
    yield editor.replace(file, files[(i + 3) % files.length]!);
  }
}

/** What a user does who follows the messages. Packs are named by the check. */
async function repair(stage: JobStage, damage: Damage): Promise<void> {
  {
    await using session = await stage.open();
    await repairIndex(session, { readAllPacks: true }, heardRun());
  }
  const bad = (await checked(stage)).filter(({ hint }) => !hint).map(({ object }) => object)
    .filter((object) => object.startsWith("pack ")).map((object) => object.slice(5));
  if (bad.length > 0) {
    await using session = await stage.open();
    await repairPacks(session, { ids: [...new Set(bad)] }, heardRun());
  }
  {
    await using session = await stage.open();
    await repairSnapshots(session, { ids: [], filter: {}, forget: true, dryRun: false }, heardRun());
  }
  for (const file of bench.changedFiles(damage)) {
    if (!file.startsWith("snapshots/") || !damage.edited.get(file)) continue;
    await using session = await stage.open();
    await session.repository.removeSnapshots([file.slice("snapshots/".length) as SnapshotId]);
  }
}

/** The snapshots there are now, by the one that each was made from. */
async function copies(stage: JobStage): Promise<Map<SnapshotId, SnapshotId>> {
  await using session = await stage.open();
  const all = await session.repository.listSnapshots();
  return new Map(all.map(({ id, snapshot }) => [snapshot.original ?? id, id]));
}

Deno.test("the repairs leave a repository that is clean and restores all that nothing happened to", async () => {
  for (const damage of damages()) {
    const stage = await bench.stage(damage);
    await repair(stage, damage);
    const errors = (await checked(stage)).filter(({ hint }) => !hint);
    assert.deepEqual(errors, [], damage.label);
    const lost = bench.lostBlobs(damage);
    const there = await copies(stage);
    for (const snapshot of bench.snapshots) {
      if (bench.changedFiles(damage).includes(`snapshots/${snapshot.id}`) || lost.has(snapshot.tree)) {
        continue;
      }
      const copy = there.get(snapshot.id);
      assert.ok(copy, `snapshot ${snapshot.id} is gone: ${damage.label}`);
      const { files, problems } = await restoredBy(stage, copy, `/${snapshot.id}`);
      assert.deepEqual(problems, [], damage.label);
      for (const [path, { needs, bytes }] of snapshot.files) {
        if (needs.some((blob) => lost.has(blob))) continue;
        assert.ok(files.has(path) && sameBytes(files.get(path)!, bytes), `${path}: ${damage.label}`);
      }
    }
  }
});

/** Everything that restores byte for byte, as `snapshot path`. */
async function readable(stage: JobStage, run: string): Promise<string[]> {
  const found: string[] = [];
  for (const { id, files: expected } of bench.snapshots) {
    const { files } = await restoredBy(stage, id, `/${run}/${id}`);
    for (const [path, bytes] of files) {
      assert.ok(sameBytes(bytes, expected.get(path)!.bytes), path);
      found.push(`${id.slice(0, 8)} ${path}`);
    }
  }
  return found.sort();
}

Deno.test("a prune of a damaged repository refuses, or loses nothing that could be read", async () => {
  let refused = 0, pruned = 0;
  for (const damage of damages()) {
    const stage = await bench.stage(damage);
    // The oldest snapshot goes, so that there is something to remove and to rewrite.
    const { id } = bench.snapshots[0]!;
    await stage.storage.remove({ type: "snapshots", name: id }).catch(() => {});
    const before = await readable(stage, "before");
    try {
      await using session = await stage.open();
      await runPrune(session, { maxUnused: { bytes: 0 }, repackSmall: true }, heardRun());
      pruned++;
    } catch (error) {
      assert.ok(isSgError(error) && /^SG10(05|06|28|17)$/.test(error.code), `${damage.label}: ${error}`);
      refused++;
    }
    assert.deepEqual(await readable(stage, "after"), before, damage.label);
  }
  assert.ok(refused > 100 && pruned > 20, `${refused} refused, ${pruned} pruned`);
});

Deno.test("a backup of the same data brings back what a repair gave up", async () => {
  for (const damage of damages()) {
    if (bench.changedFiles(damage).some((file) => file.startsWith("snapshots/"))) continue;
    const stage = await bench.stage(damage);
    {
      await using session = await stage.open();
      await repairIndex(session, { readAllPacks: true }, heardRun());
    }
    const bad = (await checked(stage)).filter(({ hint, object }) => !hint && object.startsWith("pack "));
    if (bad.length > 0) {
      await using session = await stage.open();
      const ids = [...new Set(bad.map(({ object }) => object.slice(5)))];
      await repairPacks(session, { ids }, heardRun());
    }
    await bench.backUpAgain(stage.storage);
    for (const snapshot of bench.snapshots.slice(0, 2)) {
      const { files, problems } = await restoredBy(stage, snapshot.id, `/${snapshot.id}`);
      assert.deepEqual(problems.map(({ message }) => message), [], damage.label);
      assert.equal(files.size, snapshot.files.size, damage.label);
    }
  }
});
