// Copyright the SpareGrid authors. Apache-2.0.
// The tables as drizzle knows them; migrations/*.sql makes them, and a test compares the two.
// Times are milliseconds since 1970 in UTC; sizes are bytes; ids are 32 hexadecimal digits drawn at random where nothing else is said.
import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

const bytes = (name: string) => blob(name, { mode: "buffer" }).$type<Uint8Array>();
const flag = (name: string) => integer(name, { mode: "boolean" });

/** What an administrator can change while the service runs, and facts of the installation. `value` is JSON. */
export const setting = sqliteTable("setting", {
  key: text("key").primaryKey(),
  value: text("value").notNull(),
});

/** People who sign in to this installation. */
export const user = sqliteTable("user", {
  id: text("id").primaryKey(),
  /** Compared without regard to case. */
  name: text("name").notNull(),
  role: text("role", { enum: ["administrator", "operator", "viewer"] }).notNull(),
  /** `scrypt$N$r$p$salt$hash`, base64url. */
  passwordHash: text("password_hash").notNull(),
  createdAt: integer("created_at").notNull(),
  passwordChangedAt: integer("password_changed_at").notNull(),
  disabledAt: integer("disabled_at"),
  /** Key of the second factor, sealed with the installation's key; null: none was begun. */
  factorSecret: bytes("factor_secret"),
  /** Since when signing in takes the second factor; null: it does not. */
  factorSince: integer("factor_since"),
  /** The time step of the last code that was used: no code is used twice. */
  factorStep: integer("factor_step").notNull().default(0),
  /** JSON array of the SHA-256 of recovery codes that were not used. */
  recoveryHashes: text("recovery_hashes").notNull().default("[]"),
}, (table) => [uniqueIndex("user_name").on(table.name)]);

/** Signed-in browsers. The cookie's value is kept as its SHA-256 only. */
export const session = sqliteTable("session", {
  id: text("id").primaryKey(),
  cookieHash: text("cookie_hash").notNull(),
  userId: text("user_id").notNull().references(() => user.id, { onDelete: "cascade" }),
  createdAt: integer("created_at").notNull(),
  seenAt: integer("seen_at").notNull(),
  address: text("address").notNull(),
  agent: text("agent").notNull(),
  /** When its user last proved with the password to be there. */
  provedAt: integer("proved_at").notNull().default(0),
}, (table) => [
  uniqueIndex("session_cookie").on(table.cookieHash),
  index("session_user").on(table.userId),
]);

/** API tokens. The token is kept as its SHA-256 only. */
export const token = sqliteTable("token", {
  id: text("id").primaryKey(),
  userId: text("user_id").notNull().references(() => user.id, { onDelete: "cascade" }),
  name: text("name").notNull(),
  hash: text("hash").notNull(),
  /** JSON array of scope names. */
  scopes: text("scopes").notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at"),
  usedAt: integer("used_at"),
}, (table) => [
  uniqueIndex("token_hash").on(table.hash),
  index("token_user").on(table.userId, table.createdAt, table.id),
  index("token_created").on(table.createdAt, table.id),
]);

/** Where backups of this machine go. */
export const destination = sqliteTable("destination", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  kind: text("kind", { enum: ["server", "folder", "rest"] }).notNull(),
  /** A folder, or an address without user name and secret. */
  place: text("place").notNull(),
  /** The account at a server, the user name at a REST server. */
  account: text("account"),
  /** The account's secret or the password at a REST server, sealed with the installation's key. */
  secret: bytes("secret"),
  /** SHA-256 of the one certificate that is trusted, hexadecimal; null: the system's authorities are. */
  fingerprint: text("fingerprint"),
  uploadBytesPerSecond: integer("upload_bytes_per_second"),
  createdAt: integer("created_at").notNull(),
}, (table) => [uniqueIndex("destination_name").on(table.name)]);

/** Backup sets: what is protected, and how. */
export const backupSet = sqliteTable("backup_set", {
  id: text("id").primaryKey(),
  /** Name of its repository at each destination: `[a-z0-9._-]{1,64}`, no leading dot. */
  slug: text("slug").notNull(),
  name: text("name").notNull(),
  /** JSON: sources, excludes, options. */
  order: text("order_json").notNull(),
  /** Encryption password, sealed with the installation's key. */
  password: bytes("password").notNull(),
  passwordOrigin: text("password_origin", { enum: ["generated", "own"] }).notNull(),
  createdAt: integer("created_at").notNull(),
  changedAt: integer("changed_at").notNull(),
  pausedAt: integer("paused_at"),
  /** Its repositories are being removed, and then the set: since when. */
  deletingAt: integer("deleting_at"),
}, (table) => [uniqueIndex("backup_set_slug").on(table.slug), uniqueIndex("backup_set_name").on(table.name)]);

/** The destinations of a set, in order. */
export const setDestination = sqliteTable("set_destination", {
  setId: text("set_id").notNull().references(() => backupSet.id, { onDelete: "cascade" }),
  destinationId: text("destination_id").notNull().references(() => destination.id, { onDelete: "restrict" }),
  position: integer("position").notNull(),
  /** Path of the set's repository below the destination's place; empty: the place itself. */
  repository: text("repository").notNull(),
  /** When its repository was first seen there. From then on a place without one is a drive that is not there. */
  madeAt: integer("made_at"),
}, (table) => [
  primaryKey({ columns: [table.setId, table.destinationId] }),
  uniqueIndex("set_destination_place").on(table.destinationId, table.repository),
]);

/** Everything that takes time, from its order to its end. */
export const run = sqliteTable("run", {
  /** Counts up: a later run has a greater number. */
  id: integer("id").primaryKey({ autoIncrement: true }),
  kind: text("kind", { enum: ["backup", "restore", "check", "prune", "forget", "drill", "scrub"] }).notNull(),
  state: text("state", {
    enum: ["queued", "waiting", "running", "suspended", "done", "incomplete", "failed", "stopped"],
  }).notNull(),
  setId: text("set_id").references(() => backupSet.id, { onDelete: "set null" }),
  destinationId: text("destination_id").references(() => destination.id, { onDelete: "set null" }),
  /** JSON: what was ordered beyond kind, set and destination. */
  order: text("order_json").notNull(),
  /** Who ordered it: a user's name, `schedule`, `retry`. */
  orderedBy: text("ordered_by").notNull(),
  queuedAt: integer("queued_at").notNull(),
  startedAt: integer("started_at"),
  endedAt: integer("ended_at"),
  /** A waiting run is tried again then. */
  notBefore: integer("not_before"),
  attempt: integer("attempt").notNull(),
  code: text("code"),
  message: text("message"),
  /** What to do, where the code's own remedy does not fit. */
  remedy: text("remedy"),
  /** JSON: the run's own report. */
  report: text("report"),
  /** JSON: the last progress that was written down. */
  progress: text("progress"),
  snapshotId: text("snapshot_id"),
  problems: integer("problems").notNull(),
}, (table) => [
  index("run_state").on(table.state, table.id),
  index("run_set").on(table.setId, table.id),
  index("run_kind").on(table.kind, table.id),
  index("run_destination").on(table.destinationId, table.id),
  index("run_queued").on(table.queuedAt, table.id),
  index("run_ended").on(table.endedAt),
]);

/** Entries that a run could not read or write, in order. */
export const runProblem = sqliteTable("run_problem", {
  runId: integer("run_id").notNull().references(() => run.id, { onDelete: "cascade" }),
  position: integer("position").notNull(),
  code: text("code").notNull(),
  path: bytes("path"),
  message: text("message").notNull(),
}, (table) => [primaryKey({ columns: [table.runId, table.position] })]);

/** Snapshots of the sets, as last seen in their repositories: a cache, never the only copy. */
export const snapshot = sqliteTable("snapshot", {
  setId: text("set_id").notNull().references(() => backupSet.id, { onDelete: "cascade" }),
  destinationId: text("destination_id").notNull().references(() => destination.id, { onDelete: "cascade" }),
  id: text("id").notNull(),
  takenAt: integer("taken_at").notNull(),
  hostname: text("hostname").notNull(),
  /** JSON arrays of texts. */
  paths: text("paths").notNull(),
  tags: text("tags").notNull(),
  tree: text("tree").notNull(),
  /** JSON of the snapshot's summary. */
  summary: text("summary"),
  /** When its names were taken into the search index. */
  indexedAt: integer("indexed_at"),
  /** The line of the search index that it belongs to, and its place there; null until it is taken in. */
  lineId: integer("line_id"),
  sequence: integer("sequence"),
}, (table) => [
  primaryKey({ columns: [table.setId, table.destinationId, table.id] }),
  index("snapshot_line").on(table.lineId, table.sequence),
  index("snapshot_taken").on(table.setId, table.takenAt, table.id),
]);

/**
 * A row of snapshots in the search index: those of one host and the same paths in one repository. Each changes little
 * against the one before.
 */
export const searchLine = sqliteTable("search_line", {
  id: integer("id").primaryKey(),
  /** Null: it is gone, and is removed bit by bit. */
  setId: text("set_id").references(() => backupSet.id, { onDelete: "set null" }),
  destinationId: text("destination_id").notNull(),
  hostname: text("hostname").notNull(),
  /** JSON array of texts, as in the snapshot. */
  paths: text("paths").notNull(),
  /** Sequence of the last snapshot that was taken in; 0: none yet. */
  head: integer("head").notNull(),
  /** Its tree; null while another is being taken in. */
  tree: text("tree"),
}, (table) => [
  uniqueIndex("search_line_group").on(table.setId, table.destinationId, table.hostname, table.paths),
]);

/** Names of entries, each once. Bytes that are not UTF-8 are escaped reversibly. The table `file_name` finds parts of them. */
export const entryName = sqliteTable("entry_name", {
  id: integer("id").primaryKey(),
  name: text("name").notNull(),
  /** The same in lower case. */
  folded: text("folded").notNull(),
}, (table) => [uniqueIndex("entry_name_text").on(table.name)]);

/** Folders of a line. */
export const entryFolder = sqliteTable("entry_folder", {
  id: integer("id").primaryKey(),
  lineId: integer("line_id").notNull().references(() => searchLine.id, { onDelete: "cascade" }),
  /** Null for the root. */
  parentId: integer("parent_id"),
  nameId: integer("name_id"),
  /** Names joined and led by slashes; empty for the root. */
  path: text("path").notNull(),
}, (table) => [
  uniqueIndex("entry_folder_path").on(table.lineId, table.path),
  index("entry_folder_parent").on(table.parentId),
  index("entry_folder_name").on(table.nameId),
]);

/** One state of an entry, and the snapshots of its line that hold it: those from `first` to `last`. */
export const entryVersion = sqliteTable("entry_version", {
  id: integer("id").primaryKey(),
  folderId: integer("folder_id").notNull().references(() => entryFolder.id, { onDelete: "cascade" }),
  lineId: integer("line_id").notNull(),
  nameId: integer("name_id").notNull(),
  /** 0 file, 1 folder, 2 symlink, 3 other. */
  kind: integer("kind").notNull(),
  size: integer("size").notNull(),
  modifiedAt: integer("modified_at").notNull(),
  /** 53 bits of a hash of what makes the state. */
  state: integer("state").notNull(),
  first: integer("first").notNull(),
  /** 2^53 - 1 while the line's head holds it. */
  last: integer("last").notNull(),
  /** Of a folder that the head holds: its tree, where all below it has been taken in. */
  tree: text("tree"),
}, (table) => [
  index("entry_version_name").on(table.nameId, table.folderId, table.first),
  index("entry_version_folder").on(table.folderId, table.last),
  index("entry_version_ended").on(table.lineId, table.last),
]);

/** Clients as this server knows them. */
export const account = sqliteTable("account", {
  /** The client's Grid ID: `[a-z0-9._-]{1,64}`, no leading dot. */
  id: text("id").primaryKey(),
  state: text("state", { enum: ["pending", "active", "inactive"] }).notNull(),
  label: text("label").notNull(),
  /** The secret, sealed with the installation's key: both schemes are verified with it. */
  secret: bytes("secret").notNull(),
  /** Hard limit on stored and trashed bytes; null: nothing is allotted. */
  quotaBytes: integer("quota_bytes"),
  appendOnly: flag("append_only").notNull(),
  /** Days that a removed file stays in the trash. */
  retentionLockDays: integer("retention_lock_days").notNull(),
  uploadBytesPerSecond: integer("upload_bytes_per_second"),
  createdAt: integer("created_at").notNull(),
  approvedAt: integer("approved_at"),
  seenAt: integer("seen_at"),
  seenAddress: text("seen_address"),
  /** All that it does at this server stands still since then; null: it may go on. */
  suspendedAt: integer("suspended_at"),
  /** Its quota was given by the server itself, and changes when the next account comes. */
  automaticShare: flag("automatic_share").notNull(),
}, (table) => [index("account_state").on(table.state, table.id)]);

/** Invitations that were not used yet, and those that were. The code is kept as its SHA-256 only. */
export const invite = sqliteTable("invite", {
  id: text("id").primaryKey(),
  codeHash: text("code_hash").notNull(),
  /** The account to make; null: the client's own Grid ID. */
  accountId: text("account_id"),
  quotaBytes: integer("quota_bytes"),
  appendOnly: flag("append_only").notNull(),
  retentionLockDays: integer("retention_lock_days").notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
  redeemedAt: integer("redeemed_at"),
  redeemedBy: text("redeemed_by"),
}, (table) => [
  uniqueIndex("invite_code").on(table.codeHash),
  index("invite_created").on(table.createdAt, table.id),
]);

/** Repositories that this server keeps. */
export const store = sqliteTable("store", {
  accountId: text("account_id").notNull().references(() => account.id, { onDelete: "restrict" }),
  name: text("name").notNull(),
  createdAt: integer("created_at").notNull(),
  /** The last sequence number given to a file stored or removed. */
  sequence: integer("sequence").notNull(),
}, (table) => [primaryKey({ columns: [table.accountId, table.name] })]);

/** Files that this server keeps: what the disk holds, with what only the ledger knows. */
export const storedFile = sqliteTable("stored_file", {
  accountId: text("account_id").notNull(),
  store: text("store").notNull(),
  type: text("type").notNull(),
  name: text("name").notNull(),
  size: integer("size").notNull(),
  sequence: integer("sequence").notNull(),
  storedAt: integer("stored_at").notNull(),
  verifiedAt: integer("verified_at"),
  /** What the scrub found wrong; null: nothing. */
  damage: text("damage"),
}, (table) => [
  primaryKey({ columns: [table.accountId, table.store, table.type, table.name] }),
  index("stored_file_sequence").on(table.accountId, table.store, table.sequence),
  index("stored_file_verified").on(table.accountId, table.store, table.verifiedAt),
  index("stored_file_damage").on(table.accountId, table.store, table.type, table.name)
    .where(sql`damage IS NOT NULL`),
]);

/** Files that were removed: in the trash until purged, and then a line for those who follow the sequence. */
export const removedFile = sqliteTable("removed_file", {
  accountId: text("account_id").notNull(),
  store: text("store").notNull(),
  sequence: integer("sequence").notNull(),
  type: text("type").notNull(),
  name: text("name").notNull(),
  size: integer("size").notNull(),
  removedAt: integer("removed_at").notNull(),
  /** The trash keeps it until then; null: it was removed at once (locks). */
  purgeAt: integer("purge_at"),
  purgedAt: integer("purged_at"),
}, (table) => [
  primaryKey({ columns: [table.accountId, table.store, table.sequence] }),
  index("removed_file_purge").on(table.purgedAt, table.purgeAt),
  index("removed_file_name").on(table.accountId, table.store, table.type, table.name),
]);

/** Who did what: append-only, each line sealed by the hash of all before it. */
export const auditEntry = sqliteTable("audit_entry", {
  sequence: integer("sequence").primaryKey(),
  at: integer("at").notNull(),
  /** `user:NAME`, `token:NAME`, `account:ID`, `system`. */
  actor: text("actor").notNull(),
  address: text("address").notNull(),
  action: text("action").notNull(),
  subject: text("subject").notNull(),
  /** JSON. */
  details: text("details").notNull(),
  /** `ok` or an SG code. */
  result: text("result").notNull(),
  previousHash: text("previous_hash").notNull(),
  hash: text("hash").notNull(),
}, (table) => [
  index("audit_entry_actor").on(table.actor, table.sequence),
  index("audit_entry_action").on(table.action, table.sequence),
]);
