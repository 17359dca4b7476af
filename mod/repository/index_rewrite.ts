// Copyright the SpareGrid authors. Apache-2.0.
import { INDEX_BLOBS_TARGET, type IndexId } from "../base/mod.ts";
import { isSgError } from "../errors/mod.ts";
import { encodeIndex, type IndexedPack } from "../format/mod.ts";
import { eachInParallel, listFiles } from "./repository_files.ts";
import type { Repository } from "./repository.ts";
import { PackGroups } from "./pack_groups.ts";

/** Which index files to write anew. */
export interface IndexRewriteOptions {
  readonly signal?: AbortSignal;
  /** Packs that no index shall list any more, by number. */
  readonly drop: ReadonlySet<number>;
  /** Packs whose listing is not the table's (their header says otherwise): they are listed from here instead. */
  readonly replace?: ReadonlyMap<number, IndexedPack>;
  /** Write all files anew, also those that could stay. */
  readonly all?: boolean;
}

/** What came of it. */
export interface IndexRewriteReport {
  readonly written: IndexId[];
  readonly removed: IndexId[];
}

/**
 * Brings the index files in line: the dropped packs disappear from them. First the new files, durable, then the old ones go,
 * so that at no moment a pack that stays is listed nowhere. Files without a dropped pack are left alone. Needs an
 * exclusive lock and a fully loaded index.
 */
export async function rewriteIndexes(
  repository: Repository,
  { signal, drop, replace = new Map(), all = false }: IndexRewriteOptions,
): Promise<IndexRewriteReport> {
  const call = signal ? { signal } : {};
  const { files, indexes, packs, table } = repository;
  const obsolete: IndexId[] = [...indexes.damaged];
  const listed = new Set<number>();
  const toList = new Set<number>(replace.keys());
  for (const [id, numbers] of indexes.files) {
    const stays = !all && !numbers.some((pack) => drop.has(pack) || replace.has(pack));
    for (const pack of numbers) (stays ? listed : toList).add(pack);
    if (!stays) obsolete.push(id);
  }
  const groups = new PackGroups(table, packs.count);
  const written: IndexId[] = [];
  let batch: IndexedPack[] = [];
  let blobs = 0;
  const write = async () => {
    if (batch.length === 0) return;
    const id = await files.save("index", encodeIndex({ packs: batch }), call) as IndexId;
    indexes.files.set(id, Uint32Array.from(batch, (pack) => packs.number(pack.id)));
    written.push(id);
    batch = [];
    blobs = 0;
  };
  for (const pack of toList) {
    if (drop.has(pack) || listed.has(pack)) continue;
    const entry = replace.get(pack) ?? { id: packs.id(pack), blobs: groups.blobs(pack) };
    if (entry.blobs.length === 0) continue;
    batch.push(entry);
    blobs += entry.blobs.length;
    if (blobs >= INDEX_BLOBS_TARGET) await write();
  }
  await write();
  signal?.throwIfAborted();
  const removed = obsolete.filter((id) => !written.includes(id));
  await eachInParallel(
    removed,
    files.storage.connections,
    (name) => removeIfThere(repository, "index", name, call),
  );
  for (const id of removed) {
    indexes.files.delete(id);
    indexes.damaged.delete(id);
  }
  return { written, removed };
}

/** Removes a file; one that is gone already is no error. */
export async function removeIfThere(
  repository: Repository,
  type: "index" | "data" | "snapshots",
  name: string,
  call: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  try {
    await repository.storage.remove({ type, name }, call);
  } catch (error) {
    if (!isSgError(error, "SG1006")) throw error;
  }
}

/** Sizes of all pack files, by name. */
export async function listPackSizes(
  repository: Repository,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const { name, size } of await listFiles(repository.storage, "data", signal ? { signal } : {})) {
    sizes.set(name, size);
  }
  return sizes;
}
