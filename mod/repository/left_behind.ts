// Copyright the SpareGrid authors. Apache-2.0.
import { type PackId, toHex } from "../base/mod.ts";
import { isSgError } from "../errors/mod.ts";
import type { FileHandle, Storage, StorageCall } from "../storage/mod.ts";
import type { IndexRoom } from "./index_loader.ts";
import type { PackSaver, StoredPack } from "./pack_saver.ts";
import { eachInParallel } from "./repository_files.ts";

/** Blobs whose places are remembered; each takes 44 bytes. */
const BLOBS_MAX = 200_000;

/**
 * Packs that a run has stored, or may have, when it ended before an index listed them: the link broke before the next
 * checkpoint. The next run that stores looks, under its own lock, which of them are there, and lists them: what was sent is not
 * sent again. Nobody may remove one of them meanwhile, for that needs an exclusive lock; one that a prune took before is
 * not there. They are remembered in memory only.
 */
export class LeftBehind {
  #packs: StoredPack[] = [];

  /** How many packs are remembered. */
  get count(): number {
    return this.#packs.length;
  }

  /** Remembers packs; the first ones of too many are forgotten. */
  add(packs: readonly StoredPack[]): void {
    this.#packs.push(...packs);
    let blobs = this.#packs.reduce((sum, pack) => sum + pack.offsets.length, 0);
    while (blobs > BLOBS_MAX) blobs -= this.#packs.shift()!.offsets.length;
  }

  /** Hands those that are there, and hold what no index lists, to a run; the index must be loaded. Forgets all. */
  async adopt(storage: Storage, room: IndexRoom, saver: PackSaver, call: StorageCall): Promise<void> {
    const wanted = this.#packs.filter((pack) => isNews(pack, room));
    for (const pack of await those(storage, wanted, call)) saver.adopt(pack);
    this.#packs = [];
  }
}

/** True when the pack is listed nowhere and holds a blob that no other pack holds. */
function isNews({ type, id, ids, offsets }: StoredPack, { packs, table }: IndexRoom): boolean {
  const number = packs.find(toHex(id) as PackId);
  if (number >= 0 && packs.blobs(number) > 0) return false;
  return offsets.some((_, i) => table.find(type, ids, 32 * i) < 0);
}

/** Those of the packs that are there, whole. */
async function those(
  storage: Storage,
  packs: readonly StoredPack[],
  call: StorageCall,
): Promise<StoredPack[]> {
  if (packs.length === 0) return [];
  const missing = await storage.missing?.(packs.map(fileOf), call);
  if (missing) {
    const names = new Set(missing.map(({ name }) => name));
    return packs.filter((pack) => !names.has(toHex(pack.id)));
  }
  const there: StoredPack[] = [];
  await eachInParallel(packs, storage.connections, async (pack) => {
    try {
      if ((await storage.stat(fileOf(pack), call)).size === pack.size) there.push(pack);
    } catch (error) {
      if (!isSgError(error, "SG1006")) throw error;
    }
  });
  return there;
}

function fileOf({ id }: StoredPack): FileHandle {
  return { type: "data", name: toHex(id) };
}
