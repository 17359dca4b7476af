CREATE TABLE search_line (
  id integer PRIMARY KEY NOT NULL,
  set_id text REFERENCES backup_set (id) ON DELETE SET NULL,
  destination_id text NOT NULL,
  hostname text NOT NULL,
  paths text NOT NULL,
  head integer NOT NULL,
  tree text
);
--> statement-breakpoint
CREATE UNIQUE INDEX search_line_group ON search_line (set_id, destination_id, hostname, paths);
--> statement-breakpoint
CREATE TABLE entry_name (
  id integer PRIMARY KEY NOT NULL,
  name text NOT NULL,
  folded text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX entry_name_text ON entry_name (name);
--> statement-breakpoint
CREATE VIRTUAL TABLE file_name USING fts5 (
  folded, content='', contentless_delete=1, detail=none, tokenize='trigram case_sensitive 1'
);
--> statement-breakpoint
CREATE TABLE entry_folder (
  id integer PRIMARY KEY NOT NULL,
  line_id integer NOT NULL REFERENCES search_line (id) ON DELETE CASCADE,
  parent_id integer,
  name_id integer,
  path text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX entry_folder_path ON entry_folder (line_id, path);
--> statement-breakpoint
CREATE INDEX entry_folder_parent ON entry_folder (parent_id);
--> statement-breakpoint
CREATE INDEX entry_folder_name ON entry_folder (name_id);
--> statement-breakpoint
CREATE TABLE entry_version (
  id integer PRIMARY KEY NOT NULL,
  folder_id integer NOT NULL REFERENCES entry_folder (id) ON DELETE CASCADE,
  line_id integer NOT NULL,
  name_id integer NOT NULL,
  kind integer NOT NULL,
  size integer NOT NULL,
  modified_at integer NOT NULL,
  state integer NOT NULL,
  first integer NOT NULL,
  last integer NOT NULL,
  tree text
);
--> statement-breakpoint
CREATE INDEX entry_version_name ON entry_version (name_id, folder_id, first);
--> statement-breakpoint
CREATE INDEX entry_version_folder ON entry_version (folder_id, last);
--> statement-breakpoint
CREATE INDEX entry_version_ended ON entry_version (line_id, last);
--> statement-breakpoint
ALTER TABLE snapshot ADD COLUMN line_id integer;
--> statement-breakpoint
ALTER TABLE snapshot ADD COLUMN sequence integer;
--> statement-breakpoint
CREATE INDEX snapshot_line ON snapshot (line_id, sequence);
