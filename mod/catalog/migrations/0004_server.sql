DROP INDEX stored_file_verified;
--> statement-breakpoint
CREATE INDEX stored_file_verified ON stored_file (account_id, store, verified_at);
--> statement-breakpoint
CREATE INDEX stored_file_damage ON stored_file (account_id, store, type, name) WHERE damage IS NOT NULL;
