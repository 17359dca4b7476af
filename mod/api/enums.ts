// Copyright the SpareGrid authors. Apache-2.0.
import type { Account } from "../account/mod.ts";

type Dashed<S extends string> = S extends `${infer A}_${infer B}` ? `${A}-${Dashed<B>}` : S;
type Words<W extends string> = { readonly [N in W]: Lowercase<Dashed<N>> };

/** The words of the contract are in capitals, those of the rooms below are not: `IF_CHANGED` is `if-changed`. */
function words<W extends string>(...names: readonly W[]): Words<W> {
  return Object.fromEntries(names.map((name) => [name, name.toLowerCase().replaceAll("_", "-")])) as Words<W>;
}

/** Where an account stands. */
export type AccountStateName = Account["state"];

/** Enumerations whose words inside are those of the rooms below. */
export const ENUMS = {
  AccountState: words("PENDING", "ACTIVE", "INACTIVE"),
  Change: words("ADDED", "REMOVED", "CHANGED", "METADATA", "TYPE"),
  Compression: words("OFF", "FASTEST", "AUTO", "MAX"),
  DestinationKind: words("SERVER", "FOLDER", "REST"),
  EntryKind: words("FILE", "FOLDER", "SYMLINK", "OTHER"),
  Overwrite: words("ALWAYS", "IF_CHANGED", "IF_NEWER", "NEVER"),
  RunKind: words("BACKUP", "RESTORE", "CHECK", "PRUNE", "FORGET", "DRILL", "SCRUB"),
  RunState: words("QUEUED", "WAITING", "RUNNING", "SUSPENDED", "DONE", "INCOMPLETE", "FAILED", "STOPPED"),
  UserRole: words("ADMINISTRATOR", "OPERATOR", "VIEWER"),
};
