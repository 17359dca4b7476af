ALTER TABLE backup_set ADD COLUMN deleting_at integer;
--> statement-breakpoint
ALTER TABLE set_destination ADD COLUMN made_at integer;
--> statement-breakpoint
ALTER TABLE run ADD COLUMN remedy text;
--> statement-breakpoint
CREATE INDEX run_queued ON run (queued_at, id);
--> statement-breakpoint
CREATE INDEX run_ended ON run (ended_at);
--> statement-breakpoint
DROP INDEX snapshot_taken;
--> statement-breakpoint
CREATE INDEX snapshot_taken ON snapshot (set_id, taken_at, id);
--> statement-breakpoint
DROP INDEX set_destination_destination;
--> statement-breakpoint
CREATE UNIQUE INDEX set_destination_place ON set_destination (destination_id, repository);
