// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Server: the backup port and what stands behind it: the repositories of this server's clients, their space, their trash,
 * and the scrub that reads them again.
 *
 * It speaks restic's REST protocol, version 2, with SpareGrid's additions: docs/backup-port.md. Who may do what is decided by
 * `mod/account` (`needs.ts` says what is wanted of it); connections and deadlines are `mod/http`'s. It never learns what a
 * pack or a snapshot holds: it has no key.
 *
 * Invariants: a file is durable and right before it is acknowledged; space is taken before a byte is accepted, so no quota is
 * ever passed; a name is checked before it is looked up, and no step in the store follows a symlink; nothing but a lock is
 * removed without its time in the trash; what the disk holds is what counts, the catalog follows; a crash leaves nothing
 * but temporaries.
 * @module
 */
export { backupPort } from "./backup_port.ts";
export type { BackupPortParts } from "./port_call.ts";
export { type RepositoryFacts, type StorageFacts, Stores, type StoresOrder } from "./stores.ts";
export type { ClientClaim, NewClient, PortAccount, PortAccounts, ProvedClient } from "./needs.ts";
export type { Moved } from "./trash.ts";
export type { RecoveryReport } from "./_recovery.ts";
export type { DamagedFile, ScrubOrder, ScrubReport } from "./scrub.ts";
export { type RemovalRooms, removeStored, type StoredRemoval } from "./removal.ts";
export { ScrubRuns, type ScrubRunsParts } from "./scrub_runs.ts";
export type { SpaceUse } from "./space.ts";
export type { StoreEvent, StoreHistory } from "./history.ts";
export type { Store, StoreArea, StoreEntry, StoreFile, StorePlace, StoreWrite } from "./store.ts";
export type { Upload } from "./intake.ts";
