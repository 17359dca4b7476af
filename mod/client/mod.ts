// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Client: the role that owns data to protect: destinations, backup sets and the runs between them, kept in the catalog over
 * restarts; looking into snapshots and searching all versions. `job` does one run on one open repository; this module
 * decides when, opens what a run needs, and remembers.
 *
 * It knows no GraphQL, no users and no rights (doors ask for those), and serves nobody's data (`server` does).
 *
 * Invariants: a state is durable before it is told; the state that is shown is true, after a crash too; secrets lie
 * sealed in the catalog and leave this module in a recovery sheet only; no listener holds up a run.
 * @module
 */
export type * from "./records.ts";
export type { ServerAccount, ServerLink, Vault } from "./needs.ts";
export { type Client, type ClientParts, openClient } from "./client.ts";
export { type DestinationParts, Destinations, type Reachability } from "./destinations.ts";
export { BackupSets, type SetParts } from "./sets.ts";
export { NO_EXCLUDES } from "./set_rules.ts";
export { isOver } from "./run_record.ts";
export { Conductor, type ConductorParts } from "./conductor.ts";
export type { OnRunChange } from "./run_news.ts";
export { RunLists } from "./run_lists.ts";
export { SnapshotBook } from "./snapshot_book.ts";
export { Browse, type SnapshotFolder } from "./browse.ts";
export { Search } from "./search.ts";
export { SearchIndex } from "./search_index.ts";
