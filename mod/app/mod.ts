// Copyright the SpareGrid authors. Apache-2.0.
/**
 * App: the composition root, the only place where concrete parts meet. It picks the file system, the storage with its
 * decorators, the password's source, the cache folder and the default places, and hands the doors an {@link Engine}.
 *
 * It composes the service, too: settings, the locked data folder, identity, certificate, catalog, and the parts that stand on
 * them (`run_service.ts`, which loads them when it is called); and it is the client of a running service's API.
 *
 * It holds no rules of backup or restore (those are in job and the rooms below) and prints nothing (the doors do).
 *
 * Invariants: one process holds a data folder; what is in it is for its user only; nothing of the service is loaded before it is
 * run; a password never enters a message, a log line or an argument list; a password file is made with mode
 * 0600 and never overwritten.
 * @module
 */
export { createRepository, lookAhead, openEngine } from "./open.ts";
export {
  type DefaultPlaces,
  defaultPlaces,
  defaultRepositoryExists,
  keepPassword,
} from "./default_places.ts";
export { readPassword } from "./password.ts";
export { dataFolderOf, type InstallationOrder, resolveSettings } from "./setting_sources.ts";
export {
  SETTING_KEYS,
  type SettingKey,
  type SettingSpec,
  settingSpec,
  settingVariable,
} from "./setting_table.ts";
export type { SettingKind } from "./setting_kinds.ts";
export {
  type SettingOrigin,
  Settings,
  type SettingSources,
  type SettingState,
  type Suggest,
} from "./settings.ts";
export { runService, type ServiceOrder, type ServiceStart } from "./run_service.ts";
export { readTextFile } from "./user_input.ts";
export { absolutePath } from "./absolute_path.ts";
export { type ApiClient, type ApiVariables, openApi } from "./api_client.ts";
export type { ApiOrder } from "./api_place.ts";
export { promptLine, promptSecret } from "../platform/mod.ts";
export { readPathFile, readPatternFile } from "./pattern_files.ts";
export { sharesFileSystem } from "./same_drive.ts";
export type { ConnectionOrder, Password, PasswordOrder } from "./orders.ts";
export type { Engine, KeyInfo, KeyLabel } from "./engine.ts";
export type {
  BackupOrder,
  BackupReport,
  CheckReport,
  Compression,
  Difference,
  DiffOrder,
  DiffSide,
  DiffStatistics,
  DumpOrder,
  EntryFate,
  ExcludeOptions,
  FindOrder,
  ForgetGroup,
  ForgetOrder,
  ForgetReport,
  GroupBy,
  KeepPolicy,
  KeepSpan,
  ListedEntry,
  ListOrder,
  NamedSnapshot,
  Overwrite,
  Problem,
  Progress,
  PruneOrder,
  PruneReport,
  ReadData,
  RepairReport,
  RestoreOrder,
  RestoreReport,
  RunObserver,
  RunOptions,
  SnapshotFilter,
  SnapshotsOrder,
  StatsMode,
  StatsOrder,
  StatsReport,
} from "../job/mod.ts";
