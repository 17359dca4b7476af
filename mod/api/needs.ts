// Copyright the SpareGrid authors. Apache-2.0.
// What the API wants. Rooms that are there already are taken as they are; the rest is said here, as plain data, and `app`
// hands it in: times are milliseconds since 1970 in UTC, sizes bytes. Rules live behind these faces, never before them; each
// failure is an SgError.
import type { AccountRoom } from "../account/mod.ts";
import type { Audit, AuditEntry, AuditVerdict } from "../audit/mod.ts";
import type { RunLists } from "../client/mod.ts";
import type { ClientNeeds } from "./client_needs.ts";
import type { ServerNeeds } from "./server_needs.ts";

/** A page of a list: at most `limit` rows, those behind the row whose key is `after`. */
export interface Page<Key> {
  readonly limit: number;
  readonly after?: Key;
}

/** Something that changed: called with the key of what did; `urgent` where the change should be seen at once. */
export type OnChange = (key: string, urgent: boolean) => void;

/** A line of the audit log. */
export type AuditRecord = AuditEntry;
/** What verifying the audit log found. */
export type AuditVerdictRecord = AuditVerdict;

/** A setting and where its value came from. */
export interface SettingRecord {
  readonly key: string;
  readonly value: unknown;
  readonly origin: "FLAG" | "ENVIRONMENT" | "FILE" | "CATALOG" | "DEFAULT";
  readonly description: string;
  readonly changeable: boolean;
}

/** This installation. */
export interface InstallationRecord {
  readonly gridId: string;
  readonly version: string;
  readonly roles: readonly ("CLIENT" | "SERVER")[];
  readonly startedAt: number;
  readonly fingerprint: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly notices: readonly string[];
}

/** What the process itself knows. */
export interface InstallationNeeds {
  facts(): Promise<InstallationRecord>;
  settings(): Promise<SettingRecord[]>;
  /** SG1036 unknown, SG1038 where it cannot be changed while running, SG1040 for a value that does not fit. */
  changeSetting(key: string, value: unknown): Promise<SettingRecord>;
  /** Told when the first administrator was made: from then on nobody else can take the installation over. */
  setUpDone?(): void;
}

/**
 * All that the API stands on. The rooms go in as they are: `account: await openAccountRoom(…)`, `audit: new Audit(…)`, `runs:
 * client.runs` (without the client role `new RunLists(catalog)`), `client: { ...client, preview, snapshots }`. A role that this process does not have is left out: its fields answer SG1036. */
export interface ApiNeeds {
  readonly installation: InstallationNeeds;
  readonly account: AccountRoom;
  readonly audit: Pick<Audit, "record" | "page" | "verify">;
  /** Runs of this machine, whichever role they belong to. With the client role: its conductor. */
  readonly runs: Pick<RunLists, "page" | "count" | "byId" | "last" | "problems" | "report">;
  readonly client?: ClientNeeds;
  readonly server?: ServerNeeds;
}
