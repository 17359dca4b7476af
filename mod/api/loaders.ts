// Copyright the SpareGrid authors. Apache-2.0.
import { byKey, gathered } from "./batch.ts";
import type { BackupSetRecord, DestinationRecord, RunRecord, SnapshotRecord } from "./client_needs.ts";
import type { RunKind } from "../client/mod.ts";
import type { ApiNeeds } from "./needs.ts";

/** Single records; what is asked at the same moment, also by several requests, is fetched together. */
export interface Loaders {
  readonly set: (id: string) => Promise<BackupSetRecord | undefined>;
  readonly setsOfDestination: (id: string) => Promise<readonly BackupSetRecord[] | undefined>;
  readonly destination: (id: string) => Promise<DestinationRecord | undefined>;
  readonly run: (id: string) => Promise<RunRecord | undefined>;
  readonly lastRun: (set: string, kind: RunKind | undefined) => Promise<RunRecord | undefined>;
  readonly snapshots: (set: string) => Promise<{ count: number; last?: SnapshotRecord } | undefined>;
}

/** The loaders over `needs`. Without a role, there is nothing of it. */
export function loadersOf({ runs, client }: ApiNeeds): Loaders {
  const none = <V>(): Promise<ReadonlyMap<string, V>> => Promise.resolve(new Map());
  const idOf = ({ id }: { readonly id: string }) => id;
  const lastOf = (kind: RunKind | undefined) => gathered((sets: readonly string[]) => runs.last(sets, kind));
  const last = new Map<RunKind | undefined, ReturnType<typeof lastOf>>();
  return {
    set: gathered(async (ids) => byKey(await client?.sets.byId(ids) ?? [], idOf)),
    setsOfDestination: gathered((ids) => client?.sets.byDestination(ids) ?? none()),
    destination: gathered(async (ids) => byKey(await client?.destinations.byId(ids) ?? [], idOf)),
    run: gathered(async (ids) => byKey(await runs.byId(ids), idOf)),
    lastRun: (set, kind) => {
      const load = last.get(kind) ?? lastOf(kind);
      last.set(kind, load);
      return load(set);
    },
    snapshots: gathered((sets) => client?.snapshots.summary(sets) ?? none()),
  };
}
