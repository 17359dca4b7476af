// Copyright the SpareGrid authors. Apache-2.0.

/** What the snapshots of a group have in common. */
export type GroupBy = "host" | "paths" | "tags";

/** What grouping looks at. */
interface Groupable {
  readonly hostname?: string;
  readonly paths?: readonly string[];
  readonly tags?: readonly string[];
}

/** Snapshots that a policy judges together; of host, paths and tags only those that were grouped by are set. */
export interface SnapshotGroup<S> {
  readonly host?: string;
  /** Sorted. */
  readonly paths?: readonly string[];
  /** Sorted. */
  readonly tags?: readonly string[];
  readonly snapshots: readonly S[];
}

/**
 * Splits snapshots into groups of equal host, paths and tags (those of them that `by` names; the order of paths and tags
 * does not count). Groups come in the order of their first snapshots; the order inside a group stays.
 */
export function groupSnapshots<S extends Groupable>(
  list: readonly S[],
  by: readonly GroupBy[],
): SnapshotGroup<S>[] {
  const groups = new Map<string, SnapshotGroup<S> & { readonly snapshots: S[] }>();
  for (const snapshot of list) {
    const key = {
      ...(by.includes("host") && { host: snapshot.hostname ?? "" }),
      ...(by.includes("paths") && { paths: [...snapshot.paths ?? []].sort() }),
      ...(by.includes("tags") && { tags: [...snapshot.tags ?? []].sort() }),
    };
    const text = JSON.stringify(key);
    const group = groups.get(text);
    if (group) group.snapshots.push(snapshot);
    else groups.set(text, { ...key, snapshots: [snapshot] });
  }
  return [...groups.values()];
}
