// Copyright the SpareGrid authors. Apache-2.0.
import type { KeyId } from "../base/mod.ts";
import {
  addKey,
  type BackupOrder,
  type BackupReport,
  changePassword,
  type Difference,
  type DiffOrder,
  diffSnapshots,
  type DiffStatistics,
  findEntries,
  type ListedEntry,
  listEntries,
  listKeys,
  listSnapshots,
  type NamedSnapshot,
  removeKey,
  repairIndex,
  repairPacks,
  repairSnapshots,
  repositoryStats,
  type RestoreOrder,
  type RestoreReport,
  runBackup,
  runCheck,
  runDump,
  runForget,
  type RunOptions,
  runPrune,
  runRestore,
  type Session,
  type SnapshotFilter,
  unlock,
} from "../job/mod.ts";
import type {
  CheckReport,
  DumpOrder,
  Engine,
  FindOrder,
  ForgetOrder,
  ForgetReport,
  KeyInfo,
  KeyLabel,
  ListOrder,
  PruneOrder,
  PruneReport,
  ReadData,
  RepairReport,
  StatsOrder,
  StatsReport,
} from "./engine.ts";

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
    return runBackup(this.#session, order, options);
  }

  restore(order: RestoreOrder, options: RunOptions): Promise<RestoreReport> {
    return runRestore(this.#session, order, options);
  }

  snapshots(
    order: { filter: SnapshotFilter; latest?: number; ids?: readonly string[] },
    options: RunOptions,
  ): Promise<readonly NamedSnapshot[]> {
    return listSnapshots(this.#session, order, options);
  }

  list(order: ListOrder, options: RunOptions): AsyncIterable<ListedEntry> {
    return listEntries(this.#session, order, options);
  }

  find(
    order: FindOrder,
    options: RunOptions,
  ): AsyncIterable<{ snapshot: NamedSnapshot; entry: ListedEntry }> {
    return findEntries(this.#session, order, options);
  }

  diff(order: DiffOrder, options: RunOptions): AsyncGenerator<Difference, DiffStatistics> {
    return diffSnapshots(this.#session, order, options);
  }

  dump(order: DumpOrder, options: RunOptions): AsyncIterable<Uint8Array> {
    return runDump(this.#session, order, options);
  }

  stats(order: StatsOrder, options: RunOptions): Promise<StatsReport> {
    return repositoryStats(this.#session, order, options);
  }

  check(order: { readData?: ReadData }, options: RunOptions): Promise<CheckReport> {
    return runCheck(this.#session, order, options);
  }

  forget(order: ForgetOrder, options: RunOptions): Promise<ForgetReport> {
    return runForget(this.#session, order, options);
  }

  prune(order: PruneOrder, options: RunOptions): Promise<PruneReport> {
    return runPrune(this.#session, order, options);
  }

  repairIndex(order: { readAllPacks: boolean }, options: RunOptions): Promise<RepairReport> {
    return repairIndex(this.#session, order, options);
  }

  repairPacks(order: { ids: readonly string[] }, options: RunOptions): Promise<RepairReport> {
    return repairPacks(this.#session, order, options);
  }

  repairSnapshots(
    order: { ids: readonly string[]; filter: SnapshotFilter; forget: boolean; dryRun: boolean },
    options: RunOptions,
  ): Promise<RepairReport> {
    return repairSnapshots(this.#session, order, options);
  }

  unlock(order: { all: boolean }, options: RunOptions): Promise<number> {
    return unlock(this.#session, order, options);
  }

  keys(options: RunOptions): Promise<readonly KeyInfo[]> {
    return listKeys(this.#session, options);
  }

  addKey(password: string, label: KeyLabel, options: RunOptions): Promise<KeyId> {
    return addKey(this.#session, { password, ...label }, options);
  }

  removeKey(id: string, options: RunOptions): Promise<KeyId> {
    return removeKey(this.#session, id, options);
  }

  changePassword(password: string, options: RunOptions): Promise<KeyId> {
    return changePassword(this.#session, password, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}
