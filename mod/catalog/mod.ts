// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Catalog: the installation's ledger in one libSQL file: users, destinations, sets, runs, accounts, stored files, audit
 * lines. Facts are written once, here, and read by all others.
 *
 * It holds no rules: who may do what, and when, is decided above. It is an index and a journal, never the only copy of
 * a backup: repositories can be read into an empty catalog.
 *
 * Invariants: every write is one durable transaction; no query runs on the caller's thread; a file that is damaged is set
 * aside, never written to; a released migration is never changed; secrets lie in it sealed or hashed only.
 * @module
 */
export { type Catalog, type CatalogPlace, openCatalog } from "./catalog.ts";
export type { AuditFilter, AuditRow } from "./audit_entries.ts";
export type { AccountChanges, AccountFilter, AccountRow } from "./accounts.ts";
export type { Keepsake } from "./keepsake.ts";
export type { InviteRow } from "./invites.ts";
export type { SessionRow } from "./sessions.ts";
export type { TokenRow } from "./tokens.ts";
export type { UserChanges, UserRow } from "./users.ts";
export type { CreationPlace } from "./query.ts";
export type { DestinationChange, DestinationRow } from "./destinations.ts";
export type { SetChange, SetDestinationOrder, SetDestinationRow, SetRow } from "./sets.ts";
export type { ProblemRow, RunChange, RunDraft, RunPageOrder, RunRow, RunRowFilter, RunSums } from "./runs.ts";
export type { SeenSnapshot, SnapshotCursor, SnapshotRow } from "./snapshots.ts";
export type { StoreRow } from "./stores.ts";
export type { NewStoredFile, StoreChanges, StoredFileRow, VerifiedFile } from "./stored_files.ts";
export type { RemovedFileRow } from "./removed_files.ts";
export type { FoundVersion, NameTest, SearchPlace } from "./search.ts";
export type {
  LineChanges,
  NewVersion,
  OpenVersion,
  SearchLineRow,
  UnindexedSnapshot,
} from "./search_lines.ts";
