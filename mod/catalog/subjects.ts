// Copyright the SpareGrid authors. Apache-2.0.
import { accountQueries } from "./accounts.ts";
import { auditQueries } from "./audit_entries.ts";
import { keepsakeQueries } from "./keepsake.ts";
import { inviteQueries } from "./invites.ts";
import type { Queries } from "./query.ts";
import { sessionQueries } from "./sessions.ts";
import { settingQueries } from "./settings.ts";
import { tokenQueries } from "./tokens.ts";
import { userQueries } from "./users.ts";
import { destinationQueries } from "./destinations.ts";
import { runQueries } from "./runs.ts";
import { searchQueries } from "./search.ts";
import { searchLineQueries } from "./search_lines.ts";
import { setQueries } from "./sets.ts";
import { removedFileQueries } from "./removed_files.ts";
import { snapshotQueries } from "./snapshots.ts";
import { storedFileQueries } from "./stored_files.ts";
import { storeQueries } from "./stores.ts";

/** All that can be asked of the catalog, by subject. */
export const SUBJECTS = {
  accounts: accountQueries,
  audit: auditQueries,
  invites: inviteQueries,
  keepsake: keepsakeQueries,
  sessions: sessionQueries,
  settings: settingQueries,
  tokens: tokenQueries,
  users: userQueries,
  destinations: destinationQueries,
  runs: runQueries,
  search: searchQueries,
  searchLines: searchLineQueries,
  sets: setQueries,
  snapshots: snapshotQueries,
  stores: storeQueries,
  storedFiles: storedFileQueries,
  removedFiles: removedFileQueries,
} as const satisfies Record<string, Queries>;
