// Copyright the SpareGrid authors. Apache-2.0.
// What resolvers of one type hand to those of another: records of needs.ts in the shapes that only the API has.
import type { Identity, Session, Token, User } from "../account/mod.ts";
import type {
  BackupSetRecord,
  DestinationRecord,
  DifferenceRecord,
  EntryRecord,
  FileVersionRecord,
  ProblemRecord,
  RunRecord,
  SnapshotRecord,
} from "./client_needs.ts";
import type { AuditRecord } from "./needs.ts";
import type { AccountRecord, InviteRecord } from "./server_needs.ts";

/** A page as it is answered. */
export interface Connection<Row> {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  /** How many rows the whole list has; asked only when the field is. */
  readonly count?: () => Promise<number>;
}

/** Who asks. */
export type MeRecord = Identity;
/** A user. */
export type UserRecord = User;
/** A browser that is signed in. */
export type SessionRecord = Session;
/** An API token, without its text. */
export type TokenRecord = Token;

/** One destination of a set. */
export interface SetDestinationRecord {
  readonly destinationId: string;
  readonly repository: string;
}

/** The one who has just signed in. */
export interface SignInPayloadRecord {
  readonly me: Identity;
}

/** A page of accounts. */
export type AccountConnectionRecord = Connection<AccountRecord>;
/** A page of audit lines. */
export type AuditConnectionRecord = Connection<AuditRecord>;
/** A page of sets. */
export type BackupSetConnectionRecord = Connection<BackupSetRecord>;
/** A page of destinations. */
export type DestinationConnectionRecord = Connection<DestinationRecord>;
/** A page of differences. */
export type DifferenceConnectionRecord = Connection<DifferenceRecord>;
/** A page of entries. */
export type EntryConnectionRecord = Connection<EntryRecord>;
/** A page of file versions. */
export type FileVersionConnectionRecord = Connection<FileVersionRecord>;
/** A page of invitations. */
export type InviteConnectionRecord = Connection<InviteRecord>;
/** A page of a run's problems. */
export type ProblemConnectionRecord = Connection<ProblemRecord>;
/** A page of runs. */
export type RunConnectionRecord = Connection<RunRecord>;
/** A page of snapshots. */
export type SnapshotConnectionRecord = Connection<SnapshotRecord>;
/** A page of tokens. */
export type TokenConnectionRecord = Connection<TokenRecord>;
/** A page of users. */
export type UserConnectionRecord = Connection<UserRecord>;
