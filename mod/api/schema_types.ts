// Copyright the SpareGrid authors. Apache-2.0.
// Made by scripts/graphql_types.ts from schema.graphql; a test compares. Do not edit.
// deno-lint-ignore-file
// deno-fmt-ignore-file
import type { ChangeName as Change } from './client_needs.ts';
import type { Compression } from '../job/mod.ts';
import type { DestinationKind } from '../client/mod.ts';
import type { EntryKindName as EntryKind } from './client_needs.ts';
import type { Overwrite } from '../job/mod.ts';
import type { AccountStateName as AccountState } from './enums.ts';
import type { RunKind } from '../client/mod.ts';
import type { RunState } from '../client/mod.ts';
import type { UserRole } from '../account/mod.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { AuditRecord, AuditVerdictRecord, InstallationRecord, SettingRecord } from './needs.ts';
import type { AccountRecord, InviteRecord, StoredRepositoryRecord } from './server_needs.ts';
import type { BackupSetRecord, DestinationRecord, DifferenceRecord, EntryRecord, FileVersionRecord, ProblemRecord, ReportLineRecord, RunRecord, SnapshotRecord } from './client_needs.ts';
import type { MeRecord, SessionRecord, SetDestinationRecord, SignInPayloadRecord, TokenRecord, UserRecord, AccountConnectionRecord, AuditConnectionRecord, BackupSetConnectionRecord, DestinationConnectionRecord, DifferenceConnectionRecord, EntryConnectionRecord, FileVersionConnectionRecord, InviteConnectionRecord, ProblemConnectionRecord, RunConnectionRecord, SnapshotConnectionRecord, TokenConnectionRecord, UserConnectionRecord } from './records.ts';
import type { ApiContext } from './context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
export type EnumResolverSignature<T, AllowedValues = any> = { [key in keyof T]?: AllowedValues };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  DateTime: { input: number; output: number; }
  Size: { input: number; output: number; }
  JSON: { input: unknown; output: unknown; }
  Duration: { input: number; output: number; }
};

export type Right =
  | 'READ'
  | 'OPERATE'
  | 'RESTORE'
  | 'ADMINISTER'
  | 'NOBODY';

export type Query = {
  readonly installation: Installation;
  readonly me?: Maybe<Me>;
  readonly setUpNeeded: Scalars['Boolean']['output'];
  readonly users: UserConnection;
  readonly tokens: TokenConnection;
  readonly sessions: ReadonlyArray<Session>;
  readonly destinations: DestinationConnection;
  readonly destination?: Maybe<Destination>;
  readonly sets: BackupSetConnection;
  readonly set?: Maybe<BackupSet>;
  readonly previewSet: SetPreview;
  readonly runs: RunConnection;
  readonly run?: Maybe<Run>;
  readonly snapshots: SnapshotConnection;
  readonly entries: EntryConnection;
  readonly fileHistory: FileVersionConnection;
  readonly search: FileVersionConnection;
  readonly diff: DifferenceConnection;
  readonly report: Report;
  readonly accounts: AccountConnection;
  readonly account?: Maybe<Account>;
  readonly invites: InviteConnection;
  readonly storage: Storage;
  readonly audit: AuditConnection;
  readonly verifyAudit: AuditVerdict;
  readonly settings: ReadonlyArray<Setting>;
};


export type QueryUsersArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryTokensArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryDestinationsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryDestinationArgs = {
  id: Scalars['ID']['input'];
};


export type QuerySetsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QuerySetArgs = {
  id?: InputMaybe<Scalars['ID']['input']>;
  name?: InputMaybe<Scalars['String']['input']>;
};


export type QueryPreviewSetArgs = {
  input: PreviewInput;
};


export type QueryRunsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<RunFilter>;
  order: RunOrder;
};


export type QueryRunArgs = {
  id: Scalars['ID']['input'];
};


export type QuerySnapshotsArgs = {
  set: Scalars['ID']['input'];
  destination?: InputMaybe<Scalars['ID']['input']>;
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryEntriesArgs = {
  set: Scalars['ID']['input'];
  snapshot: Scalars['ID']['input'];
  path: PathInput;
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryFileHistoryArgs = {
  set: Scalars['ID']['input'];
  path: PathInput;
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QuerySearchArgs = {
  pattern: Scalars['String']['input'];
  set?: InputMaybe<Scalars['ID']['input']>;
  ignoreCase: Scalars['Boolean']['input'];
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryDiffArgs = {
  set: Scalars['ID']['input'];
  from: Scalars['ID']['input'];
  to: Scalars['ID']['input'];
  path?: InputMaybe<PathInput>;
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryReportArgs = {
  since: Scalars['DateTime']['input'];
  until?: InputMaybe<Scalars['DateTime']['input']>;
};


export type QueryAccountsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<AccountFilter>;
};


export type QueryAccountArgs = {
  id: Scalars['ID']['input'];
};


export type QueryInvitesArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryAuditArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<AuditFilter>;
};

export type Mutation = {
  readonly setUp: SignInPayload;
  readonly signIn: SignInPayload;
  readonly signOut: DonePayload;
  readonly endSession: DonePayload;
  readonly changePassword: DonePayload;
  readonly confirmPassword: DonePayload;
  readonly beginSecondFactor: BeginSecondFactorPayload;
  readonly confirmSecondFactor: RecoveryCodesPayload;
  readonly renewRecoveryCodes: RecoveryCodesPayload;
  readonly removeSecondFactor: DonePayload;
  readonly createUser: UserPayload;
  readonly updateUser: UserPayload;
  readonly deleteUser: DonePayload;
  readonly createToken: CreateTokenPayload;
  readonly revokeToken: DonePayload;
  readonly createDestination: DestinationPayload;
  readonly updateDestination: DestinationPayload;
  readonly deleteDestination: DonePayload;
  readonly testDestination: TestDestinationPayload;
  readonly createSet: SetPayload;
  readonly updateSet: SetPayload;
  readonly deleteSet: DonePayload;
  readonly recoverySheet: RecoverySheetPayload;
  readonly refreshSnapshots: SetPayload;
  readonly startRun: RunPayload;
  readonly startRestore: RunPayload;
  readonly suspendRun: RunPayload;
  readonly resumeRun: RunPayload;
  readonly stopRun: RunPayload;
  readonly createInvite: CreateInvitePayload;
  readonly revokeInvite: DonePayload;
  readonly approveAccount: AccountPayload;
  readonly updateAccount: AccountPayload;
  readonly setAccountActive: AccountPayload;
  readonly resetAccountSecret: ResetSecretPayload;
  readonly suspendAccount: AccountPayload;
  readonly deleteStored: DeleteStoredPayload;
  readonly undelete: UndeletePayload;
  readonly updateSetting: SettingPayload;
};


export type MutationSetUpArgs = {
  input: SetUpInput;
};


export type MutationSignInArgs = {
  input: SignInInput;
};


export type MutationEndSessionArgs = {
  id: Scalars['ID']['input'];
};


export type MutationChangePasswordArgs = {
  input: ChangePasswordInput;
};


export type MutationConfirmPasswordArgs = {
  input: ConfirmPasswordInput;
};


export type MutationConfirmSecondFactorArgs = {
  code: Scalars['String']['input'];
};


export type MutationRemoveSecondFactorArgs = {
  user?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationCreateUserArgs = {
  input: CreateUserInput;
};


export type MutationUpdateUserArgs = {
  input: UpdateUserInput;
};


export type MutationDeleteUserArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCreateTokenArgs = {
  input: CreateTokenInput;
};


export type MutationRevokeTokenArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCreateDestinationArgs = {
  input: CreateDestinationInput;
};


export type MutationUpdateDestinationArgs = {
  input: UpdateDestinationInput;
};


export type MutationDeleteDestinationArgs = {
  id: Scalars['ID']['input'];
};


export type MutationTestDestinationArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCreateSetArgs = {
  input: CreateSetInput;
};


export type MutationUpdateSetArgs = {
  input: UpdateSetInput;
};


export type MutationDeleteSetArgs = {
  input: DeleteSetInput;
};


export type MutationRecoverySheetArgs = {
  set: Scalars['ID']['input'];
};


export type MutationRefreshSnapshotsArgs = {
  set: Scalars['ID']['input'];
};


export type MutationStartRunArgs = {
  input: StartRunInput;
};


export type MutationStartRestoreArgs = {
  input: StartRestoreInput;
};


export type MutationSuspendRunArgs = {
  id: Scalars['ID']['input'];
};


export type MutationResumeRunArgs = {
  id: Scalars['ID']['input'];
};


export type MutationStopRunArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCreateInviteArgs = {
  input: CreateInviteInput;
};


export type MutationRevokeInviteArgs = {
  id: Scalars['ID']['input'];
};


export type MutationApproveAccountArgs = {
  input: ApproveAccountInput;
};


export type MutationUpdateAccountArgs = {
  input: UpdateAccountInput;
};


export type MutationSetAccountActiveArgs = {
  id: Scalars['ID']['input'];
  active: Scalars['Boolean']['input'];
};


export type MutationResetAccountSecretArgs = {
  id: Scalars['ID']['input'];
};


export type MutationSuspendAccountArgs = {
  id: Scalars['ID']['input'];
  suspended: Scalars['Boolean']['input'];
};


export type MutationDeleteStoredArgs = {
  input: DeleteStoredInput;
};


export type MutationUndeleteArgs = {
  input: UndeleteInput;
};


export type MutationUpdateSettingArgs = {
  key: Scalars['String']['input'];
  value: Scalars['JSON']['input'];
};

export type Subscription = {
  readonly run: Run;
  readonly runs: Run;
  readonly accounts: Account;
};


export type SubscriptionRunArgs = {
  id: Scalars['ID']['input'];
};

export type PageInfo = {
  readonly hasNextPage: Scalars['Boolean']['output'];
  readonly endCursor?: Maybe<Scalars['String']['output']>;
};

export type Installation = {
  readonly gridId: Scalars['String']['output'];
  readonly version: Scalars['String']['output'];
  readonly roles: ReadonlyArray<Role>;
  readonly startedAt: Scalars['DateTime']['output'];
  readonly fingerprint: Scalars['String']['output'];
  readonly ports: Scalars['JSON']['output'];
  readonly notices: ReadonlyArray<Scalars['String']['output']>;
};

export type Role =
  | 'CLIENT'
  | 'SERVER';

export type Me = {
  readonly user: User;
  readonly rights: ReadonlyArray<Right>;
  readonly byToken: Scalars['Boolean']['output'];
  readonly csrf?: Maybe<Scalars['String']['output']>;
  readonly recoveryCodesLeft?: Maybe<Scalars['Int']['output']>;
};

export { UserRole };

export type User = {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly role: UserRole;
  readonly enabled: Scalars['Boolean']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly passwordChangedAt: Scalars['DateTime']['output'];
  readonly secondFactorSince?: Maybe<Scalars['DateTime']['output']>;
};

export type UserConnection = {
  readonly nodes: ReadonlyArray<User>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type Session = {
  readonly id: Scalars['ID']['output'];
  readonly current: Scalars['Boolean']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly seenAt: Scalars['DateTime']['output'];
  readonly address: Scalars['String']['output'];
  readonly agent: Scalars['String']['output'];
};

export type Token = {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly user: User;
  readonly scopes: ReadonlyArray<Right>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  readonly usedAt?: Maybe<Scalars['DateTime']['output']>;
};

export type TokenConnection = {
  readonly nodes: ReadonlyArray<Token>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export { DestinationKind };

export type Destination = {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly kind: DestinationKind;
  readonly place: Scalars['String']['output'];
  readonly account?: Maybe<Scalars['String']['output']>;
  readonly fingerprint?: Maybe<Scalars['String']['output']>;
  readonly uploadBytesPerSecond?: Maybe<Scalars['Size']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly sets: ReadonlyArray<BackupSet>;
  readonly usage?: Maybe<DestinationUsage>;
};

export type DestinationUsage = {
  readonly used: Scalars['Size']['output'];
  readonly allotted?: Maybe<Scalars['Size']['output']>;
  readonly trash: Scalars['Size']['output'];
  readonly retentionLockDays: Scalars['Int']['output'];
};

export type DestinationConnection = {
  readonly nodes: ReadonlyArray<Destination>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type BackupSet = {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly slug: Scalars['String']['output'];
  readonly sources: ReadonlyArray<Scalars['String']['output']>;
  readonly excludes: Excludes;
  readonly options: SetOptions;
  readonly destinations: ReadonlyArray<SetDestination>;
  readonly passwordGenerated: Scalars['Boolean']['output'];
  readonly paused: Scalars['Boolean']['output'];
  readonly deleting: Scalars['Boolean']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly changedAt: Scalars['DateTime']['output'];
  readonly lastRun?: Maybe<Run>;
  readonly snapshotCount: Scalars['Int']['output'];
  readonly lastSnapshot?: Maybe<Snapshot>;
};


export type BackupSetLastRunArgs = {
  kind?: InputMaybe<RunKind>;
};

export type BackupSetConnection = {
  readonly nodes: ReadonlyArray<BackupSet>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type SetDestination = {
  readonly destination: Destination;
  readonly repository: Scalars['String']['output'];
};

export type Excludes = {
  readonly patterns: ReadonlyArray<Scalars['String']['output']>;
  readonly patternsIgnoringCase: ReadonlyArray<Scalars['String']['output']>;
  readonly ifPresent: ReadonlyArray<Scalars['String']['output']>;
  readonly caches: Scalars['Boolean']['output'];
  readonly largerThan?: Maybe<Scalars['Size']['output']>;
  readonly oneFileSystem: Scalars['Boolean']['output'];
};

export type SetOptions = {
  readonly compression: Compression;
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  readonly skipIfUnchanged: Scalars['Boolean']['output'];
  readonly keep?: Maybe<KeepPolicy>;
};

export { Compression };

export type KeepPolicy = {
  readonly last?: Maybe<Scalars['Int']['output']>;
  readonly hourly?: Maybe<Scalars['Int']['output']>;
  readonly daily?: Maybe<Scalars['Int']['output']>;
  readonly weekly?: Maybe<Scalars['Int']['output']>;
  readonly monthly?: Maybe<Scalars['Int']['output']>;
  readonly yearly?: Maybe<Scalars['Int']['output']>;
  readonly within?: Maybe<Scalars['Duration']['output']>;
};

export type SetPreview = {
  readonly files: Scalars['Size']['output'];
  readonly bytes: Scalars['Size']['output'];
  readonly excludedFiles: Scalars['Size']['output'];
  readonly excludedBytes: Scalars['Size']['output'];
  readonly excluded: ReadonlyArray<PreviewEntry>;
  readonly complete: Scalars['Boolean']['output'];
};

export type PreviewEntry = {
  readonly path: Scalars['String']['output'];
  readonly bytes: Scalars['Size']['output'];
};

export { RunKind };

export { RunState };

export type Run = {
  readonly id: Scalars['ID']['output'];
  readonly kind: RunKind;
  readonly state: RunState;
  readonly set?: Maybe<BackupSet>;
  readonly destination?: Maybe<Destination>;
  readonly orderedBy: Scalars['String']['output'];
  readonly queuedAt: Scalars['DateTime']['output'];
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly endedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly nextTryAt?: Maybe<Scalars['DateTime']['output']>;
  readonly attempt: Scalars['Int']['output'];
  readonly code?: Maybe<Scalars['String']['output']>;
  readonly message?: Maybe<Scalars['String']['output']>;
  readonly remedy?: Maybe<Scalars['String']['output']>;
  readonly progress?: Maybe<Progress>;
  readonly report?: Maybe<Scalars['JSON']['output']>;
  readonly snapshotId?: Maybe<Scalars['ID']['output']>;
  readonly problemCount: Scalars['Int']['output'];
  readonly problems: ProblemConnection;
};


export type RunProblemsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};

export type RunConnection = {
  readonly nodes: ReadonlyArray<Run>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type Progress = {
  readonly phase: Scalars['String']['output'];
  readonly filesDone: Scalars['Size']['output'];
  readonly filesTotal?: Maybe<Scalars['Size']['output']>;
  readonly bytesDone: Scalars['Size']['output'];
  readonly bytesTotal?: Maybe<Scalars['Size']['output']>;
  readonly current?: Maybe<Scalars['String']['output']>;
  readonly problems: Scalars['Int']['output'];
  readonly at: Scalars['DateTime']['output'];
};

export type Problem = {
  readonly code: Scalars['String']['output'];
  readonly path?: Maybe<Scalars['String']['output']>;
  readonly message: Scalars['String']['output'];
};

export type ProblemConnection = {
  readonly nodes: ReadonlyArray<Problem>;
  readonly pageInfo: PageInfo;
};

export type RunOrder =
  | 'NEWEST_FIRST'
  | 'OLDEST_FIRST';

export type RunFilter = {
  readonly set?: InputMaybe<Scalars['ID']['input']>;
  readonly destination?: InputMaybe<Scalars['ID']['input']>;
  readonly kinds?: InputMaybe<ReadonlyArray<RunKind>>;
  readonly states?: InputMaybe<ReadonlyArray<RunState>>;
  readonly since?: InputMaybe<Scalars['DateTime']['input']>;
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

export type Snapshot = {
  readonly id: Scalars['ID']['output'];
  readonly set: BackupSet;
  readonly destination: Destination;
  readonly takenAt: Scalars['DateTime']['output'];
  readonly hostname: Scalars['String']['output'];
  readonly paths: ReadonlyArray<Scalars['String']['output']>;
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  readonly files?: Maybe<Scalars['Size']['output']>;
  readonly bytes?: Maybe<Scalars['Size']['output']>;
};

export type SnapshotConnection = {
  readonly nodes: ReadonlyArray<Snapshot>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type PathInput = {
  readonly text?: InputMaybe<Scalars['String']['input']>;
  readonly base64?: InputMaybe<Scalars['String']['input']>;
};

export { EntryKind };

export type Entry = {
  readonly name: Scalars['String']['output'];
  readonly path: Scalars['String']['output'];
  readonly pathBase64?: Maybe<Scalars['String']['output']>;
  readonly kind: EntryKind;
  readonly size: Scalars['Size']['output'];
  readonly modifiedAt: Scalars['DateTime']['output'];
  readonly permissions: Scalars['String']['output'];
  readonly owner: Scalars['String']['output'];
  readonly group: Scalars['String']['output'];
  readonly linkTarget?: Maybe<Scalars['String']['output']>;
};

export type EntryConnection = {
  readonly nodes: ReadonlyArray<Entry>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type FileVersion = {
  readonly set: BackupSet;
  readonly path: Scalars['String']['output'];
  readonly pathBase64?: Maybe<Scalars['String']['output']>;
  readonly kind: EntryKind;
  readonly size: Scalars['Size']['output'];
  readonly modifiedAt: Scalars['DateTime']['output'];
  readonly firstSnapshot: Snapshot;
  readonly lastSnapshot: Snapshot;
  readonly snapshotCount: Scalars['Int']['output'];
};

export type FileVersionConnection = {
  readonly nodes: ReadonlyArray<FileVersion>;
  readonly pageInfo: PageInfo;
};

export { Change };

export type Difference = {
  readonly change: Change;
  readonly path: Scalars['String']['output'];
  readonly pathBase64?: Maybe<Scalars['String']['output']>;
  readonly sizeBefore?: Maybe<Scalars['Size']['output']>;
  readonly sizeAfter?: Maybe<Scalars['Size']['output']>;
};

export type DifferenceConnection = {
  readonly nodes: ReadonlyArray<Difference>;
  readonly pageInfo: PageInfo;
};

export type Report = {
  readonly since: Scalars['DateTime']['output'];
  readonly until: Scalars['DateTime']['output'];
  readonly lines: ReadonlyArray<ReportLine>;
};

export type ReportLine = {
  readonly set?: Maybe<BackupSet>;
  readonly kind: RunKind;
  readonly done: Scalars['Int']['output'];
  readonly incomplete: Scalars['Int']['output'];
  readonly failed: Scalars['Int']['output'];
  readonly stopped: Scalars['Int']['output'];
  readonly filesStored: Scalars['Size']['output'];
  readonly bytesStored: Scalars['Size']['output'];
  readonly seconds: Scalars['Float']['output'];
};

export { AccountState };

export type Account = {
  readonly id: Scalars['ID']['output'];
  readonly state: AccountState;
  readonly label: Scalars['String']['output'];
  readonly used: Scalars['Size']['output'];
  readonly trash: Scalars['Size']['output'];
  readonly quota?: Maybe<Scalars['Size']['output']>;
  readonly appendOnly: Scalars['Boolean']['output'];
  readonly retentionLockDays: Scalars['Int']['output'];
  readonly uploadBytesPerSecond?: Maybe<Scalars['Size']['output']>;
  readonly suspended: Scalars['Boolean']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly approvedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly seenAt?: Maybe<Scalars['DateTime']['output']>;
  readonly seenAddress?: Maybe<Scalars['String']['output']>;
  readonly repositories: ReadonlyArray<StoredRepository>;
};

export type AccountConnection = {
  readonly nodes: ReadonlyArray<Account>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type AccountFilter = {
  readonly state?: InputMaybe<AccountState>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

export type StoredRepository = {
  readonly name: Scalars['String']['output'];
  readonly files: Scalars['Size']['output'];
  readonly bytes: Scalars['Size']['output'];
  readonly trashFiles: Scalars['Size']['output'];
  readonly trashBytes: Scalars['Size']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly verifiedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly damaged: ReadonlyArray<Scalars['String']['output']>;
};

export type Invite = {
  readonly id: Scalars['ID']['output'];
  readonly account?: Maybe<Scalars['String']['output']>;
  readonly quota?: Maybe<Scalars['Size']['output']>;
  readonly appendOnly: Scalars['Boolean']['output'];
  readonly retentionLockDays: Scalars['Int']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly expiresAt: Scalars['DateTime']['output'];
  readonly redeemedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly redeemedBy?: Maybe<Scalars['String']['output']>;
};

export type InviteConnection = {
  readonly nodes: ReadonlyArray<Invite>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type Storage = {
  readonly folder: Scalars['String']['output'];
  readonly free: Scalars['Size']['output'];
  readonly used: Scalars['Size']['output'];
  readonly allotted: Scalars['Size']['output'];
  readonly files: Scalars['Size']['output'];
  readonly damagedFiles: Scalars['Size']['output'];
};

export type AuditEntry = {
  readonly sequence: Scalars['Size']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly actor: Scalars['String']['output'];
  readonly address: Scalars['String']['output'];
  readonly action: Scalars['String']['output'];
  readonly subject: Scalars['String']['output'];
  readonly details: Scalars['JSON']['output'];
  readonly result: Scalars['String']['output'];
  readonly hash: Scalars['String']['output'];
};

export type AuditConnection = {
  readonly nodes: ReadonlyArray<AuditEntry>;
  readonly pageInfo: PageInfo;
};

export type AuditFilter = {
  readonly actor?: InputMaybe<Scalars['String']['input']>;
  readonly action?: InputMaybe<Scalars['String']['input']>;
  readonly since?: InputMaybe<Scalars['DateTime']['input']>;
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

export type AuditVerdict = {
  readonly lines: Scalars['Size']['output'];
  readonly intact: Scalars['Boolean']['output'];
  readonly brokenAt?: Maybe<Scalars['Size']['output']>;
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly head: Scalars['String']['output'];
};

export type SettingOrigin =
  | 'FLAG'
  | 'ENVIRONMENT'
  | 'FILE'
  | 'CATALOG'
  | 'DEFAULT';

export type Setting = {
  readonly key: Scalars['String']['output'];
  readonly value: Scalars['JSON']['output'];
  readonly origin: SettingOrigin;
  readonly description: Scalars['String']['output'];
  readonly changeable: Scalars['Boolean']['output'];
};

export type SetUpInput = {
  readonly code: Scalars['String']['input'];
  readonly userName: Scalars['String']['input'];
  readonly password: Scalars['String']['input'];
};

export type SignInInput = {
  readonly userName: Scalars['String']['input'];
  readonly password: Scalars['String']['input'];
  readonly code?: InputMaybe<Scalars['String']['input']>;
};

export type ConfirmPasswordInput = {
  readonly password: Scalars['String']['input'];
  readonly code?: InputMaybe<Scalars['String']['input']>;
};

export type ChangePasswordInput = {
  readonly oldPassword: Scalars['String']['input'];
  readonly newPassword: Scalars['String']['input'];
};

export type CreateUserInput = {
  readonly name: Scalars['String']['input'];
  readonly role: UserRole;
  readonly password: Scalars['String']['input'];
};

export type UpdateUserInput = {
  readonly id: Scalars['ID']['input'];
  readonly role?: InputMaybe<UserRole>;
  readonly password?: InputMaybe<Scalars['String']['input']>;
  readonly enabled?: InputMaybe<Scalars['Boolean']['input']>;
};

export type CreateTokenInput = {
  readonly name: Scalars['String']['input'];
  readonly scopes: ReadonlyArray<Right>;
  readonly expiresIn?: InputMaybe<Scalars['Duration']['input']>;
};

export type CreateDestinationInput = {
  readonly name: Scalars['String']['input'];
  readonly folder?: InputMaybe<Scalars['String']['input']>;
  readonly rest?: InputMaybe<RestDestinationInput>;
  readonly invite?: InputMaybe<Scalars['String']['input']>;
  readonly server?: InputMaybe<ServerDestinationInput>;
  readonly uploadBytesPerSecond?: InputMaybe<Scalars['Size']['input']>;
};

export type RestDestinationInput = {
  readonly url: Scalars['String']['input'];
  readonly user?: InputMaybe<Scalars['String']['input']>;
  readonly password?: InputMaybe<Scalars['String']['input']>;
  readonly fingerprint?: InputMaybe<Scalars['String']['input']>;
};

export type ServerDestinationInput = {
  readonly address: Scalars['String']['input'];
  readonly fingerprint?: InputMaybe<Scalars['String']['input']>;
};

export type UpdateDestinationInput = {
  readonly id: Scalars['ID']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly uploadBytesPerSecond?: InputMaybe<Scalars['Size']['input']>;
  readonly password?: InputMaybe<Scalars['String']['input']>;
  readonly fingerprint?: InputMaybe<Scalars['String']['input']>;
};

export type ExcludesInput = {
  readonly patterns: ReadonlyArray<Scalars['String']['input']>;
  readonly patternsIgnoringCase: ReadonlyArray<Scalars['String']['input']>;
  readonly ifPresent: ReadonlyArray<Scalars['String']['input']>;
  readonly caches: Scalars['Boolean']['input'];
  readonly largerThan?: InputMaybe<Scalars['Size']['input']>;
  readonly oneFileSystem: Scalars['Boolean']['input'];
};

export type SetOptionsInput = {
  readonly compression: Compression;
  readonly tags: ReadonlyArray<Scalars['String']['input']>;
  readonly skipIfUnchanged: Scalars['Boolean']['input'];
  readonly keep?: InputMaybe<KeepPolicyInput>;
};

export type KeepPolicyInput = {
  readonly last?: InputMaybe<Scalars['Int']['input']>;
  readonly hourly?: InputMaybe<Scalars['Int']['input']>;
  readonly daily?: InputMaybe<Scalars['Int']['input']>;
  readonly weekly?: InputMaybe<Scalars['Int']['input']>;
  readonly monthly?: InputMaybe<Scalars['Int']['input']>;
  readonly yearly?: InputMaybe<Scalars['Int']['input']>;
  readonly within?: InputMaybe<Scalars['Duration']['input']>;
};

export type PreviewInput = {
  readonly sources: ReadonlyArray<Scalars['String']['input']>;
  readonly excludes?: InputMaybe<ExcludesInput>;
};

export type SetDestinationInput = {
  readonly destination: Scalars['ID']['input'];
  readonly repository?: InputMaybe<Scalars['String']['input']>;
};

export type CreateSetInput = {
  readonly name: Scalars['String']['input'];
  readonly sources: ReadonlyArray<Scalars['String']['input']>;
  readonly excludes?: InputMaybe<ExcludesInput>;
  readonly options?: InputMaybe<SetOptionsInput>;
  readonly destinations: ReadonlyArray<SetDestinationInput>;
  readonly password?: InputMaybe<Scalars['String']['input']>;
};

export type UpdateSetInput = {
  readonly id: Scalars['ID']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly sources?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly excludes?: InputMaybe<ExcludesInput>;
  readonly options?: InputMaybe<SetOptionsInput>;
  readonly destinations?: InputMaybe<ReadonlyArray<SetDestinationInput>>;
  readonly paused?: InputMaybe<Scalars['Boolean']['input']>;
};

export type DeleteSetInput = {
  readonly id: Scalars['ID']['input'];
  readonly withBackups: Scalars['Boolean']['input'];
};

export type StartRunInput = {
  readonly kind: RunKind;
  readonly set?: InputMaybe<Scalars['ID']['input']>;
  readonly destination?: InputMaybe<Scalars['ID']['input']>;
  readonly full: Scalars['Boolean']['input'];
};

export { Overwrite };

export type StartRestoreInput = {
  readonly set: Scalars['ID']['input'];
  readonly destination?: InputMaybe<Scalars['ID']['input']>;
  readonly snapshot: Scalars['String']['input'];
  readonly paths?: InputMaybe<ReadonlyArray<PathInput>>;
  readonly target?: InputMaybe<Scalars['String']['input']>;
  readonly overwrite: Overwrite;
  readonly verify: Scalars['Boolean']['input'];
  readonly dryRun: Scalars['Boolean']['input'];
};

export type CreateInviteInput = {
  readonly account?: InputMaybe<Scalars['String']['input']>;
  readonly quota?: InputMaybe<Scalars['Size']['input']>;
  readonly appendOnly: Scalars['Boolean']['input'];
  readonly retentionLockDays: Scalars['Int']['input'];
  readonly validFor: Scalars['Duration']['input'];
  readonly address?: InputMaybe<Scalars['String']['input']>;
};

export type ApproveAccountInput = {
  readonly id: Scalars['ID']['input'];
  readonly quota: Scalars['Size']['input'];
};

export type UpdateAccountInput = {
  readonly id: Scalars['ID']['input'];
  readonly label?: InputMaybe<Scalars['String']['input']>;
  readonly quota?: InputMaybe<Scalars['Size']['input']>;
  readonly appendOnly?: InputMaybe<Scalars['Boolean']['input']>;
  readonly retentionLockDays?: InputMaybe<Scalars['Int']['input']>;
  readonly uploadBytesPerSecond?: InputMaybe<Scalars['Size']['input']>;
};

export type DeleteStoredInput = {
  readonly account: Scalars['ID']['input'];
  readonly repository?: InputMaybe<Scalars['String']['input']>;
};

export type UndeleteInput = {
  readonly account: Scalars['ID']['input'];
  readonly repository: Scalars['String']['input'];
  readonly since?: InputMaybe<Scalars['DateTime']['input']>;
};

export type DonePayload = {
  readonly done: Scalars['Boolean']['output'];
};

export type BeginSecondFactorPayload = {
  readonly secret: Scalars['String']['output'];
  readonly address: Scalars['String']['output'];
  readonly qrCode: ReadonlyArray<Scalars['String']['output']>;
};

export type RecoveryCodesPayload = {
  readonly recoveryCodes: ReadonlyArray<Scalars['String']['output']>;
};

export type SignInPayload = {
  readonly me: Me;
};

export type UserPayload = {
  readonly user: User;
};

export type CreateTokenPayload = {
  readonly token: Token;
  readonly secret: Scalars['String']['output'];
};

export type DestinationPayload = {
  readonly destination: Destination;
  readonly pending: Scalars['Boolean']['output'];
};

export type TestDestinationPayload = {
  readonly reachable: Scalars['Boolean']['output'];
  readonly code?: Maybe<Scalars['String']['output']>;
  readonly message?: Maybe<Scalars['String']['output']>;
};

export type SetPayload = {
  readonly set: BackupSet;
};

export type RecoverySheetPayload = {
  readonly text: Scalars['String']['output'];
};

export type RunPayload = {
  readonly run: Run;
  readonly others: ReadonlyArray<Run>;
};

export type CreateInvitePayload = {
  readonly invite: Invite;
  readonly text: Scalars['String']['output'];
};

export type AccountPayload = {
  readonly account: Account;
};

export type ResetSecretPayload = {
  readonly account: Account;
  readonly secret: Scalars['String']['output'];
};

export type DeleteStoredPayload = {
  readonly movedFiles: Scalars['Size']['output'];
  readonly movedBytes: Scalars['Size']['output'];
  readonly refused: ReadonlyArray<DeleteRefusal>;
};

export type DeleteRefusal = {
  readonly repository: Scalars['String']['output'];
  readonly code: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
};

export type UndeletePayload = {
  readonly files: Scalars['Size']['output'];
  readonly bytes: Scalars['Size']['output'];
};

export type SettingPayload = {
  readonly setting: Setting;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Right: Right;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Size: ResolverTypeWrapper<Scalars['Size']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  Duration: ResolverTypeWrapper<Scalars['Duration']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Installation: ResolverTypeWrapper<InstallationRecord>;
  Role: Role;
  Me: ResolverTypeWrapper<MeRecord>;
  UserRole: UserRole;
  User: ResolverTypeWrapper<UserRecord>;
  UserConnection: ResolverTypeWrapper<UserConnectionRecord>;
  Session: ResolverTypeWrapper<SessionRecord>;
  Token: ResolverTypeWrapper<TokenRecord>;
  TokenConnection: ResolverTypeWrapper<TokenConnectionRecord>;
  DestinationKind: DestinationKind;
  Destination: ResolverTypeWrapper<DestinationRecord>;
  DestinationUsage: ResolverTypeWrapper<DestinationUsage>;
  DestinationConnection: ResolverTypeWrapper<DestinationConnectionRecord>;
  BackupSet: ResolverTypeWrapper<BackupSetRecord>;
  BackupSetConnection: ResolverTypeWrapper<BackupSetConnectionRecord>;
  SetDestination: ResolverTypeWrapper<SetDestinationRecord>;
  Excludes: ResolverTypeWrapper<Excludes>;
  SetOptions: ResolverTypeWrapper<SetOptions>;
  Compression: Compression;
  KeepPolicy: ResolverTypeWrapper<KeepPolicy>;
  SetPreview: ResolverTypeWrapper<SetPreview>;
  PreviewEntry: ResolverTypeWrapper<PreviewEntry>;
  RunKind: RunKind;
  RunState: RunState;
  Run: ResolverTypeWrapper<RunRecord>;
  RunConnection: ResolverTypeWrapper<RunConnectionRecord>;
  Progress: ResolverTypeWrapper<Progress>;
  Problem: ResolverTypeWrapper<ProblemRecord>;
  ProblemConnection: ResolverTypeWrapper<ProblemConnectionRecord>;
  RunOrder: RunOrder;
  RunFilter: RunFilter;
  Snapshot: ResolverTypeWrapper<SnapshotRecord>;
  SnapshotConnection: ResolverTypeWrapper<SnapshotConnectionRecord>;
  PathInput: PathInput;
  EntryKind: EntryKind;
  Entry: ResolverTypeWrapper<EntryRecord>;
  EntryConnection: ResolverTypeWrapper<EntryConnectionRecord>;
  FileVersion: ResolverTypeWrapper<FileVersionRecord>;
  FileVersionConnection: ResolverTypeWrapper<FileVersionConnectionRecord>;
  Change: Change;
  Difference: ResolverTypeWrapper<DifferenceRecord>;
  DifferenceConnection: ResolverTypeWrapper<DifferenceConnectionRecord>;
  Report: ResolverTypeWrapper<Omit<Report, 'lines'> & { lines: ReadonlyArray<ResolversTypes['ReportLine']> }>;
  ReportLine: ResolverTypeWrapper<ReportLineRecord>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  AccountState: AccountState;
  Account: ResolverTypeWrapper<AccountRecord>;
  AccountConnection: ResolverTypeWrapper<AccountConnectionRecord>;
  AccountFilter: AccountFilter;
  StoredRepository: ResolverTypeWrapper<StoredRepositoryRecord>;
  Invite: ResolverTypeWrapper<InviteRecord>;
  InviteConnection: ResolverTypeWrapper<InviteConnectionRecord>;
  Storage: ResolverTypeWrapper<Storage>;
  AuditEntry: ResolverTypeWrapper<AuditRecord>;
  AuditConnection: ResolverTypeWrapper<AuditConnectionRecord>;
  AuditFilter: AuditFilter;
  AuditVerdict: ResolverTypeWrapper<AuditVerdictRecord>;
  SettingOrigin: SettingOrigin;
  Setting: ResolverTypeWrapper<SettingRecord>;
  SetUpInput: SetUpInput;
  SignInInput: SignInInput;
  ConfirmPasswordInput: ConfirmPasswordInput;
  ChangePasswordInput: ChangePasswordInput;
  CreateUserInput: CreateUserInput;
  UpdateUserInput: UpdateUserInput;
  CreateTokenInput: CreateTokenInput;
  CreateDestinationInput: CreateDestinationInput;
  RestDestinationInput: RestDestinationInput;
  ServerDestinationInput: ServerDestinationInput;
  UpdateDestinationInput: UpdateDestinationInput;
  ExcludesInput: ExcludesInput;
  SetOptionsInput: SetOptionsInput;
  KeepPolicyInput: KeepPolicyInput;
  PreviewInput: PreviewInput;
  SetDestinationInput: SetDestinationInput;
  CreateSetInput: CreateSetInput;
  UpdateSetInput: UpdateSetInput;
  DeleteSetInput: DeleteSetInput;
  StartRunInput: StartRunInput;
  Overwrite: Overwrite;
  StartRestoreInput: StartRestoreInput;
  CreateInviteInput: CreateInviteInput;
  ApproveAccountInput: ApproveAccountInput;
  UpdateAccountInput: UpdateAccountInput;
  DeleteStoredInput: DeleteStoredInput;
  UndeleteInput: UndeleteInput;
  DonePayload: ResolverTypeWrapper<DonePayload>;
  BeginSecondFactorPayload: ResolverTypeWrapper<BeginSecondFactorPayload>;
  RecoveryCodesPayload: ResolverTypeWrapper<RecoveryCodesPayload>;
  SignInPayload: ResolverTypeWrapper<SignInPayloadRecord>;
  UserPayload: ResolverTypeWrapper<Omit<UserPayload, 'user'> & { user: ResolversTypes['User'] }>;
  CreateTokenPayload: ResolverTypeWrapper<Omit<CreateTokenPayload, 'token'> & { token: ResolversTypes['Token'] }>;
  DestinationPayload: ResolverTypeWrapper<Omit<DestinationPayload, 'destination'> & { destination: ResolversTypes['Destination'] }>;
  TestDestinationPayload: ResolverTypeWrapper<TestDestinationPayload>;
  SetPayload: ResolverTypeWrapper<Omit<SetPayload, 'set'> & { set: ResolversTypes['BackupSet'] }>;
  RecoverySheetPayload: ResolverTypeWrapper<RecoverySheetPayload>;
  RunPayload: ResolverTypeWrapper<Omit<RunPayload, 'run' | 'others'> & { run: ResolversTypes['Run'], others: ReadonlyArray<ResolversTypes['Run']> }>;
  CreateInvitePayload: ResolverTypeWrapper<Omit<CreateInvitePayload, 'invite'> & { invite: ResolversTypes['Invite'] }>;
  AccountPayload: ResolverTypeWrapper<Omit<AccountPayload, 'account'> & { account: ResolversTypes['Account'] }>;
  ResetSecretPayload: ResolverTypeWrapper<Omit<ResetSecretPayload, 'account'> & { account: ResolversTypes['Account'] }>;
  DeleteStoredPayload: ResolverTypeWrapper<DeleteStoredPayload>;
  DeleteRefusal: ResolverTypeWrapper<DeleteRefusal>;
  UndeletePayload: ResolverTypeWrapper<UndeletePayload>;
  SettingPayload: ResolverTypeWrapper<Omit<SettingPayload, 'setting'> & { setting: ResolversTypes['Setting'] }>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  Size: Scalars['Size']['output'];
  JSON: Scalars['JSON']['output'];
  Duration: Scalars['Duration']['output'];
  Query: Record<PropertyKey, never>;
  Int: Scalars['Int']['output'];
  String: Scalars['String']['output'];
  ID: Scalars['ID']['output'];
  Mutation: Record<PropertyKey, never>;
  Subscription: Record<PropertyKey, never>;
  PageInfo: PageInfo;
  Installation: InstallationRecord;
  Me: MeRecord;
  User: UserRecord;
  UserConnection: UserConnectionRecord;
  Session: SessionRecord;
  Token: TokenRecord;
  TokenConnection: TokenConnectionRecord;
  Destination: DestinationRecord;
  DestinationUsage: DestinationUsage;
  DestinationConnection: DestinationConnectionRecord;
  BackupSet: BackupSetRecord;
  BackupSetConnection: BackupSetConnectionRecord;
  SetDestination: SetDestinationRecord;
  Excludes: Excludes;
  SetOptions: SetOptions;
  KeepPolicy: KeepPolicy;
  SetPreview: SetPreview;
  PreviewEntry: PreviewEntry;
  Run: RunRecord;
  RunConnection: RunConnectionRecord;
  Progress: Progress;
  Problem: ProblemRecord;
  ProblemConnection: ProblemConnectionRecord;
  RunFilter: RunFilter;
  Snapshot: SnapshotRecord;
  SnapshotConnection: SnapshotConnectionRecord;
  PathInput: PathInput;
  Entry: EntryRecord;
  EntryConnection: EntryConnectionRecord;
  FileVersion: FileVersionRecord;
  FileVersionConnection: FileVersionConnectionRecord;
  Difference: DifferenceRecord;
  DifferenceConnection: DifferenceConnectionRecord;
  Report: Omit<Report, 'lines'> & { lines: ReadonlyArray<ResolversParentTypes['ReportLine']> };
  ReportLine: ReportLineRecord;
  Float: Scalars['Float']['output'];
  Account: AccountRecord;
  AccountConnection: AccountConnectionRecord;
  AccountFilter: AccountFilter;
  StoredRepository: StoredRepositoryRecord;
  Invite: InviteRecord;
  InviteConnection: InviteConnectionRecord;
  Storage: Storage;
  AuditEntry: AuditRecord;
  AuditConnection: AuditConnectionRecord;
  AuditFilter: AuditFilter;
  AuditVerdict: AuditVerdictRecord;
  Setting: SettingRecord;
  SetUpInput: SetUpInput;
  SignInInput: SignInInput;
  ConfirmPasswordInput: ConfirmPasswordInput;
  ChangePasswordInput: ChangePasswordInput;
  CreateUserInput: CreateUserInput;
  UpdateUserInput: UpdateUserInput;
  CreateTokenInput: CreateTokenInput;
  CreateDestinationInput: CreateDestinationInput;
  RestDestinationInput: RestDestinationInput;
  ServerDestinationInput: ServerDestinationInput;
  UpdateDestinationInput: UpdateDestinationInput;
  ExcludesInput: ExcludesInput;
  SetOptionsInput: SetOptionsInput;
  KeepPolicyInput: KeepPolicyInput;
  PreviewInput: PreviewInput;
  SetDestinationInput: SetDestinationInput;
  CreateSetInput: CreateSetInput;
  UpdateSetInput: UpdateSetInput;
  DeleteSetInput: DeleteSetInput;
  StartRunInput: StartRunInput;
  StartRestoreInput: StartRestoreInput;
  CreateInviteInput: CreateInviteInput;
  ApproveAccountInput: ApproveAccountInput;
  UpdateAccountInput: UpdateAccountInput;
  DeleteStoredInput: DeleteStoredInput;
  UndeleteInput: UndeleteInput;
  DonePayload: DonePayload;
  BeginSecondFactorPayload: BeginSecondFactorPayload;
  RecoveryCodesPayload: RecoveryCodesPayload;
  SignInPayload: SignInPayloadRecord;
  UserPayload: Omit<UserPayload, 'user'> & { user: ResolversParentTypes['User'] };
  CreateTokenPayload: Omit<CreateTokenPayload, 'token'> & { token: ResolversParentTypes['Token'] };
  DestinationPayload: Omit<DestinationPayload, 'destination'> & { destination: ResolversParentTypes['Destination'] };
  TestDestinationPayload: TestDestinationPayload;
  SetPayload: Omit<SetPayload, 'set'> & { set: ResolversParentTypes['BackupSet'] };
  RecoverySheetPayload: RecoverySheetPayload;
  RunPayload: Omit<RunPayload, 'run' | 'others'> & { run: ResolversParentTypes['Run'], others: ReadonlyArray<ResolversParentTypes['Run']> };
  CreateInvitePayload: Omit<CreateInvitePayload, 'invite'> & { invite: ResolversParentTypes['Invite'] };
  AccountPayload: Omit<AccountPayload, 'account'> & { account: ResolversParentTypes['Account'] };
  ResetSecretPayload: Omit<ResetSecretPayload, 'account'> & { account: ResolversParentTypes['Account'] };
  DeleteStoredPayload: DeleteStoredPayload;
  DeleteRefusal: DeleteRefusal;
  UndeletePayload: UndeletePayload;
  SettingPayload: Omit<SettingPayload, 'setting'> & { setting: ResolversParentTypes['Setting'] };
  Boolean: Scalars['Boolean']['output'];
};

export type NeedsDirectiveArgs = {
  right: Right;
  proof?: Scalars['Boolean']['input'];
};

export type NeedsDirectiveResolver<Result, Parent, ContextType = ApiContext, Args = NeedsDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface SizeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Size'], any> {
  name: 'Size';
}

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export interface DurationScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Duration'], any> {
  name: 'Duration';
}

export type QueryResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  installation?: Resolver<ResolversTypes['Installation'], ParentType, ContextType>;
  me?: Resolver<Maybe<ResolversTypes['Me']>, ParentType, ContextType>;
  setUpNeeded?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  users?: Resolver<ResolversTypes['UserConnection'], ParentType, ContextType, RequireFields<QueryUsersArgs, 'first'>>;
  tokens?: Resolver<ResolversTypes['TokenConnection'], ParentType, ContextType, RequireFields<QueryTokensArgs, 'first'>>;
  sessions?: Resolver<ReadonlyArray<ResolversTypes['Session']>, ParentType, ContextType>;
  destinations?: Resolver<ResolversTypes['DestinationConnection'], ParentType, ContextType, RequireFields<QueryDestinationsArgs, 'first'>>;
  destination?: Resolver<Maybe<ResolversTypes['Destination']>, ParentType, ContextType, RequireFields<QueryDestinationArgs, 'id'>>;
  sets?: Resolver<ResolversTypes['BackupSetConnection'], ParentType, ContextType, RequireFields<QuerySetsArgs, 'first'>>;
  set?: Resolver<Maybe<ResolversTypes['BackupSet']>, ParentType, ContextType, Partial<QuerySetArgs>>;
  previewSet?: Resolver<ResolversTypes['SetPreview'], ParentType, ContextType, RequireFields<QueryPreviewSetArgs, 'input'>>;
  runs?: Resolver<ResolversTypes['RunConnection'], ParentType, ContextType, RequireFields<QueryRunsArgs, 'first' | 'order'>>;
  run?: Resolver<Maybe<ResolversTypes['Run']>, ParentType, ContextType, RequireFields<QueryRunArgs, 'id'>>;
  snapshots?: Resolver<ResolversTypes['SnapshotConnection'], ParentType, ContextType, RequireFields<QuerySnapshotsArgs, 'set' | 'first'>>;
  entries?: Resolver<ResolversTypes['EntryConnection'], ParentType, ContextType, RequireFields<QueryEntriesArgs, 'set' | 'snapshot' | 'path' | 'first'>>;
  fileHistory?: Resolver<ResolversTypes['FileVersionConnection'], ParentType, ContextType, RequireFields<QueryFileHistoryArgs, 'set' | 'path' | 'first'>>;
  search?: Resolver<ResolversTypes['FileVersionConnection'], ParentType, ContextType, RequireFields<QuerySearchArgs, 'pattern' | 'ignoreCase' | 'first'>>;
  diff?: Resolver<ResolversTypes['DifferenceConnection'], ParentType, ContextType, RequireFields<QueryDiffArgs, 'set' | 'from' | 'to' | 'first'>>;
  report?: Resolver<ResolversTypes['Report'], ParentType, ContextType, RequireFields<QueryReportArgs, 'since'>>;
  accounts?: Resolver<ResolversTypes['AccountConnection'], ParentType, ContextType, RequireFields<QueryAccountsArgs, 'first'>>;
  account?: Resolver<Maybe<ResolversTypes['Account']>, ParentType, ContextType, RequireFields<QueryAccountArgs, 'id'>>;
  invites?: Resolver<ResolversTypes['InviteConnection'], ParentType, ContextType, RequireFields<QueryInvitesArgs, 'first'>>;
  storage?: Resolver<ResolversTypes['Storage'], ParentType, ContextType>;
  audit?: Resolver<ResolversTypes['AuditConnection'], ParentType, ContextType, RequireFields<QueryAuditArgs, 'first'>>;
  verifyAudit?: Resolver<ResolversTypes['AuditVerdict'], ParentType, ContextType>;
  settings?: Resolver<ReadonlyArray<ResolversTypes['Setting']>, ParentType, ContextType>;
};

export type MutationResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  setUp?: Resolver<ResolversTypes['SignInPayload'], ParentType, ContextType, RequireFields<MutationSetUpArgs, 'input'>>;
  signIn?: Resolver<ResolversTypes['SignInPayload'], ParentType, ContextType, RequireFields<MutationSignInArgs, 'input'>>;
  signOut?: Resolver<ResolversTypes['DonePayload'], ParentType, ContextType>;
  endSession?: Resolver<ResolversTypes['DonePayload'], ParentType, ContextType, RequireFields<MutationEndSessionArgs, 'id'>>;
  changePassword?: Resolver<ResolversTypes['DonePayload'], ParentType, ContextType, RequireFields<MutationChangePasswordArgs, 'input'>>;
  confirmPassword?: Resolver<ResolversTypes['DonePayload'], ParentType, ContextType, RequireFields<MutationConfirmPasswordArgs, 'input'>>;
  beginSecondFactor?: Resolver<ResolversTypes['BeginSecondFactorPayload'], ParentType, ContextType>;
  confirmSecondFactor?: Resolver<ResolversTypes['RecoveryCodesPayload'], ParentType, ContextType, RequireFields<MutationConfirmSecondFactorArgs, 'code'>>;
  renewRecoveryCodes?: Resolver<ResolversTypes['RecoveryCodesPayload'], ParentType, ContextType>;
  removeSecondFactor?: Resolver<ResolversTypes['DonePayload'], ParentType, ContextType, Partial<MutationRemoveSecondFactorArgs>>;
  createUser?: Resolver<ResolversTypes['UserPayload'], ParentType, ContextType, RequireFields<MutationCreateUserArgs, 'input'>>;
  updateUser?: Resolver<ResolversTypes['UserPayload'], ParentType, ContextType, RequireFields<MutationUpdateUserArgs, 'input'>>;
  deleteUser?: Resolver<ResolversTypes['DonePayload'], ParentType, ContextType, RequireFields<MutationDeleteUserArgs, 'id'>>;
  createToken?: Resolver<ResolversTypes['CreateTokenPayload'], ParentType, ContextType, RequireFields<MutationCreateTokenArgs, 'input'>>;
  revokeToken?: Resolver<ResolversTypes['DonePayload'], ParentType, ContextType, RequireFields<MutationRevokeTokenArgs, 'id'>>;
  createDestination?: Resolver<ResolversTypes['DestinationPayload'], ParentType, ContextType, RequireFields<MutationCreateDestinationArgs, 'input'>>;
  updateDestination?: Resolver<ResolversTypes['DestinationPayload'], ParentType, ContextType, RequireFields<MutationUpdateDestinationArgs, 'input'>>;
  deleteDestination?: Resolver<ResolversTypes['DonePayload'], ParentType, ContextType, RequireFields<MutationDeleteDestinationArgs, 'id'>>;
  testDestination?: Resolver<ResolversTypes['TestDestinationPayload'], ParentType, ContextType, RequireFields<MutationTestDestinationArgs, 'id'>>;
  createSet?: Resolver<ResolversTypes['SetPayload'], ParentType, ContextType, RequireFields<MutationCreateSetArgs, 'input'>>;
  updateSet?: Resolver<ResolversTypes['SetPayload'], ParentType, ContextType, RequireFields<MutationUpdateSetArgs, 'input'>>;
  deleteSet?: Resolver<ResolversTypes['DonePayload'], ParentType, ContextType, RequireFields<MutationDeleteSetArgs, 'input'>>;
  recoverySheet?: Resolver<ResolversTypes['RecoverySheetPayload'], ParentType, ContextType, RequireFields<MutationRecoverySheetArgs, 'set'>>;
  refreshSnapshots?: Resolver<ResolversTypes['SetPayload'], ParentType, ContextType, RequireFields<MutationRefreshSnapshotsArgs, 'set'>>;
  startRun?: Resolver<ResolversTypes['RunPayload'], ParentType, ContextType, RequireFields<MutationStartRunArgs, 'input'>>;
  startRestore?: Resolver<ResolversTypes['RunPayload'], ParentType, ContextType, RequireFields<MutationStartRestoreArgs, 'input'>>;
  suspendRun?: Resolver<ResolversTypes['RunPayload'], ParentType, ContextType, RequireFields<MutationSuspendRunArgs, 'id'>>;
  resumeRun?: Resolver<ResolversTypes['RunPayload'], ParentType, ContextType, RequireFields<MutationResumeRunArgs, 'id'>>;
  stopRun?: Resolver<ResolversTypes['RunPayload'], ParentType, ContextType, RequireFields<MutationStopRunArgs, 'id'>>;
  createInvite?: Resolver<ResolversTypes['CreateInvitePayload'], ParentType, ContextType, RequireFields<MutationCreateInviteArgs, 'input'>>;
  revokeInvite?: Resolver<ResolversTypes['DonePayload'], ParentType, ContextType, RequireFields<MutationRevokeInviteArgs, 'id'>>;
  approveAccount?: Resolver<ResolversTypes['AccountPayload'], ParentType, ContextType, RequireFields<MutationApproveAccountArgs, 'input'>>;
  updateAccount?: Resolver<ResolversTypes['AccountPayload'], ParentType, ContextType, RequireFields<MutationUpdateAccountArgs, 'input'>>;
  setAccountActive?: Resolver<ResolversTypes['AccountPayload'], ParentType, ContextType, RequireFields<MutationSetAccountActiveArgs, 'id' | 'active'>>;
  resetAccountSecret?: Resolver<ResolversTypes['ResetSecretPayload'], ParentType, ContextType, RequireFields<MutationResetAccountSecretArgs, 'id'>>;
  suspendAccount?: Resolver<ResolversTypes['AccountPayload'], ParentType, ContextType, RequireFields<MutationSuspendAccountArgs, 'id' | 'suspended'>>;
  deleteStored?: Resolver<ResolversTypes['DeleteStoredPayload'], ParentType, ContextType, RequireFields<MutationDeleteStoredArgs, 'input'>>;
  undelete?: Resolver<ResolversTypes['UndeletePayload'], ParentType, ContextType, RequireFields<MutationUndeleteArgs, 'input'>>;
  updateSetting?: Resolver<ResolversTypes['SettingPayload'], ParentType, ContextType, RequireFields<MutationUpdateSettingArgs, 'key' | 'value'>>;
};

export type SubscriptionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  run?: SubscriptionResolver<ResolversTypes['Run'], "run", ParentType, ContextType, RequireFields<SubscriptionRunArgs, 'id'>>;
  runs?: SubscriptionResolver<ResolversTypes['Run'], "runs", ParentType, ContextType>;
  accounts?: SubscriptionResolver<ResolversTypes['Account'], "accounts", ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type InstallationResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Installation'] = ResolversParentTypes['Installation']> = {
  gridId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['Role']>, ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  fingerprint?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  ports?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  notices?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type MeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Me'] = ResolversParentTypes['Me']> = {
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  rights?: Resolver<ReadonlyArray<ResolversTypes['Right']>, ParentType, ContextType>;
  byToken?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  csrf?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  recoveryCodesLeft?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type UserRoleResolvers = EnumResolverSignature<{ ADMINISTRATOR?: any, OPERATOR?: any, VIEWER?: any }, ResolversTypes['UserRole']>;

export type UserResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['UserRole'], ParentType, ContextType>;
  enabled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  passwordChangedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  secondFactorSince?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type UserConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['UserConnection'] = ResolversParentTypes['UserConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['User']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type SessionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Session'] = ResolversParentTypes['Session']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  current?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  seenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  address?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  agent?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type TokenResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Token'] = ResolversParentTypes['Token']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  scopes?: Resolver<ReadonlyArray<ResolversTypes['Right']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  usedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type TokenConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['TokenConnection'] = ResolversParentTypes['TokenConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Token']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type DestinationKindResolvers = EnumResolverSignature<{ SERVER?: any, FOLDER?: any, REST?: any }, ResolversTypes['DestinationKind']>;

export type DestinationResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Destination'] = ResolversParentTypes['Destination']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['DestinationKind'], ParentType, ContextType>;
  place?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  account?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  fingerprint?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  uploadBytesPerSecond?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  sets?: Resolver<ReadonlyArray<ResolversTypes['BackupSet']>, ParentType, ContextType>;
  usage?: Resolver<Maybe<ResolversTypes['DestinationUsage']>, ParentType, ContextType>;
};

export type DestinationUsageResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['DestinationUsage'] = ResolversParentTypes['DestinationUsage']> = {
  used?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  allotted?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
  trash?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  retentionLockDays?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type DestinationConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['DestinationConnection'] = ResolversParentTypes['DestinationConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Destination']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type BackupSetResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['BackupSet'] = ResolversParentTypes['BackupSet']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  slug?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sources?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  excludes?: Resolver<ResolversTypes['Excludes'], ParentType, ContextType>;
  options?: Resolver<ResolversTypes['SetOptions'], ParentType, ContextType>;
  destinations?: Resolver<ReadonlyArray<ResolversTypes['SetDestination']>, ParentType, ContextType>;
  passwordGenerated?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  paused?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  deleting?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  changedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastRun?: Resolver<Maybe<ResolversTypes['Run']>, ParentType, ContextType, Partial<BackupSetLastRunArgs>>;
  snapshotCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  lastSnapshot?: Resolver<Maybe<ResolversTypes['Snapshot']>, ParentType, ContextType>;
};

export type BackupSetConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['BackupSetConnection'] = ResolversParentTypes['BackupSetConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['BackupSet']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type SetDestinationResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['SetDestination'] = ResolversParentTypes['SetDestination']> = {
  destination?: Resolver<ResolversTypes['Destination'], ParentType, ContextType>;
  repository?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ExcludesResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Excludes'] = ResolversParentTypes['Excludes']> = {
  patterns?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  patternsIgnoringCase?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  ifPresent?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  caches?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  largerThan?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
  oneFileSystem?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type SetOptionsResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['SetOptions'] = ResolversParentTypes['SetOptions']> = {
  compression?: Resolver<ResolversTypes['Compression'], ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  skipIfUnchanged?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  keep?: Resolver<Maybe<ResolversTypes['KeepPolicy']>, ParentType, ContextType>;
};

export type CompressionResolvers = EnumResolverSignature<{ OFF?: any, FASTEST?: any, AUTO?: any, MAX?: any }, ResolversTypes['Compression']>;

export type KeepPolicyResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['KeepPolicy'] = ResolversParentTypes['KeepPolicy']> = {
  last?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  hourly?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  daily?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  weekly?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  monthly?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  yearly?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  within?: Resolver<Maybe<ResolversTypes['Duration']>, ParentType, ContextType>;
};

export type SetPreviewResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['SetPreview'] = ResolversParentTypes['SetPreview']> = {
  files?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  bytes?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  excludedFiles?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  excludedBytes?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  excluded?: Resolver<ReadonlyArray<ResolversTypes['PreviewEntry']>, ParentType, ContextType>;
  complete?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type PreviewEntryResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['PreviewEntry'] = ResolversParentTypes['PreviewEntry']> = {
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  bytes?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
};

export type RunKindResolvers = EnumResolverSignature<{ BACKUP?: any, RESTORE?: any, CHECK?: any, PRUNE?: any, FORGET?: any, DRILL?: any, SCRUB?: any }, ResolversTypes['RunKind']>;

export type RunStateResolvers = EnumResolverSignature<{ QUEUED?: any, WAITING?: any, RUNNING?: any, SUSPENDED?: any, DONE?: any, INCOMPLETE?: any, FAILED?: any, STOPPED?: any }, ResolversTypes['RunState']>;

export type RunResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Run'] = ResolversParentTypes['Run']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['RunKind'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['RunState'], ParentType, ContextType>;
  set?: Resolver<Maybe<ResolversTypes['BackupSet']>, ParentType, ContextType>;
  destination?: Resolver<Maybe<ResolversTypes['Destination']>, ParentType, ContextType>;
  orderedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  queuedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  nextTryAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  attempt?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  code?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  remedy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  progress?: Resolver<Maybe<ResolversTypes['Progress']>, ParentType, ContextType>;
  report?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  snapshotId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  problemCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  problems?: Resolver<ResolversTypes['ProblemConnection'], ParentType, ContextType, RequireFields<RunProblemsArgs, 'first'>>;
};

export type RunConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['RunConnection'] = ResolversParentTypes['RunConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Run']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ProgressResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Progress'] = ResolversParentTypes['Progress']> = {
  phase?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  filesDone?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  filesTotal?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
  bytesDone?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  bytesTotal?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
  current?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  problems?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type ProblemResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Problem'] = ResolversParentTypes['Problem']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ProblemConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ProblemConnection'] = ResolversParentTypes['ProblemConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Problem']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type SnapshotResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Snapshot'] = ResolversParentTypes['Snapshot']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  set?: Resolver<ResolversTypes['BackupSet'], ParentType, ContextType>;
  destination?: Resolver<ResolversTypes['Destination'], ParentType, ContextType>;
  takenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  hostname?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  paths?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  files?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
  bytes?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
};

export type SnapshotConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['SnapshotConnection'] = ResolversParentTypes['SnapshotConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Snapshot']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type EntryKindResolvers = EnumResolverSignature<{ FILE?: any, FOLDER?: any, SYMLINK?: any, OTHER?: any }, ResolversTypes['EntryKind']>;

export type EntryResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Entry'] = ResolversParentTypes['Entry']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  pathBase64?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['EntryKind'], ParentType, ContextType>;
  size?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  modifiedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  permissions?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  owner?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  group?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  linkTarget?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type EntryConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['EntryConnection'] = ResolversParentTypes['EntryConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Entry']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type FileVersionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['FileVersion'] = ResolversParentTypes['FileVersion']> = {
  set?: Resolver<ResolversTypes['BackupSet'], ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  pathBase64?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['EntryKind'], ParentType, ContextType>;
  size?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  modifiedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  firstSnapshot?: Resolver<ResolversTypes['Snapshot'], ParentType, ContextType>;
  lastSnapshot?: Resolver<ResolversTypes['Snapshot'], ParentType, ContextType>;
  snapshotCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type FileVersionConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['FileVersionConnection'] = ResolversParentTypes['FileVersionConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['FileVersion']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ChangeResolvers = EnumResolverSignature<{ ADDED?: any, REMOVED?: any, CHANGED?: any, METADATA?: any, TYPE?: any }, ResolversTypes['Change']>;

export type DifferenceResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Difference'] = ResolversParentTypes['Difference']> = {
  change?: Resolver<ResolversTypes['Change'], ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  pathBase64?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  sizeBefore?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
  sizeAfter?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
};

export type DifferenceConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['DifferenceConnection'] = ResolversParentTypes['DifferenceConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Difference']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ReportResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Report'] = ResolversParentTypes['Report']> = {
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  until?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lines?: Resolver<ReadonlyArray<ResolversTypes['ReportLine']>, ParentType, ContextType>;
};

export type ReportLineResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ReportLine'] = ResolversParentTypes['ReportLine']> = {
  set?: Resolver<Maybe<ResolversTypes['BackupSet']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['RunKind'], ParentType, ContextType>;
  done?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  incomplete?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  failed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  stopped?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  filesStored?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  bytesStored?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  seconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type AccountStateResolvers = EnumResolverSignature<{ PENDING?: any, ACTIVE?: any, INACTIVE?: any }, ResolversTypes['AccountState']>;

export type AccountResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Account'] = ResolversParentTypes['Account']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['AccountState'], ParentType, ContextType>;
  label?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  used?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  trash?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  quota?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
  appendOnly?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retentionLockDays?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  uploadBytesPerSecond?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
  suspended?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  approvedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  seenAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  seenAddress?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  repositories?: Resolver<ReadonlyArray<ResolversTypes['StoredRepository']>, ParentType, ContextType>;
};

export type AccountConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['AccountConnection'] = ResolversParentTypes['AccountConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Account']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type StoredRepositoryResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['StoredRepository'] = ResolversParentTypes['StoredRepository']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  files?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  bytes?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  trashFiles?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  trashBytes?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  verifiedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  damaged?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type InviteResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Invite'] = ResolversParentTypes['Invite']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  account?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  quota?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
  appendOnly?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retentionLockDays?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  redeemedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  redeemedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type InviteConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['InviteConnection'] = ResolversParentTypes['InviteConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Invite']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type StorageResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Storage'] = ResolversParentTypes['Storage']> = {
  folder?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  free?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  used?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  allotted?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  files?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  damagedFiles?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
};

export type AuditEntryResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['AuditEntry'] = ResolversParentTypes['AuditEntry']> = {
  sequence?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  actor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  address?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  action?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  subject?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  details?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  result?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  hash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['AuditConnection'] = ResolversParentTypes['AuditConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AuditVerdictResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['AuditVerdict'] = ResolversParentTypes['AuditVerdict']> = {
  lines?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  intact?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  brokenAt?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  head?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SettingResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Setting'] = ResolversParentTypes['Setting']> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  origin?: Resolver<ResolversTypes['SettingOrigin'], ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  changeable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type OverwriteResolvers = EnumResolverSignature<{ ALWAYS?: any, IF_CHANGED?: any, IF_NEWER?: any, NEVER?: any }, ResolversTypes['Overwrite']>;

export type DonePayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['DonePayload'] = ResolversParentTypes['DonePayload']> = {
  done?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type BeginSecondFactorPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['BeginSecondFactorPayload'] = ResolversParentTypes['BeginSecondFactorPayload']> = {
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  address?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  qrCode?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RecoveryCodesPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['RecoveryCodesPayload'] = ResolversParentTypes['RecoveryCodesPayload']> = {
  recoveryCodes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SignInPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['SignInPayload'] = ResolversParentTypes['SignInPayload']> = {
  me?: Resolver<ResolversTypes['Me'], ParentType, ContextType>;
};

export type UserPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['UserPayload'] = ResolversParentTypes['UserPayload']> = {
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type CreateTokenPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['CreateTokenPayload'] = ResolversParentTypes['CreateTokenPayload']> = {
  token?: Resolver<ResolversTypes['Token'], ParentType, ContextType>;
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DestinationPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['DestinationPayload'] = ResolversParentTypes['DestinationPayload']> = {
  destination?: Resolver<ResolversTypes['Destination'], ParentType, ContextType>;
  pending?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type TestDestinationPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['TestDestinationPayload'] = ResolversParentTypes['TestDestinationPayload']> = {
  reachable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  code?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SetPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['SetPayload'] = ResolversParentTypes['SetPayload']> = {
  set?: Resolver<ResolversTypes['BackupSet'], ParentType, ContextType>;
};

export type RecoverySheetPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['RecoverySheetPayload'] = ResolversParentTypes['RecoverySheetPayload']> = {
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RunPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['RunPayload'] = ResolversParentTypes['RunPayload']> = {
  run?: Resolver<ResolversTypes['Run'], ParentType, ContextType>;
  others?: Resolver<ReadonlyArray<ResolversTypes['Run']>, ParentType, ContextType>;
};

export type CreateInvitePayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['CreateInvitePayload'] = ResolversParentTypes['CreateInvitePayload']> = {
  invite?: Resolver<ResolversTypes['Invite'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AccountPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['AccountPayload'] = ResolversParentTypes['AccountPayload']> = {
  account?: Resolver<ResolversTypes['Account'], ParentType, ContextType>;
};

export type ResetSecretPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ResetSecretPayload'] = ResolversParentTypes['ResetSecretPayload']> = {
  account?: Resolver<ResolversTypes['Account'], ParentType, ContextType>;
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DeleteStoredPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['DeleteStoredPayload'] = ResolversParentTypes['DeleteStoredPayload']> = {
  movedFiles?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  movedBytes?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  refused?: Resolver<ReadonlyArray<ResolversTypes['DeleteRefusal']>, ParentType, ContextType>;
};

export type DeleteRefusalResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['DeleteRefusal'] = ResolversParentTypes['DeleteRefusal']> = {
  repository?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type UndeletePayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['UndeletePayload'] = ResolversParentTypes['UndeletePayload']> = {
  files?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
  bytes?: Resolver<ResolversTypes['Size'], ParentType, ContextType>;
};

export type SettingPayloadResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['SettingPayload'] = ResolversParentTypes['SettingPayload']> = {
  setting?: Resolver<ResolversTypes['Setting'], ParentType, ContextType>;
};

export type Resolvers<ContextType = ApiContext> = {
  DateTime?: GraphQLScalarType;
  Size?: GraphQLScalarType;
  JSON?: GraphQLScalarType;
  Duration?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Installation?: InstallationResolvers<ContextType>;
  Me?: MeResolvers<ContextType>;
  UserRole?: UserRoleResolvers;
  User?: UserResolvers<ContextType>;
  UserConnection?: UserConnectionResolvers<ContextType>;
  Session?: SessionResolvers<ContextType>;
  Token?: TokenResolvers<ContextType>;
  TokenConnection?: TokenConnectionResolvers<ContextType>;
  DestinationKind?: DestinationKindResolvers;
  Destination?: DestinationResolvers<ContextType>;
  DestinationUsage?: DestinationUsageResolvers<ContextType>;
  DestinationConnection?: DestinationConnectionResolvers<ContextType>;
  BackupSet?: BackupSetResolvers<ContextType>;
  BackupSetConnection?: BackupSetConnectionResolvers<ContextType>;
  SetDestination?: SetDestinationResolvers<ContextType>;
  Excludes?: ExcludesResolvers<ContextType>;
  SetOptions?: SetOptionsResolvers<ContextType>;
  Compression?: CompressionResolvers;
  KeepPolicy?: KeepPolicyResolvers<ContextType>;
  SetPreview?: SetPreviewResolvers<ContextType>;
  PreviewEntry?: PreviewEntryResolvers<ContextType>;
  RunKind?: RunKindResolvers;
  RunState?: RunStateResolvers;
  Run?: RunResolvers<ContextType>;
  RunConnection?: RunConnectionResolvers<ContextType>;
  Progress?: ProgressResolvers<ContextType>;
  Problem?: ProblemResolvers<ContextType>;
  ProblemConnection?: ProblemConnectionResolvers<ContextType>;
  Snapshot?: SnapshotResolvers<ContextType>;
  SnapshotConnection?: SnapshotConnectionResolvers<ContextType>;
  EntryKind?: EntryKindResolvers;
  Entry?: EntryResolvers<ContextType>;
  EntryConnection?: EntryConnectionResolvers<ContextType>;
  FileVersion?: FileVersionResolvers<ContextType>;
  FileVersionConnection?: FileVersionConnectionResolvers<ContextType>;
  Change?: ChangeResolvers;
  Difference?: DifferenceResolvers<ContextType>;
  DifferenceConnection?: DifferenceConnectionResolvers<ContextType>;
  Report?: ReportResolvers<ContextType>;
  ReportLine?: ReportLineResolvers<ContextType>;
  AccountState?: AccountStateResolvers;
  Account?: AccountResolvers<ContextType>;
  AccountConnection?: AccountConnectionResolvers<ContextType>;
  StoredRepository?: StoredRepositoryResolvers<ContextType>;
  Invite?: InviteResolvers<ContextType>;
  InviteConnection?: InviteConnectionResolvers<ContextType>;
  Storage?: StorageResolvers<ContextType>;
  AuditEntry?: AuditEntryResolvers<ContextType>;
  AuditConnection?: AuditConnectionResolvers<ContextType>;
  AuditVerdict?: AuditVerdictResolvers<ContextType>;
  Setting?: SettingResolvers<ContextType>;
  Overwrite?: OverwriteResolvers;
  DonePayload?: DonePayloadResolvers<ContextType>;
  BeginSecondFactorPayload?: BeginSecondFactorPayloadResolvers<ContextType>;
  RecoveryCodesPayload?: RecoveryCodesPayloadResolvers<ContextType>;
  SignInPayload?: SignInPayloadResolvers<ContextType>;
  UserPayload?: UserPayloadResolvers<ContextType>;
  CreateTokenPayload?: CreateTokenPayloadResolvers<ContextType>;
  DestinationPayload?: DestinationPayloadResolvers<ContextType>;
  TestDestinationPayload?: TestDestinationPayloadResolvers<ContextType>;
  SetPayload?: SetPayloadResolvers<ContextType>;
  RecoverySheetPayload?: RecoverySheetPayloadResolvers<ContextType>;
  RunPayload?: RunPayloadResolvers<ContextType>;
  CreateInvitePayload?: CreateInvitePayloadResolvers<ContextType>;
  AccountPayload?: AccountPayloadResolvers<ContextType>;
  ResetSecretPayload?: ResetSecretPayloadResolvers<ContextType>;
  DeleteStoredPayload?: DeleteStoredPayloadResolvers<ContextType>;
  DeleteRefusal?: DeleteRefusalResolvers<ContextType>;
  UndeletePayload?: UndeletePayloadResolvers<ContextType>;
  SettingPayload?: SettingPayloadResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = ApiContext> = {
  needs?: NeedsDirectiveResolver<any, any, ContextType>;
};
