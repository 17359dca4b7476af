CREATE TABLE setting (key text PRIMARY KEY NOT NULL, value text NOT NULL);
--> statement-breakpoint
CREATE TABLE user (
  id text PRIMARY KEY NOT NULL,
  name text NOT NULL COLLATE NOCASE,
  role text NOT NULL,
  password_hash text NOT NULL,
  created_at integer NOT NULL,
  password_changed_at integer NOT NULL,
  disabled_at integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX user_name ON user (name);
--> statement-breakpoint
CREATE TABLE session (
  id text PRIMARY KEY NOT NULL,
  cookie_hash text NOT NULL,
  user_id text NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  created_at integer NOT NULL,
  seen_at integer NOT NULL,
  address text NOT NULL,
  agent text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX session_cookie ON session (cookie_hash);
--> statement-breakpoint
CREATE INDEX session_user ON session (user_id);
--> statement-breakpoint
CREATE TABLE token (
  id text PRIMARY KEY NOT NULL,
  user_id text NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  name text NOT NULL,
  hash text NOT NULL,
  scopes text NOT NULL,
  created_at integer NOT NULL,
  expires_at integer,
  used_at integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX token_hash ON token (hash);
--> statement-breakpoint
CREATE INDEX token_user ON token (user_id);
--> statement-breakpoint
CREATE TABLE destination (
  id text PRIMARY KEY NOT NULL,
  name text NOT NULL COLLATE NOCASE,
  kind text NOT NULL,
  place text NOT NULL,
  account text,
  secret blob,
  fingerprint text,
  upload_bytes_per_second integer,
  created_at integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX destination_name ON destination (name);
--> statement-breakpoint
CREATE TABLE backup_set (
  id text PRIMARY KEY NOT NULL,
  slug text NOT NULL,
  name text NOT NULL COLLATE NOCASE,
  order_json text NOT NULL,
  password blob NOT NULL,
  password_origin text NOT NULL,
  created_at integer NOT NULL,
  changed_at integer NOT NULL,
  paused_at integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX backup_set_slug ON backup_set (slug);
--> statement-breakpoint
CREATE UNIQUE INDEX backup_set_name ON backup_set (name);
--> statement-breakpoint
CREATE TABLE set_destination (
  set_id text NOT NULL REFERENCES backup_set (id) ON DELETE CASCADE,
  destination_id text NOT NULL REFERENCES destination (id) ON DELETE RESTRICT,
  position integer NOT NULL,
  repository text NOT NULL,
  PRIMARY KEY (set_id, destination_id)
);
--> statement-breakpoint
CREATE INDEX set_destination_destination ON set_destination (destination_id);
--> statement-breakpoint
CREATE TABLE run (
  id integer PRIMARY KEY AUTOINCREMENT NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  set_id text REFERENCES backup_set (id) ON DELETE SET NULL,
  destination_id text REFERENCES destination (id) ON DELETE SET NULL,
  order_json text NOT NULL,
  ordered_by text NOT NULL,
  queued_at integer NOT NULL,
  started_at integer,
  ended_at integer,
  not_before integer,
  attempt integer NOT NULL,
  code text,
  message text,
  report text,
  progress text,
  snapshot_id text,
  problems integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX run_state ON run (state, id);
--> statement-breakpoint
CREATE INDEX run_set ON run (set_id, id);
--> statement-breakpoint
CREATE INDEX run_kind ON run (kind, id);
--> statement-breakpoint
CREATE INDEX run_destination ON run (destination_id, id);
--> statement-breakpoint
CREATE TABLE run_problem (
  run_id integer NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  position integer NOT NULL,
  code text NOT NULL,
  path blob,
  message text NOT NULL,
  PRIMARY KEY (run_id, position)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE snapshot (
  set_id text NOT NULL REFERENCES backup_set (id) ON DELETE CASCADE,
  destination_id text NOT NULL REFERENCES destination (id) ON DELETE CASCADE,
  id text NOT NULL,
  taken_at integer NOT NULL,
  hostname text NOT NULL,
  paths text NOT NULL,
  tags text NOT NULL,
  tree text NOT NULL,
  summary text,
  indexed_at integer,
  PRIMARY KEY (set_id, destination_id, id)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX snapshot_taken ON snapshot (set_id, taken_at);
--> statement-breakpoint
CREATE TABLE account (
  id text PRIMARY KEY NOT NULL,
  state text NOT NULL,
  label text NOT NULL,
  secret blob NOT NULL,
  quota_bytes integer,
  append_only integer NOT NULL,
  retention_lock_days integer NOT NULL,
  upload_bytes_per_second integer,
  created_at integer NOT NULL,
  approved_at integer,
  seen_at integer,
  seen_address text
);
--> statement-breakpoint
CREATE INDEX account_state ON account (state, id);
--> statement-breakpoint
CREATE TABLE invite (
  id text PRIMARY KEY NOT NULL,
  code_hash text NOT NULL,
  account_id text,
  quota_bytes integer,
  append_only integer NOT NULL,
  retention_lock_days integer NOT NULL,
  created_at integer NOT NULL,
  expires_at integer NOT NULL,
  redeemed_at integer,
  redeemed_by text
);
--> statement-breakpoint
CREATE UNIQUE INDEX invite_code ON invite (code_hash);
--> statement-breakpoint
CREATE TABLE store (
  account_id text NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
  name text NOT NULL,
  created_at integer NOT NULL,
  sequence integer NOT NULL,
  PRIMARY KEY (account_id, name)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE stored_file (
  account_id text NOT NULL,
  store text NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  size integer NOT NULL,
  sequence integer NOT NULL,
  stored_at integer NOT NULL,
  verified_at integer,
  damage text,
  PRIMARY KEY (account_id, store, type, name)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX stored_file_sequence ON stored_file (account_id, store, sequence);
--> statement-breakpoint
CREATE INDEX stored_file_verified ON stored_file (verified_at);
--> statement-breakpoint
CREATE TABLE removed_file (
  account_id text NOT NULL,
  store text NOT NULL,
  sequence integer NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  size integer NOT NULL,
  removed_at integer NOT NULL,
  purge_at integer,
  purged_at integer,
  PRIMARY KEY (account_id, store, sequence)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX removed_file_purge ON removed_file (purged_at, purge_at);
--> statement-breakpoint
CREATE INDEX removed_file_name ON removed_file (account_id, store, type, name);
--> statement-breakpoint
CREATE TABLE audit_entry (
  sequence integer PRIMARY KEY NOT NULL,
  at integer NOT NULL,
  actor text NOT NULL,
  address text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  details text NOT NULL,
  result text NOT NULL,
  previous_hash text NOT NULL,
  hash text NOT NULL
);
--> statement-breakpoint
CREATE INDEX audit_entry_actor ON audit_entry (actor, sequence);
--> statement-breakpoint
CREATE INDEX audit_entry_action ON audit_entry (action, sequence);
