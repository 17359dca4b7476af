// Copyright the SpareGrid authors. Apache-2.0.
import type { AccountChanges, AccountRow } from "../catalog/mod.ts";
import { printableName, wholeNumber } from "./names.ts";

/** A client of this server; times are milliseconds since 1970. */
export interface Account {
  /** The client's Grid ID. */
  readonly id: string;
  readonly state: AccountRow["state"];
  readonly label: string;
  /** Hard limit on stored and trashed bytes; null: nothing is allotted, so no backup (SG0180). */
  readonly quotaBytes: number | null;
  /** The server set the quota and changes it when the next account comes. */
  readonly automaticShare: boolean;
  readonly appendOnly: boolean;
  readonly retentionLockDays: number;
  /** Null: no limit. */
  readonly uploadBytesPerSecond: number | null;
  readonly suspended: boolean;
  readonly createdAt: number;
  readonly approvedAt: number | null;
  readonly seenAt: number | null;
  readonly seenAddress: string | null;
}

/** What an administrator may change; what is left out stays. */
export interface AccountUpdate {
  readonly label?: string;
  readonly quotaBytes?: number;
  readonly appendOnly?: boolean;
  readonly retentionLockDays?: number;
  /** 0: no limit. */
  readonly uploadBytesPerSecond?: number;
}

/** An account with its secret: shown once, and never again. */
export interface AccountWithSecret {
  readonly account: Account;
  readonly secret: string;
}

/** Days that removed files stay in the trash, where nothing else is said. */
export const RETENTION_LOCK_DAYS = 14;
/** Fewest and most days. Fewer would make the trash useless against who steals an account. */
export const RETENTION_LOCK_DAYS_MIN = 3;
/** See {@link RETENTION_LOCK_DAYS_MIN}. */
export const RETENTION_LOCK_DAYS_MAX = 3_650;

const LABEL_MAX = 200;

/** The account of a catalog's row, without its secret. */
export function accountOf({ secret: _, suspendedAt, ...row }: AccountRow): Account {
  return { ...row, suspended: suspendedAt !== null };
}

/** Days in the trash within their bounds. SG1040. */
export function lockDaysOf(days: number): number {
  return wholeNumber("retention lock", days, RETENTION_LOCK_DAYS_MIN, RETENTION_LOCK_DAYS_MAX);
}

/** A quota, bytes. SG1040. */
export function quotaOf(bytes: number): number {
  return wholeNumber("quota", bytes, 0, Number.MAX_SAFE_INTEGER);
}

function rateOf(bytesPerSecond: number): number | null {
  return wholeNumber("upload limit", bytesPerSecond, 0, Number.MAX_SAFE_INTEGER) || null;
}

/** A label: empty, or printable and not too long. SG1040. */
export function labelOf(label: string): string {
  return label === "" ? "" : printableName("label", label, LABEL_MAX);
}

/** What an update changes in the catalog's row. SG1040 for what is out of bounds. */
export function changesOf(update: AccountUpdate): AccountChanges {
  const { label, quotaBytes, appendOnly, retentionLockDays, uploadBytesPerSecond: rate } = update;
  return {
    ...(label === undefined ? {} : { label: labelOf(label) }),
    ...(quotaBytes === undefined ? {} : { quotaBytes: quotaOf(quotaBytes), automaticShare: false }),
    ...(appendOnly === undefined ? {} : { appendOnly }),
    ...(retentionLockDays === undefined ? {} : { retentionLockDays: lockDaysOf(retentionLockDays) }),
    ...(rate === undefined ? {} : { uploadBytesPerSecond: rateOf(rate) }),
  };
}
