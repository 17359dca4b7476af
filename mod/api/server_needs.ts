// Copyright the SpareGrid authors. Apache-2.0.
import type { Account, Invite, InviteFacts } from "../account/mod.ts";
import type { Run } from "../client/mod.ts";
import type { OnChange } from "./needs.ts";

/** A client as this server knows it. */
export type AccountRecord = Account;
/** An invitation, without its text. */
export type InviteRecord = Invite;

/** A repository that this server keeps. */
export interface StoredRepositoryRecord {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  readonly trashFiles: number;
  readonly trashBytes: number;
  readonly createdAt: number;
  /** When the file that was verified longest ago was; null: some never was. */
  readonly verifiedAt: number | null;
  readonly damaged: readonly string[];
}

/** What an account takes. */
export interface AccountUsageRecord {
  /** Stored and trashed bytes. */
  readonly used: number;
  /** Of these, bytes in the trash. */
  readonly trash: number;
}

/** The space of this server. */
export interface StorageRecord {
  readonly folder: string;
  readonly free: number;
  readonly used: number;
  readonly files: number;
  readonly damagedFiles: number;
}

/** What an order to delete what is stored came to. */
export interface DeleteStoredRecord {
  readonly movedFiles: number;
  readonly movedBytes: number;
  readonly refused: readonly {
    readonly repository: string;
    readonly code: string;
    readonly message: string;
  }[];
}

/** Runs of the server: scrubs. */
export interface ServerRuns {
  /** Those that are not over, with the progress of now. */
  live(): readonly Run[];
  start(orderedBy: string): Promise<Run>;
  suspend(id: string): Promise<Run>;
  resume(id: string): Promise<Run>;
  stop(id: string): Promise<Run>;
  /** Calls back with the IDs of runs that changed, until disposed. Urgent: another state. */
  onChange(callback: OnChange): Disposable;
}

/** What the server role knows and does beyond `account`, which keeps its accounts and invitations. */
export interface ServerNeeds {
  /** What each of these accounts takes; those without anything stored may be left out. */
  usage(accounts: readonly string[]): Promise<ReadonlyMap<string, AccountUsageRecord>>;
  /** Repositories of each of these accounts, by name. */
  repositories(accounts: readonly string[]): Promise<ReadonlyMap<string, readonly StoredRepositoryRecord[]>>;
  storage(): Promise<StorageRecord>;
  /** Moves a repository, or all of an account and then the account, to the trash. SG1036. */
  deleteStored(account: string, repository: string | undefined): Promise<DeleteStoredRecord>;
  undelete(
    order: { account: string; repository: string; since?: number },
  ): Promise<{ files: number; bytes: number }>;
  /** Calls back with the IDs of accounts whose usage changed, until disposed. */
  onUsage(callback: OnChange): Disposable;
  /** What an invitation tells of this server; `address` is what the administrator wants it to say. SG1040. */
  inviteFacts(address: string | undefined): Promise<Omit<InviteFacts, "code">>;
  /** Left out: no scrubs. */
  readonly runs?: ServerRuns;
}
