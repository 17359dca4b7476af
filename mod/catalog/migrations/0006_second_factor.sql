ALTER TABLE user ADD COLUMN factor_secret blob;
--> statement-breakpoint
ALTER TABLE user ADD COLUMN factor_since integer;
--> statement-breakpoint
ALTER TABLE user ADD COLUMN factor_step integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE user ADD COLUMN recovery_hashes text DEFAULT '[]' NOT NULL;
--> statement-breakpoint
ALTER TABLE session ADD COLUMN proved_at integer DEFAULT 0 NOT NULL;
