// Copyright the SpareGrid authors. Apache-2.0.
// What is stored and removed by a process whose lock was taken for stale while it, or its machine, stood still.
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { SnapshotId } from "../../../mod/base/mod.ts";
import { SgError } from "../../../mod/errors/mod.ts";
import {
  checkRepository,
  type NamedSnapshot,
  pruneRepository,
  Repository,
} from "../../../mod/repository/mod.ts";
import {
  type FileHandle,
  type FileType,
  MemoryStorage,
  type StorageCall,
  type StoredFile,
} from "../../../mod/storage/mod.ts";
import { namesOf } from "../../kit/damaged_storage.ts";
import { type Draft, DraftSaver, initRepository, PASSWORD, reopen, testPorts } from "../../kit/repository.ts";
import { RunClock } from "../../kit/run_clock.ts";

const HOUR = 3_600_000;

/** A storage whose calls may be held up before they take effect, and that may fall silent. */
class SlowStorage extends MemoryStorage {
  /** Called before the call takes effect. */
  held: ((call: string) => Promise<void>) | undefined;
  /** Called before its answer is given. */
  late: ((call: string) => Promise<void>) | undefined;
  /** A server: what was sent arrives, whatever has become of the sender. */
  far = true;
  deaf = false;
  /** So many looks at a lock are answered for another name. */
  spoilt = 0;

  override async save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
    if (this.far) call?.guard?.();
    await this.held?.(`save ${file.type}`);
    await super.save(file, bytes, this.far ? {} : call);
    await this.late?.(`save ${file.type}`);
  }

  override async remove(file: FileHandle, call?: StorageCall): Promise<void> {
    if (this.far) call?.guard?.();
    await this.held?.(`remove ${file.type}`);
    await super.remove(file, this.far ? {} : call);
  }

  override async *list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile> {
    await this.held?.(`list ${type}`);
    yield* super.list(type, call);
  }

  override stat(file: FileHandle, call?: StorageCall): Promise<StoredFile> {
    if (this.deaf) return Promise.reject(new SgError("SG0083", "Cannot find: nobody answers"));
    if (file.type === "locks" && this.spoilt > 0) {
      this.spoilt--;
      return Promise.reject(new SgError("SG1006", "Cannot find: there is no such file"));
    }
    return super.stat(file, call);
  }
}

class House {
  readonly storage = new SlowStorage();
  readonly clock = new RunClock();

  async init(): Promise<this> {
    await initRepository(this.storage, {}, this.ports("ada"));
    return this;
  }

  open(hostname: string): Promise<Repository> {
    return reopen(this.storage, {}, this.ports(hostname));
  }

  /** Stores files as a snapshot, under a shared lock. */
  async backup(hostname: string, draft: Draft): Promise<SnapshotId> {
    const repository = await this.open(hostname);
    await using _lock = await repository.lock();
    return await new DraftSaver(repository).snapshot(draft);
  }

  /** The first such call stands still for an hour, and meanwhile `work` is done by others. */
  anHourWithin(call: string, work: () => Promise<unknown>): void {
    this.storage.held = async (seen) => {
      if (seen !== call) return;
      this.storage.held = this.storage.late = undefined;
      this.clock.ms += HOUR;
      await work();
    };
  }

  /** As {@link anHourWithin}, when the call has had its effect. */
  anHourBehind(call: string, work: () => Promise<unknown>): void {
    this.anHourWithin(call, work);
    this.storage.late = this.storage.held;
    this.storage.held = undefined;
  }

  /** Prunes under an exclusive lock. */
  async prune(hostname: string): Promise<void> {
    const repository = await this.openEmpty(hostname);
    await using _lock = await repository.lock({ exclusive: true });
    await pruneRepository(repository, { maxUnused: { bytes: 0 } });
  }

  openEmpty(hostname: string): Promise<Repository> {
    return Repository.open(this.storage, this.ports(hostname), { password: PASSWORD });
  }

  async errors(): Promise<string[]> {
    const { findings } = await checkRepository(await this.openEmpty("judge"), { readData: "all" });
    return findings.filter(({ severity }) => severity === "error").map(({ message }) => message);
  }

  names(type: FileType): Promise<string[]> {
    return namesOf(this.storage, type);
  }

  ports(hostname: string) {
    return testPorts({ clock: this.clock, owner: { hostname, username: "u", pid: 1 } });
  }
}

const DRAFT = { file: "what is in it", folder: { other: "more of it" } };

Deno.test("Repository.saveSnapshot stores no index and no snapshot when a prune came while the process stood still", async () => {
  const house = await new House().init();
  house.anHourWithin("save data", () => house.prune("eve"));
  await rejects(house.backup("ada", DRAFT), { code: "SG1018" });
  deepStrictEqual(await house.names("index"), []);
  deepStrictEqual(await house.names("snapshots"), []);
});

Deno.test("Repository.writeIndex takes an index back that landed behind a prune", async () => {
  const house = await new House().init();
  house.anHourWithin("save index", () => house.prune("eve"));
  await rejects(house.backup("ada", DRAFT), { code: "SG1018" });
  deepStrictEqual(await house.names("data"), [], "eve has removed what no index listed");
  deepStrictEqual(await house.names("index"), [], "an index would make the next backup rely on it");
});

Deno.test("Repository.writeIndex leaves an index that others rely on, though the lock was lost", async () => {
  const house = await new House().init();
  let fresh = "";
  house.anHourBehind("save index", async () => fresh = await house.backup("eve", DRAFT));
  await rejects(house.backup("ada", DRAFT), { code: "SG1018" });
  deepStrictEqual(await house.names("snapshots"), [fresh]);
  deepStrictEqual(await house.errors(), []);
});

Deno.test("Repository.saveSnapshot takes a snapshot back that landed behind a prune", async () => {
  const house = await new House().init();
  house.anHourWithin("save snapshots", () => house.prune("eve"));
  await rejects(house.backup("ada", DRAFT), { code: "SG1018" });
  deepStrictEqual(await house.names("snapshots"), []);
  deepStrictEqual(await house.errors(), []);
});

Deno.test("Repository.saveSnapshot succeeds when the process stood still and nobody came", async () => {
  for (
    const call of ["save data", "save index", "save snapshots", "save index, near", "save snapshots, near"]
  ) {
    const house = await new House().init();
    house.storage.far = !call.endsWith("near");
    house.anHourWithin(call.replace(", near", ""), () => Promise.resolve());
    const id = await house.backup("ada", DRAFT);
    deepStrictEqual(await house.names("snapshots"), [id], call);
    deepStrictEqual(await house.errors(), [], call);
  }
});

Deno.test("Repository stores no index or snapshot, and removes nothing, on a drive of its own once a prune came", async () => {
  for (const call of ["save index", "save snapshots"]) {
    const house = await new House().init();
    house.storage.far = false;
    house.anHourWithin(call, () => house.prune("eve"));
    await rejects(house.backup("ada", DRAFT), { code: "SG1018" });
    deepStrictEqual(await house.names("index"), [], call);
    deepStrictEqual(await house.names("snapshots"), [], call);
  }
  const house = await new House().init();
  house.storage.far = false;
  await (await house.open("ada")).removeSnapshots([await house.backup("ada", DRAFT)]);
  const before = [...await house.names("data"), ...await house.names("index")];
  house.anHourWithin("remove index", () => house.backup("eve", DRAFT));
  await rejects(house.prune("ada"), { code: "SG1018" });
  const after = [...await house.names("data"), ...await house.names("index")];
  deepStrictEqual(before.filter((name) => !after.includes(name)), []);
  deepStrictEqual(await house.errors(), []);
});

Deno.test("Repository.removeSnapshots removes none once another came: they may have counted on it", async () => {
  const house = await new House().init();
  house.storage.far = false;
  const id = await house.backup("ada", DRAFT);
  const ada = await house.open("ada");
  await using _lock = await ada.lock({ exclusive: true });
  house.anHourWithin("remove snapshots", () => house.prune("eve"));
  await rejects(ada.removeSnapshots([id]), { code: "SG1018" });
  deepStrictEqual(await house.names("snapshots"), [id]);
});

Deno.test("pruneRepository puts back an index that it removed while others had taken its lock for stale", async () => {
  const house = await new House().init();
  const old = await house.backup("ada", DRAFT);
  await (await house.open("ada")).removeSnapshots([old]);
  let fresh = "";
  house.anHourWithin("remove index", async () => fresh = await house.backup("eve", DRAFT));
  await rejects(house.prune("ada"), { code: "SG1018" });
  deepStrictEqual(await house.names("snapshots"), [fresh]);
  deepStrictEqual(await house.errors(), [], "eve relies on packs that ada meant to remove");
  await house.prune("ada");
  deepStrictEqual(await house.errors(), []);
});

Deno.test("pruneRepository removes no unlisted pack when its lock is gone: it may be another's who has just begun", async () => {
  const house = await new House().init();
  const ada = await house.openEmpty("ada");
  await using _old = await ada.lock({ exclusive: true });
  house.clock.ms += HOUR;
  const eve = await house.open("eve");
  await using _new = await eve.lock();
  const saver = new DraftSaver(eve);
  await saver.data("eve's");
  await saver.endPack();
  await rejects(pruneRepository(ada), { code: "SG1018" });
  await saver.snapshot({ file: "eve's" });
  deepStrictEqual(await house.errors(), []);
});

Deno.test("RepositoryLock.assertHeld finds a lock that was taken away, however young it is", async () => {
  const house = await new House().init();
  const ada = await house.open("ada");
  await using lock = await ada.lock();
  await lock.assertHeld();
  await (await house.open("eve")).unlock({ removeAll: true });
  await lock.guarded(() => Promise.resolve());
  strictEqual(lock.signal.aborted, false);
  await rejects(lock.assertHeld(), { code: "SG1018" });
  strictEqual((lock.signal.reason as SgError).code, "SG1018");
  await rejects(lock.guarded(() => Promise.resolve()), { code: "SG1018" });
});

Deno.test("RepositoryLock.assertHeld looks again when the lock seems gone: the answer may be about another name", async () => {
  const house = await new House().init();
  await using lock = await (await house.open("ada")).lock();
  house.storage.spoilt = 1;
  await lock.assertHeld();
  strictEqual(house.storage.spoilt, 0);
  strictEqual(lock.signal.aborted, false);
});

Deno.test("pruneRepository that wrongly believes its lock lost does not wait for that lock to become stale", async () => {
  const house = await new House().init();
  await house.backup("ada", DRAFT);
  const [first] = await house.names("snapshots");
  await house.backup("ada", { file: "another" });
  await house.storage.remove({ type: "snapshots", name: first! });
  house.storage.held = (call) => {
    if (call === "remove index") house.storage.spoilt = 2;
    return Promise.resolve();
  };
  await rejects(house.prune("ada"), { code: "SG1018" });
  house.storage.held = undefined;
  deepStrictEqual(await house.names("locks"), []);
  deepStrictEqual(await house.errors(), []);
});

Deno.test("RepositoryLock.assertHeld goes by the clock where the storage does not answer", async () => {
  const house = await new House().init();
  await using lock = await (await house.open("ada")).lock();
  house.storage.deaf = true;
  await lock.assertHeld();
  house.clock.ms += HOUR;
  await rejects(lock.assertHeld(), { code: "SG1018" });
});

Deno.test("RepositoryLock.explain tells what is missing because the lock was lost as that, and real damage as damage", async () => {
  const house = await new House().init();
  const id = await house.backup("ada", DRAFT);
  const ada = await house.open("ada");
  await using lock = await ada.lock();
  const [{ snapshot }] = await ada.listSnapshots() as [NamedSnapshot];
  const read = () => lock.explain(() => ada.loadTree(snapshot.tree));
  house.clock.ms += HOUR;
  const packs = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const name of await house.names("data")) {
    packs.set(name, await house.storage.load({ type: "data", name }));
    await house.storage.remove({ type: "data", name });
  }
  await rejects(read(), { code: "SG1006" });
  for (const [name, bytes] of packs) await house.storage.save({ type: "data", name }, bytes);
  await (await house.open("eve")).removeSnapshots([id]);
  await house.prune("eve");
  await rejects(read(), { code: "SG1018" });
});

Deno.test("pruneRepository whose lists differ because others came in meanwhile tells of the lost lock", async () => {
  const house = await new House().init();
  await house.backup("ada", DRAFT);
  let lists = 0;
  house.storage.held = async (call) => {
    if (call !== "list snapshots" || ++lists < 2) return;
    house.storage.held = undefined;
    house.clock.ms += HOUR;
    await house.backup("eve", { another: "file" });
  };
  await rejects(house.prune("ada"), { code: "SG1018" });
  deepStrictEqual(await house.errors(), []);
});
