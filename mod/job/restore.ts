// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { isRoot } from "../platform/mod.ts";
import {
  deletableFolders,
  type RestoreCounters,
  type RestoreLanes,
  type RestoreNeeds,
  restoreTree,
  type Select,
} from "../restorer/mod.ts";
import type { Lanes } from "./lanes.ts";
import type { Progress, RestoreOrder, RestoreReport, RunOptions } from "./orders.ts";
import { readableTrees } from "./readable_trees.ts";
import { type ResolvedTree, resolveTree, selectBy } from "./select.ts";
import type { Session } from "./session.ts";
import type { SessionRun } from "./session_run.ts";

/**
 * Restores a snapshot or a part of it. Entries that fail are told to the observer and make the report incomplete.
 *
 * @throws {SgError} SG1010 no such snapshot, SG1011 no such folder in it or nothing fits the patterns, SG1012 the
 * target cannot be opened, SG1016 on abort (finished files are kept), and what the storage throws.
 */
export async function runRestore(
  session: Session,
  order: RestoreOrder,
  options: RunOptions,
): Promise<RestoreReport> {
  await using run = await session.begin({ exclusive: false, usesIndex: true, usesLanes: true }, options);
  const { signal } = run;
  const { observer } = options;
  const found = await resolveTree(run, order.snapshot, { signal, observer }, order.filter);
  const select = selectBy(order);
  const counters = await restoreFound(run, found, order, select, options);
  if (
    select &&
    counters.filesFound + counters.foldersRestored + counters.othersRestored + counters.problems === 0
  ) {
    throw new SgError(
      "SG1011",
      `Cannot restore from snapshot ${found.id.slice(0, 8)}: nothing fits the patterns`,
    );
  }
  const { filesFound: _f, filesDone: _d, bytesDone: _b, current: _c, ...report } = counters;
  return { ...report, snapshotId: found.id, complete: counters.problems === 0 };
}

/** Restores what `select` selects of a snapshot; everything where it is left out. Errors as of {@link runRestore}. */
export async function restoreFound(
  run: SessionRun,
  found: ResolvedTree,
  order: Omit<RestoreOrder, "snapshot">,
  select: Select | undefined,
  options: RunOptions,
): Promise<Readonly<RestoreCounters>> {
  const { signal } = run;
  const { observer } = options;
  return await restoreTree(
    restoreNeeds(run),
    restoreLanes(run.lanes()),
    run.ports,
    found.treeId,
    order.target ?? "/",
    {
      signal,
      onProblem: (problem) => observer.problem(problem),
      ...(observer.entry ? { onEntry: (fate) => observer.entry?.(fate) } : {}),
      onStart: (now) => options.onStart?.(() => progressOf(now)),
      privileged: isRoot(),
      ...(select ? { select } : {}),
      overwrite: order.overwrite ?? "always",
      delete: order.delete ?? false,
      deleteBelow: deletableFolders(found.snapshot.paths, found.folder),
      verify: order.verify ?? false,
      dryRun: order.dryRun ?? false,
    },
  );
}

function restoreNeeds({ repository }: SessionRun): RestoreNeeds {
  return {
    ...readableTrees(repository),
    locate: (id) => repository.locate("data", id),
    loadRange: (pack, offset, length, signal) => repository.loadRange(pack, offset, length, signal),
    packConnections: Math.max(2, repository.storage.connections),
  };
}

function restoreLanes(lanes: Lanes): RestoreLanes {
  return {
    count: lanes.count,
    async write(job, bytes, signal) {
      signal.throwIfAborted();
      return await lanes.ask("writeFiles", [job, bytes], [job.buffer, bytes.buffer]) as Uint8Array<
        ArrayBuffer
      >;
    },
  };
}

function progressOf(now: Readonly<RestoreCounters>): Progress {
  return {
    phase: "restoring",
    filesDone: now.filesDone,
    filesTotal: now.filesFound,
    bytesDone: now.bytesDone,
    bytesTotal: now.bytesTotal,
    ...(now.current ? { current: now.current } : {}),
    problems: now.problems,
  };
}
