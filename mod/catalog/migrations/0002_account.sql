ALTER TABLE account ADD COLUMN suspended_at integer;
--> statement-breakpoint
ALTER TABLE account ADD COLUMN automatic_share integer NOT NULL DEFAULT 0;
--> statement-breakpoint
CREATE INDEX invite_created ON invite (created_at, id);
--> statement-breakpoint
CREATE INDEX token_created ON token (created_at, id);
--> statement-breakpoint
DROP INDEX token_user;
--> statement-breakpoint
CREATE INDEX token_user ON token (user_id, created_at, id);
