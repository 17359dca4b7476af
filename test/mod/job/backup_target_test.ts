// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { SgError } from "../../../mod/errors/mod.ts";
import { BackupTarget } from "../../../mod/job/backup_target.ts";
import { encodeTree } from "../../../mod/format/mod.ts";
import { type FileHandle, MemoryStorage, type StorageCall } from "../../../mod/storage/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { FaultyStorage } from "../../kit/faulty_storage.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";
import { node } from "../../kit/repository.ts";
import { utf8 } from "../../../mod/base/mod.ts";

const WRITES = { exclusive: false, stores: true };
const never = new AbortController().signal;
const tree = (name: string) =>
  encodeTree([node({ name: utf8(name), type: "symlink", linkTarget: utf8("x") })]);

/** Stores a stream and two trees, one of them twice. */
async function fill(target: BackupTarget): Promise<void> {
  await target.lanes.askFirst("savePart", [noise(2_500_000)]);
  await target.lanes.askFirst("endStream", []);
  for (const name of ["a", "b", "a"]) await target.saveTree(tree(name));
  await target.savePacks(await target.lanes.flush());
  await target.checkpoint();
}

Deno.test("BackupTarget stores and counts; a dry run counts the same and stores nothing", async () => {
  const stage = await JobStage.made({ session: { packBytesTarget: 1_000_000 } });
  const before = await stage.stored();
  await using drySession = await stage.open({ noLock: true });
  await using dry = await drySession.begin(WRITES, heardRun());
  const would = new BackupTarget(dry, { dryRun: true, signal: never });
  await fill(would);
  assert.deepEqual(await stage.stored(), before);
  await using open = await stage.open({ noLock: true });
  await using session = await open.begin(WRITES, heardRun());
  const target = new BackupTarget(session, { dryRun: false, signal: never });
  await fill(target);
  const { packedBytes: _, packs: __, ...sums } = target.saved;
  assert.equal(sums.treeBlobs, 2);
  assert.ok(sums.dataBlobs > 1 && sums.dataBytes === 2_500_000);
  const { packedBytes: ___, packs: ____, ...told } = would.saved;
  assert.deepEqual(told, sums);
  assert.equal(await stage.count("data"), target.saved.packs);
  assert.equal(await stage.count("index"), 1);
});

Deno.test("BackupTarget knows a tree that is stored already", async () => {
  const stage = await JobStage.made();
  {
    await using open = await stage.open({ noLock: true });
    await using session = await open.begin(WRITES, heardRun());
    await fill(new BackupTarget(session, { dryRun: false, signal: never }));
  }
  for (const dryRun of [true, false]) {
    await using open = await stage.open({ noLock: true });
    await using session = await open.begin(WRITES, heardRun());
    await session.loadIndex();
    const target = new BackupTarget(session, { dryRun, signal: never });
    await fill(target);
    assert.deepEqual([target.saved.treeBlobs, target.saved.dataBlobs], [0, 0]);
  }
});

/** A store behind a slow link: takes what it is given piece by piece, and has it when it is told so. */
class SlowStorage extends MemoryStorage {
  readonly paces = true;
  readonly arrived = Promise.withResolvers<void>();
  /** Resolves when 6 MB were taken. */
  readonly taken = Promise.withResolvers<void>();
  #taken = 0;

  override async save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
    for (let left = file.type === "data" ? bytes.length : 0; left > 0; left -= 1_000_000) {
      await call?.pace?.(Math.min(left, 1_000_000));
      this.#taken += Math.min(left, 1_000_000);
    }
    if (this.#taken >= 6_000_000) this.taken.resolve();
    if (file.type === "data") await this.arrived.promise;
    await super.save(file, bytes, call);
  }
}

Deno.test("BackupTarget knows what is still under way, of which the system may hold 4 MiB; a backup's progress leaves that out", async () => {
  const storage = new SlowStorage();
  const stage = await JobStage.made({ storage, session: { packBytesTarget: 6_000_000 } });
  stage.tree.folder("/src");
  stage.tree.write("/src/large", noise(7_000_000));
  const run = heardRun();
  const done = stage.backup({}, run);
  await storage.taken.promise;
  const { bytesDone, bytesTotal } = run.progress()!;
  assert.equal(bytesTotal, 7_000_000);
  assert.ok(bytesDone > 0 && bytesDone <= 7_000_000 - 4 * 1024 * 1024, `${bytesDone} bytes`);
  storage.arrived.resolve();
  await done;
  assert.equal(run.progress()!.bytesDone, 7_000_000);
});

Deno.test("BackupTarget gives the storage some time after an interruption, and no more", async () => {
  const clock = new FakeClock({ auto: false, start: 1_780_000_000_000_000_000n });
  const storage = new FaultyStorage(new MemoryStorage());
  const stage = await JobStage.made({ clock, storage });
  await using open = await stage.open({ noLock: true });
  await using session = await open.begin(WRITES, heardRun());
  const stop = new AbortController();
  const target = new BackupTarget(session, { dryRun: false, signal: stop.signal });
  stop.abort(new Error("Ctrl-C"));
  await target.saveTree(tree("a"));
  await clock.advance(1000);
  await target.checkpoint();
  assert.equal(await stage.count("index"), 1);
  await target.saveTree(tree("b"));
  await clock.advance(1000);
  await assert.rejects(target.checkpoint(), { code: "SG1016" });
  assert.equal(await stage.count("index"), 1);
});

Deno.test("BackupTarget says why it gave up: a lock that was lost is no interruption", async () => {
  const clock = new FakeClock({ auto: false, start: 1_780_000_000_000_000_000n });
  const stage = await JobStage.made({ clock });
  await using open = await stage.open({ noLock: true });
  await using session = await open.begin(WRITES, heardRun());
  const stop = new AbortController();
  const target = new BackupTarget(session, { dryRun: false, signal: stop.signal });
  stop.abort(new SgError("SG1018", "lost"));
  await clock.advance(2000);
  await target.saveTree(tree("a"));
  await assert.rejects(target.checkpoint(), { code: "SG1018" });
});

Deno.test("BackupTarget of a dry run stores nothing, though its session has read packs before", async () => {
  const stage = await JobStage.made();
  await using open = await stage.open({ noLock: true });
  await using session = await open.begin(WRITES, heardRun());
  session.lanes();
  const before = await stage.stored();
  await fill(new BackupTarget(session, { dryRun: true, signal: never }));
  const large = new BackupTarget(session, { dryRun: true, signal: never });
  for (let part = 0; part < 20; part++) await large.lanes.askFirst("savePart", [noise(1_000_000, part + 9)]);
  await large.lanes.askFirst("endStream", []);
  await large.savePacks(await large.lanes.flush());
  assert.deepEqual(await stage.stored(), before);
});
