// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId } from "../base/mod.ts";
import { findUsedBlobs } from "./prune.ts";
import type { Repository } from "./repository.ts";

/** What restoring would give. */
export interface RestoreSize {
  readonly files: number;
  readonly folders: number;
  readonly others: number;
  /** Bytes of the files; hard links of one file count once. */
  readonly bytes: number;
}

/** What the stored blobs take. */
export interface RawSize {
  readonly blobs: number;
  /** As stored, sealed. */
  readonly bytes: number;
  readonly uncompressedBytes: number;
}

/** Counts what one tree restores to. Shared folders count each time they occur. The index must be loaded. */
export async function restoreSize(
  repository: Repository,
  root: BlobId,
  signal?: AbortSignal,
): Promise<RestoreSize> {
  const size = { files: 0, folders: 0, others: 0, bytes: 0 };
  const linked = new Set<string>();
  const pending: BlobId[] = [root];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    signal?.throwIfAborted();
    for (const node of (await repository.loadTree(id, signal)).nodes) {
      if (node.type === "dir") {
        size.folders++;
        if (node.subtree !== undefined) pending.push(node.subtree);
      } else if (node.type !== "file") size.others++;
      else {
        size.files++;
        const key = `${node.inode} ${node.deviceId}`;
        if (node.links > 1n && linked.has(key)) continue;
        if (node.links > 1n) linked.add(key);
        size.bytes += Number(node.size);
      }
    }
  }
  return size;
}

/** Adds up the blobs that the trees need, each once. The index must be loaded. */
export async function rawSize(
  repository: Repository,
  roots: Iterable<BlobId>,
  signal?: AbortSignal,
): Promise<RawSize> {
  const used = await findUsedBlobs(repository, roots, signal ? { signal } : {});
  const { table } = repository;
  const size = { blobs: 0, bytes: 0, uncompressedBytes: 0 };
  table.eachEntry((entry) => {
    if (!used.has(entry)) return;
    size.blobs++;
    size.bytes += table.lengthOf(entry);
    size.uncompressedBytes += table.plainLengthOf(entry);
  });
  return size;
}
