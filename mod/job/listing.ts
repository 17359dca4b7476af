// Copyright the SpareGrid authors. Apache-2.0.
import { compareBytes, type Instant, utf8 } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { walkTree } from "../restorer/mod.ts";
import { PatternSet, splitPath } from "../source/mod.ts";
import { Finder } from "./finder.ts";
import type { ListedEntry, NamedSnapshot, RunOptions, SnapshotFilter } from "./orders.ts";
import { LeftOut, readableTrees } from "./readable_trees.ts";
import { resolveTree } from "./select.ts";
import type { Session } from "./session.ts";

/** Which snapshots to list. */
export interface SnapshotsOrder {
  readonly filter: SnapshotFilter;
  /** Only so many of each host and paths, the newest. */
  readonly latest?: number;
  /** Exactly these (IDs, prefixes or `latest`). */
  readonly ids?: readonly string[];
}

/** Snapshots in order of time. Takes no lock: one that is removed meanwhile is left out. SG1010 when one that was named is not there. */
export async function listSnapshots(
  session: Pick<Session, "repository">,
  { filter, latest, ids = [] }: SnapshotsOrder,
  { signal, observer }: RunOptions,
): Promise<NamedSnapshot[]> {
  const { repository } = session;
  if (ids.length > 0) {
    const named = await Promise.all(ids.map((id) => repository.findSnapshot(id, { signal, filter })));
    return named.sort((a, b) => a.snapshot.time < b.snapshot.time ? -1 : 1);
  }
  const all = await repository.listSnapshots({
    signal,
    filter,
    onDamage: (_, { code, message }) => observer.problem({ code, message }),
  });
  if (latest === undefined) return all;
  const counts = new Map<string, number>();
  return all.toReversed().filter(({ snapshot: { hostname, paths } }) => {
    const key = JSON.stringify([hostname, paths]);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= latest;
  }).reverse();
}

/** What of a snapshot to list. */
export interface ListOrder {
  /** `latest`, an ID or a prefix, with `:sub/folder` where only that is wanted. */
  readonly snapshot: string;
  /** Folders or files inside, absolute; all of it where empty. */
  readonly paths: readonly string[];
  /** With `paths`: also what lies deeper than the folders' own entries. */
  readonly recursive: boolean;
  readonly filter: SnapshotFilter;
}

/** The entries of a snapshot, in name order, folders before what they hold. SG1011 when no path is in it. */
export async function* listEntries(
  session: Session,
  { snapshot, paths, recursive, filter }: ListOrder,
  options: RunOptions,
): AsyncGenerator<ListedEntry, void> {
  await using run = await session.begin({ exclusive: false }, options);
  const { signal } = run;
  const { treeId } = await resolveTree(run, snapshot, { ...options, signal }, filter);
  const wanted = paths.map((path) => splitPath(utf8(path)));
  const select = wanted.length === 0 ? undefined : selectPaths(wanted, recursive);
  let found = false;
  const leftOut = new LeftOut(options.observer);
  const { onRefused } = leftOut;
  const walk = { signal, onRefused, ...(select ? { select } : {}) };
  for await (const entry of walkTree(readableTrees(run.repository), treeId, walk)) {
    found = true;
    yield entry;
  }
  leftOut.end();
  if (select && !found) {
    throw new SgError("SG1011", `Cannot list ${paths.join(", ")}: the snapshot has nothing there`);
  }
}

/** Selects the paths themselves and what they hold: their own entries, or all below. */
function selectPaths(wanted: readonly (readonly Uint8Array[])[], recursive: boolean) {
  return (path: Uint8Array, isFolder: boolean): "yes" | "no" | "below" => {
    const components = splitPath(path);
    let verdict: "no" | "below" = "no";
    for (const target of wanted) {
      const shared = Math.min(components.length, target.length);
      let at = 0;
      while (at < shared && compareBytes(components[at]!, target[at]!) === 0) at++;
      if (at < shared) continue;
      if (components.length < target.length) verdict = isFolder ? "below" : verdict;
      else if (recursive || components.length <= target.length + 1) return "yes";
    }
    return verdict;
  };
}

/** What to look for. */
export interface FindOrder {
  /** Patterns of names or paths; see `PatternSet`. Any may fit. */
  readonly patterns: readonly string[];
  readonly ignoreCase: boolean;
  /** Only in these snapshots; in all that pass the filter where empty. */
  readonly snapshots: readonly string[];
  /** Only entries modified at this time or before. */
  readonly newest?: Instant;
  /** Only entries modified at this time or later. */
  readonly oldest?: Instant;
  readonly filter: SnapshotFilter;
}

/** Entries that fit and, as with restic, all below a folder that fits; snapshot by snapshot, the newest last. */
export async function* findEntries(
  session: Session,
  order: FindOrder,
  options: RunOptions,
): AsyncGenerator<{ snapshot: NamedSnapshot; entry: ListedEntry }, void> {
  const { newest, oldest } = order;
  const patterns = new PatternSet(order.patterns, { ignoreCase: order.ignoreCase });
  await using run = await session.begin({ exclusive: false }, options);
  const { signal, repository } = run;
  const finder = new Finder(
    repository,
    patterns,
    ({ mtime }) => !(newest !== undefined && mtime > newest || oldest !== undefined && mtime < oldest),
  );
  const wanted = { filter: order.filter, ids: order.snapshots };
  const snapshots = await listSnapshots(run, wanted, { ...options, signal });
  await run.loadIndex(options.observer);
  const trees = readableTrees(repository);
  const leftOut = new LeftOut(options.observer);
  const walk = {
    signal,
    enter: finder.enter,
    left: finder.end,
    onRefused(path: Uint8Array, error: SgError) {
      finder.keep();
      leftOut.onRefused(path, error);
    },
  };
  for (const snapshot of snapshots) {
    const { tree } = snapshot.snapshot;
    if (!finder.begin(tree)) continue;
    for await (const entry of walkTree(trees, tree, walk)) {
      if (finder.fits(entry.node)) yield { snapshot, entry };
    }
    finder.end();
  }
  leftOut.end();
}
