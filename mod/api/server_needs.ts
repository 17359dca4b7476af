// Copyright the SpareGrid authors. Apache-2.0.
import type { OnChange, Page } from "./needs.ts";

/** A client as this server knows it. */
export interface AccountRecord {
  readonly id: string;
  readonly state: "PENDING" | "ACTIVE" | "INACTIVE";
  readonly label: string;
  readonly used: number;
  readonly trash: number;
  readonly quota?: number | null;
  readonly appendOnly: boolean;
  readonly retentionLockDays: number;
  readonly uploadBytesPerSecond?: number | null;
  readonly suspended: boolean;
  readonly createdAt: number;
  readonly approvedAt?: number | null;
  readonly seenAt?: number | null;
  readonly seenAddress?: string | null;
}

/** A repository that this server keeps. */
export interface StoredRepositoryRecord {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  readonly trashFiles: number;
  readonly trashBytes: number;
  readonly createdAt: number;
  readonly verifiedAt?: number | null;
  readonly damaged: readonly string[];
}

/** An invitation, without its text. */
export interface InviteRecord {
  readonly id: string;
  readonly account?: string | null;
  readonly quota?: number | null;
  readonly appendOnly: boolean;
  readonly retentionLockDays: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly redeemedAt?: number | null;
  readonly redeemedBy?: string | null;
}

/** The space of this server. */
export interface StorageRecord {
  readonly folder: string;
  readonly free: number;
  readonly used: number;
  readonly allotted: number;
  readonly files: number;
  readonly damagedFiles: number;
}

/** Which accounts are wanted. */
export interface AccountFilterFacts {
  readonly state?: AccountRecord["state"];
  /** A part of the ID or the label. */
  readonly text?: string;
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

/** What the server role knows and does. */
export interface ServerNeeds {
  /** By ID; `after` is an ID. */
  accounts(filter: AccountFilterFacts, page: Page<string>): Promise<AccountRecord[]>;
  countAccounts(filter: AccountFilterFacts): Promise<number>;
  /** Those that there are, in any order. */
  accountsById(ids: readonly string[]): Promise<AccountRecord[]>;
  /** Repositories of each of these accounts, by name. */
  repositories(accounts: readonly string[]): Promise<ReadonlyMap<string, readonly StoredRepositoryRecord[]>>;
  /** Calls back with the IDs of accounts that changed, until disposed. */
  watchAccounts(onChange: OnChange): Disposable;

  approveAccount(id: string, quota: number): Promise<AccountRecord>;
  updateAccount(order: {
    id: string;
    label?: string;
    quota?: number;
    appendOnly?: boolean;
    retentionLockDays?: number;
    uploadBytesPerSecond?: number;
  }): Promise<AccountRecord>;
  setAccountActive(id: string, active: boolean): Promise<AccountRecord>;
  resetAccountSecret(id: string): Promise<{ account: AccountRecord; secret: string }>;
  suspendAccount(id: string, suspended: boolean): Promise<AccountRecord>;

  /** The latest first; `after` is an invite's creation and ID. */
  invites(page: Page<readonly [number, string]>): Promise<InviteRecord[]>;
  countInvites(): Promise<number>;
  createInvite(order: {
    account?: string;
    quota?: number;
    appendOnly: boolean;
    retentionLockDays: number;
    validForMs: number;
    address?: string;
  }): Promise<{ invite: InviteRecord; text: string }>;
  revokeInvite(id: string): Promise<void>;

  storage(): Promise<StorageRecord>;
  deleteStored(account: string, repository: string | undefined): Promise<DeleteStoredRecord>;
  undelete(
    order: { account: string; repository: string; since?: number },
  ): Promise<{ files: number; bytes: number }>;
}
