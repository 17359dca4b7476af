// Copyright the SpareGrid authors. Apache-2.0.
import { auditQueries } from "./audit_entries.ts";
import type { Queries } from "./query.ts";
import { settingQueries } from "./settings.ts";

/** All that can be asked of the catalog, by subject. */
export const SUBJECTS = {
  audit: auditQueries,
  settings: settingQueries,
} as const satisfies Record<string, Queries>;
