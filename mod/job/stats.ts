// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, toHex, utf8 } from "../base/mod.ts";
import type { Node } from "../format/mod.ts";
import { walkTree } from "../restorer/mod.ts";
import { listSnapshots } from "./listing.ts";
import type { RunOptions, SnapshotFilter } from "./orders.ts";
import { LeftOut, readableTrees } from "./readable_trees.ts";
import type { Session } from "./session.ts";
import type { SessionRun } from "./session_run.ts";

/**
 * How to count; restic's modes, to the same numbers. `restore-size`: what a restore of each snapshot would make, folders
 * included; `files-by-contents`: each content once, whatever its name, and all without content as one; `blobs-per-file`:
 * each blob once per path that has it, of contents not met before; `raw-data`: each blob once, as stored.
 */
export type StatsMode = "restore-size" | "files-by-contents" | "blobs-per-file" | "raw-data";

/** What to count. */
export interface StatsOrder {
  readonly mode: StatsMode;
  /** These snapshots; all that pass the filter where empty. */
  readonly snapshots: readonly string[];
  readonly filter: SnapshotFilter;
}

/** Sums over snapshots. Fields that the mode does not count are left out. */
export interface StatsReport {
  readonly snapshots: number;
  /** Bytes, as restored or (raw-data) as stored. */
  readonly totalBytes: number;
  /** Entries counted. As with restic folders are among them, but for blobs-per-file. */
  readonly files?: number;
  readonly blobs?: number;
  /** raw-data: bytes of the blobs once decompressed. */
  readonly uncompressedBytes?: number;
}

/** Counts what snapshots hold. */
export async function repositoryStats(
  session: Session,
  order: StatsOrder,
  options: RunOptions,
): Promise<StatsReport> {
  await using run = await session.begin({ exclusive: false }, options);
  const { signal } = run;
  const snapshots = await listSnapshots(run, { filter: order.filter, ids: order.snapshots }, options);
  await run.loadIndex();
  const count = counters[order.mode](run);
  const trees = readableTrees(run.repository);
  const leftOut = new LeftOut(options.observer);
  const { onRefused } = leftOut;
  for (const { snapshot } of snapshots) {
    count.snapshot?.(snapshot.tree);
    for await (const { node, path } of walkTree(trees, snapshot.tree, { signal, onRefused })) {
      count.node(node, path);
    }
  }
  leftOut.end();
  return { snapshots: snapshots.length, ...count.sums() };
}

/** One way of counting. */
interface Counter {
  /** A snapshot begins; hard links count once within it. */
  snapshot?(root: BlobId): void;
  node(node: Node, path: Uint8Array): void;
  sums(): Omit<StatsReport, "snapshots">;
}

const counters: Readonly<Record<StatsMode, (session: SessionRun) => Counter>> = {
  "restore-size": restoreSize,
  "files-by-contents": filesByContents,
  "blobs-per-file": blobsPerFile,
  "raw-data": rawData,
};

function restoreSize(): Counter {
  let files = 0, totalBytes = 0;
  let linked = new Set<string>();
  return {
    snapshot: () => linked = new Set(),
    node(node) {
      files++;
      // Links to one inode are one file, where the inode is known.
      if (node.type !== "dir" && node.links !== 1n && node.inode !== 0n) {
        const key = `${node.deviceId}:${node.inode}`;
        if (linked.has(key)) return;
        linked.add(key);
      }
      totalBytes += Number(node.size);
    },
    sums: () => ({ files, totalBytes }),
  };
}

/** A content's name: the hash of its blobs' IDs. */
function contentKey(session: SessionRun, node: Node): string {
  return toHex(session.repository.blobId(utf8((node.content ?? []).join(""))));
}

function filesByContents(session: SessionRun): Counter {
  const seen = new Set<string>();
  let totalBytes = 0;
  return {
    node(node) {
      const key = contentKey(session, node);
      if (seen.has(key)) return;
      seen.add(key);
      totalBytes += Number(node.size);
    },
    sums: () => ({ files: seen.size, totalBytes }),
  };
}

function blobsPerFile(session: SessionRun): Counter {
  const seen = new Set<string>();
  /** Blobs counted at each path: versions of one file share most of theirs. */
  const files = new Map<string, Set<BlobId>>();
  let blobs = 0, totalBytes = 0;
  return {
    node(node, path) {
      if (!node.content || node.content.length === 0) return;
      const key = contentKey(session, node);
      if (seen.has(key)) return;
      seen.add(key);
      const place = toHex(path);
      const counted = files.get(place) ?? new Set();
      files.set(place, counted);
      for (const id of node.content) {
        if (counted.has(id)) continue;
        counted.add(id);
        blobs++;
        totalBytes += session.repository.plainLength("data", id) ?? 0;
      }
    },
    sums: () => ({ files: files.size, blobs, totalBytes }),
  };
}

function rawData({ repository }: SessionRun): Counter {
  const seen = new Set<string>();
  let totalBytes = 0, uncompressedBytes = 0;
  const add = (type: "data" | "tree", id: BlobId) => {
    const key = `${type}${id}`;
    if (seen.has(key)) return;
    seen.add(key);
    totalBytes += repository.locate(type, id)?.length ?? 0;
    uncompressedBytes += repository.plainLength(type, id) ?? 0;
  };
  return {
    snapshot: (root) => add("tree", root),
    node(node) {
      for (const id of node.content ?? []) add("data", id);
      if (node.subtree) add("tree", node.subtree);
    },
    sums: () => ({ blobs: seen.size, totalBytes, uncompressedBytes }),
  };
}
