// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, PACK_BYTES_MAX, type PackId } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import type { PackedBlob } from "../format/mod.ts";
import { damageOf } from "./index_loader.ts";
import { removeIfThere, rewriteIndexes } from "./index_rewrite.ts";
import { PackBuilder } from "./pack_builder.ts";
import { PackGroups } from "./pack_groups.ts";
import { decodePackHeader } from "./pack_header.ts";
import type { StorageCall } from "../storage/mod.ts";
import { callOf } from "./repository_files.ts";
import type { Repository } from "./repository.ts";

/** How to repair packs. */
export interface RepairPacksOptions {
  readonly signal?: AbortSignal;
  /** Called with the bytes of each damaged pack before it is removed, so that they can be kept elsewhere. */
  readonly onDamagedPack?: (id: PackId, bytes: Uint8Array) => Promise<void> | void;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What was saved of the packs. */
export interface RepairPacksReport {
  /** Blobs that were copied to new packs. */
  readonly savedBlobs: number;
  /** Blobs that could not be read here and are stored nowhere else: `repair snapshots` takes them out. */
  readonly lostBlobs: readonly BlobId[];
  readonly removedPacks: readonly PackId[];
}

/**
 * Copies every blob that can still be read out of damaged packs, then removes these packs. What index and header list is
 * tried; each blob is verified. The caller holds an exclusive lock; the repository is freshly opened, its index not
 * loaded, and must not be used afterwards. A pack that is neither there nor listed was removed before, by an earlier repair
 * perhaps that did not come to its end: it is passed over. SG1006 when that is so of all, or a listed pack is not there.
 */
export async function repairPacks(
  repository: Repository,
  ids: readonly PackId[],
  options: RepairPacksOptions = {},
): Promise<RepairPacksReport> {
  const { signal, onDamagedPack, onProgress } = options;
  const call = callOf(options);
  await repository.loadIndex(call);
  const { packs, table } = repository;
  const groups = new PackGroups(table, packs.count);
  const builder = new PackBuilder(repository, signal);
  const drop = new Set<number>();
  const lost = new Map<BlobId, PackedBlob>();
  let savedBlobs = 0;
  let done = 0;
  const damaged = await withoutRemoved(repository, new Set(ids), call);
  for (const id of damaged) {
    const number = packs.find(id);
    const listed = number < 0 ? [] : groups.blobs(number);
    const bytes = await loadAll(repository, id, listed, call);
    await onDamagedPack?.(id, bytes);
    for (const blob of blobsToTry(repository, id, bytes, listed)) {
      const sealed = bytes.subarray(blob.offset, blob.offset + blob.length);
      if (!opens(repository, blob, sealed)) {
        lost.set(blob.id, blob);
        continue;
      }
      await builder.add(blob, sealed);
      savedBlobs++;
    }
    if (number >= 0) drop.add(number);
    onProgress?.(++done, damaged.length);
  }
  await builder.finish();
  await repository.writeIndex(call);
  await rewriteIndexes(repository, { ...call, drop });
  for (const id of damaged) {
    await repository.guarded((guard) => removeIfThere(repository, "data", id, { ...call, guard }));
  }
  const lostBlobs = [...lost.values()].filter((blob) => !isElsewhere(repository, blob, drop)).map(({ id }) =>
    id
  );
  return { savedBlobs, lostBlobs, removedPacks: damaged };
}

/** As much of the file as there is; a broken drive may refuse the whole, then the stretches that can be read. */
async function loadAll(
  { storage }: Repository,
  id: PackId,
  listed: readonly PackedBlob[],
  call: StorageCall,
): Promise<Uint8Array> {
  const file = { type: "data", name: id } as const;
  const { size } = await storage.stat(file, call);
  if (size > PACK_BYTES_MAX) {
    throw new SgError("SG1017", `Cannot repair pack ${id}: ${size} bytes are too many`);
  }
  const unreadable = (error: unknown) => isSgError(error, "SG1015") || isSgError(error, "SG1005");
  try {
    return await storage.load(file, { ...call, length: size });
  } catch (error) {
    if (!unreadable(error)) throw error;
  }
  const bytes = new Uint8Array(size);
  for (const { offset, length } of listed) {
    call.signal?.throwIfAborted();
    if (offset + length > size) continue;
    try {
      bytes.set(await storage.load(file, { ...call, offset, length }), offset);
    } catch (error) {
      if (!unreadable(error)) throw error;
    }
  }
  return bytes;
}

function opens({ reader }: Repository, blob: PackedBlob, sealed: Uint8Array): boolean {
  try {
    reader.open(blob.type, blob.id, sealed, blob.uncompressedLength);
    return true;
  } catch (error) {
    if (!damageOf(error)) throw error;
    return false;
  }
}

/** True when the index knows the blob in a pack that is not dropped. */
function isElsewhere({ table }: Repository, { type, id }: PackedBlob, drop: ReadonlySet<number>): boolean {
  for (let entry = table.findHex(type, id); entry >= 0; entry = table.findNext(entry)) {
    if (!drop.has(table.packOf(entry))) return true;
  }
  return false;
}

/** Those of the packs that are there or listed. @throws SG1006 when none is. */
async function withoutRemoved(
  { packs, storage }: Repository,
  ids: ReadonlySet<PackId>,
  call: StorageCall,
): Promise<PackId[]> {
  const left: PackId[] = [];
  let missing: unknown;
  for (const id of ids) {
    try {
      await storage.stat({ type: "data", name: id }, call);
    } catch (error) {
      if (!isSgError(error, "SG1006")) throw error;
      missing = error;
      const number = packs.find(id);
      if (number < 0 || packs.blobs(number) === 0) continue;
    }
    left.push(id);
  }
  if (left.length === 0 && missing) throw missing;
  return left;
}

/** What the index lists, and what the header lists besides. */
function blobsToTry(
  { reader }: Repository,
  id: PackId,
  bytes: Uint8Array,
  listed: readonly PackedBlob[],
): readonly PackedBlob[] {
  let header: PackedBlob[] = [];
  try {
    header = decodePackHeader(reader.sealer, id, bytes, bytes.length);
  } catch (error) {
    if (!damageOf(error)) throw error;
  }
  const known = new Set(listed.map(({ id, offset, length }) => `${id} ${offset} ${length}`));
  return [...listed, ...header.filter((blob) => !known.has(`${blob.id} ${blob.offset} ${blob.length}`))];
}
