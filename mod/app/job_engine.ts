// Copyright the SpareGrid authors. Apache-2.0.
import type { KeyId } from "../base/mod.ts";
import * as job from "../job/mod.ts";
import type {
  BackupOrder,
  BackupReport,
  CheckOrder,
  CheckReport,
  Difference,
  DiffOrder,
  DiffStatistics,
  DumpOrder,
  FindOrder,
  ForgetOrder,
  ForgetReport,
  ListedEntry,
  ListOrder,
  NamedSnapshot,
  PruneOrder,
  PruneReport,
  RepairReport,
  RepairSnapshotsOrder,
  RestoreOrder,
  RestoreReport,
  RunOptions,
  Session,
  SnapshotsOrder,
  StatsOrder,
  StatsReport,
} from "../job/mod.ts";
import type { Engine, KeyInfo, KeyLabel } from "./engine.ts";

/** The {@link Engine} over mod/job: every order of a door goes through one line here. */
export class JobEngine implements Engine {
  readonly #session: Session;

  constructor(session: Session, readonly location: string, readonly isDefault: boolean) {
    this.#session = session;
  }

  get repositoryId(): string {
    return this.#session.repository.id;
  }

  backup(order: BackupOrder, options: RunOptions): Promise<BackupReport> {
    return job.runBackup(this.#session, order, options);
  }

  restore(order: RestoreOrder, options: RunOptions): Promise<RestoreReport> {
    return job.runRestore(this.#session, order, options);
  }

  snapshots(order: SnapshotsOrder, options: RunOptions): Promise<readonly NamedSnapshot[]> {
    return job.listSnapshots(this.#session, order, options);
  }

  list(order: ListOrder, options: RunOptions): AsyncIterable<ListedEntry> {
    return job.listEntries(this.#session, order, options);
  }

  find(
    order: FindOrder,
    options: RunOptions,
  ): AsyncIterable<{ snapshot: NamedSnapshot; entry: ListedEntry }> {
    return job.findEntries(this.#session, order, options);
  }

  diff(order: DiffOrder, options: RunOptions): AsyncGenerator<Difference, DiffStatistics> {
    return job.diffSnapshots(this.#session, order, options);
  }

  dump(order: DumpOrder, options: RunOptions): AsyncIterable<Uint8Array> {
    return job.runDump(this.#session, order, options);
  }

  stats(order: StatsOrder, options: RunOptions): Promise<StatsReport> {
    return job.repositoryStats(this.#session, order, options);
  }

  check(order: CheckOrder, options: RunOptions): Promise<CheckReport> {
    return job.runCheck(this.#session, order, options);
  }

  forget(order: ForgetOrder, options: RunOptions): Promise<ForgetReport> {
    return job.runForget(this.#session, order, options);
  }

  prune(order: PruneOrder, options: RunOptions): Promise<PruneReport> {
    return job.runPrune(this.#session, order, options);
  }

  repairIndex(order: { readAllPacks: boolean }, options: RunOptions): Promise<RepairReport> {
    return job.repairIndex(this.#session, order, options);
  }

  repairPacks(order: { ids: readonly string[] }, options: RunOptions): Promise<RepairReport> {
    return job.repairPacks(this.#session, order, options);
  }

  repairSnapshots(order: RepairSnapshotsOrder, options: RunOptions): Promise<RepairReport> {
    return job.repairSnapshots(this.#session, order, options);
  }

  unlock(order: { all: boolean }, options: RunOptions): Promise<number> {
    return job.unlock(this.#session, order, options);
  }

  keys(options: RunOptions): Promise<readonly KeyInfo[]> {
    return job.listKeys(this.#session, options);
  }

  addKey(password: string, label: KeyLabel, options: RunOptions): Promise<KeyId> {
    return job.addKey(this.#session, { password, ...label }, options);
  }

  removeKey(id: string, options: RunOptions): Promise<KeyId> {
    return job.removeKey(this.#session, id, options);
  }

  changePassword(password: string, options: RunOptions): Promise<KeyId> {
    return job.changePassword(this.#session, password, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}
