// Copyright the SpareGrid authors. Apache-2.0.

/** What the snapshots of a group have in common. */
export type GroupKey = "host" | "paths" | "tags";

/** What grouping looks at in a snapshot. */
export interface Groupable {
  readonly hostname?: string;
  readonly paths: readonly string[];
  readonly tags?: readonly string[];
}

/** Snapshots that are judged together. What was not grouped by is left out. */
export interface SnapshotGroup<T> {
  readonly host?: string;
  /** Sorted. */
  readonly paths?: readonly string[];
  /** Sorted. */
  readonly tags?: readonly string[];
  /** In the order in which they were given; never empty. */
  readonly items: readonly T[];
}

/**
 * Groups snapshots that agree in all of `by`; the order of their paths and tags does not matter. Without any `by` all are
 * one group. Groups come in the order of their first snapshots.
 */
export function groupSnapshots<T extends Groupable>(
  snapshots: readonly T[],
  by: readonly GroupKey[],
): SnapshotGroup<T>[] {
  const groups = new Map<string, SnapshotGroup<T> & { readonly items: T[] }>();
  for (const snapshot of snapshots) {
    const shared = {
      ...(by.includes("host") && { host: snapshot.hostname ?? "" }),
      ...(by.includes("paths") && { paths: snapshot.paths.toSorted() }),
      ...(by.includes("tags") && { tags: (snapshot.tags ?? []).toSorted() }),
    };
    const key = JSON.stringify(shared);
    const group = groups.get(key);
    if (group) group.items.push(snapshot);
    else groups.set(key, { ...shared, items: [snapshot] });
  }
  return [...groups.values()];
}
