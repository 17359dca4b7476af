// Copyright the SpareGrid authors. Apache-2.0.
import { type PruneProgress, pruneRepository, type PruneStats } from "../repository/mod.ts";
import type { Progress, RunOptions } from "./orders.ts";
import type { Session } from "./session.ts";
import type { SessionRun } from "./session_run.ts";

/** Limits of a prune. */
export interface PruneOrder {
  /** Unused data that may stay: bytes, a part of all (0 to 1), or anything; 5 % where left out. */
  readonly maxUnused?: { readonly bytes: number } | { readonly part: number } | "unlimited";
  /** Stop after rewriting this many bytes. */
  readonly maxRepackBytes?: number;
  /** Join small packs even when there are few of them. */
  readonly repackSmall?: boolean;
  /** Compress what was stored as it is. */
  readonly repackUncompressed?: boolean;
  /** Only say what would be done. */
  readonly dryRun?: boolean;
}

/** What a prune did, or would do. Bytes as stored. */
export interface PruneReport {
  readonly packsKept: number;
  readonly packsRepacked: number;
  readonly packsRemoved: number;
  readonly bytesRemoved: number;
  readonly bytesRepacked: number;
  readonly bytesUnusedLeft: number;
  readonly bytesTotal: number;
}

const PHASES: Readonly<Record<PruneProgress["phase"], string>> = {
  index: "loading indexes",
  trees: "finding what is in use",
  repacking: "rewriting packs",
  removing: "removing packs",
};

/** Removes what no snapshot needs. SG1028 when something that a snapshot needs is missing: then nothing is removed. */
export async function runPrune(
  session: Session,
  order: PruneOrder,
  options: RunOptions,
): Promise<PruneReport> {
  await using run = await session.begin({ exclusive: true, freshIndex: true }, options);
  return await run.explain(() => pruneUnderLock(run, order, options));
}

/** As {@link runPrune}, in a run that holds the exclusive lock and has loaded no index. */
export async function pruneUnderLock(
  run: SessionRun,
  order: PruneOrder,
  options: RunOptions,
): Promise<PruneReport> {
  let now: PruneProgress = { phase: "index", done: 0, total: 0 };
  options.onStart?.((): Progress => ({
    phase: PHASES[now.phase],
    filesDone: now.done,
    filesTotal: now.total,
    bytesDone: 0,
    problems: 0,
  }));
  const { maxUnused, ...limits } = order;
  const stats = await pruneRepository(run.repository, {
    ...limits,
    ...(maxUnused && {
      maxUnused: typeof maxUnused === "object" && "part" in maxUnused
        ? { percent: 100 * maxUnused.part }
        : maxUnused,
    }),
    signal: run.signal,
    onProgress: (progress) => now = progress,
  });
  return reportOf(stats);
}

function reportOf(stats: PruneStats): PruneReport {
  return {
    packsKept: stats.packsKept,
    packsRepacked: stats.repack.packs,
    packsRemoved: stats.remove.packs + stats.unlisted.packs,
    bytesRemoved: stats.remove.bytes + stats.unlisted.bytes + stats.repackRemove.bytes,
    bytesRepacked: stats.repack.bytes,
    bytesUnusedLeft: stats.unusedAfterBytes,
    bytesTotal: stats.used.bytes + stats.duplicate.bytes + stats.unused.bytes + stats.unlisted.bytes,
  };
}
