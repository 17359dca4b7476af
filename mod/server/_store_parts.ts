// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, type Log, nowMs } from "../base/mod.ts";
import type { Catalog } from "../catalog/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { type KeptRepository, placeKey } from "./kept_repository.ts";
import type { Ledger } from "./ledger.ts";
import type { PortAccounts } from "./needs.ts";
import type { Space } from "./space.ts";
import type { Store, StorePlace } from "./store.ts";

/** What all that works on the stores shares. */
export interface StoreParts {
  readonly store: Store;
  readonly space: Space;
  readonly ledger: Ledger;
  readonly catalog: Catalog;
  readonly accounts: PortAccounts;
  readonly clock: Clock;
  readonly log: Log;
  /** By `account/repository`. */
  readonly repositories: Map<string, KeptRepository>;
}

/** Types of files whose coming and going is not written down: locks live for minutes, and no copy needs them. */
export function isRecorded(type: string): boolean {
  return type !== "locks";
}

/** The repository, as long as it is not removed. SG1002. */
export function repositoryAt(parts: StoreParts, place: StorePlace): KeptRepository {
  const repository = parts.repositories.get(placeKey(place));
  if (repository !== undefined && !repository.removed) return repository;
  throw new SgError("SG1002", `There is no repository ${place.repository}`, {
    context: { account: place.account, repository: place.repository },
  });
}

/** Counts files in or out of a repository, its account's space with them. */
export function count(
  { space }: Pick<StoreParts, "space">,
  repository: KeptRepository,
  change: {
    readonly files?: number;
    readonly bytes?: number;
    readonly trashFiles?: number;
    readonly trashBytes?: number;
  },
): void {
  const { files = 0, bytes = 0, trashFiles = 0, trashBytes = 0 } = change;
  repository.files += files;
  repository.bytes += bytes;
  repository.trashFiles += trashFiles;
  repository.trashBytes += trashBytes;
  space.add(repository.place.account, { storedBytes: bytes, trashBytes });
}

/** One day, ms. */
export const DAY_MS = 86_400_000;
/** Days in the trash for an account that is gone. */
const LOCK_DAYS = 14;

/** How long what an account's repositories hold stays in the trash once it is removed, ms. */
export async function trashMsOf({ accounts }: StoreParts, account: string): Promise<number> {
  try {
    return (await accounts.get(account)).retentionLockDays * DAY_MS;
  } catch (error) {
    if (isSgError(error, "SG1036")) return LOCK_DAYS * DAY_MS;
    throw error;
  }
}

/** Setting of the catalog that holds the sessions whose clients may come back, by repository. */
export const ORPHANS_SETTING = "server.uploadSessions";

/** Keeps the sessions whose clients may come back over a restart. */
export async function keepOrphans({ catalog, clock, repositories }: StoreParts): Promise<void> {
  const now = nowMs(clock);
  const all = [...repositories].map(([key, { sessions }]) => [key, sessions.orphans(now)] as const);
  await catalog.settings.set(
    ORPHANS_SETTING,
    Object.fromEntries(all.filter(([, orphans]) => orphans.length > 0)),
  );
}
