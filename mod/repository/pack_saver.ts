// Copyright the SpareGrid authors. Apache-2.0.
import { INDEX_BLOBS_TARGET, type IndexId, type PackId, toHex } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { ListedPack } from "../format/mod.ts";
import type { StorageCall } from "../storage/mod.ts";
import type { BlobTable } from "./blob_table.ts";
import { packedBlobs } from "./blob_writer.ts";
import type { IndexRoom, LoadedIndexes } from "./index_loader.ts";
import type { PackList } from "./pack_list.ts";
import type { RepositoryFiles } from "./repository_files.ts";
import { countPack, noCounts, type SavedCounts } from "./saved_counts.ts";
import type { SealedPack } from "./sealed_pack.ts";

/** A pack that is stored, without its bytes. */
export type StoredPack = Omit<SealedPack, "bytes"> & {
  /** Bytes of the file. */
  readonly size: number;
};

/** Stores an index file that lists the packs; goes over them more than once. */
type SaveIndex = (packs: Iterable<ListedPack>, call: StorageCall) => Promise<IndexId>;

/** Stores packs and then the index files that list them: first a pack is durable, then it is listed. */
export class PackSaver {
  readonly counts: SavedCounts = noCounts();
  readonly #files: RepositoryFiles;
  readonly #table: BlobTable;
  readonly #packs: PackList;
  readonly #indexes: LoadedIndexes;
  readonly #saveIndex: SaveIndex;
  /** Packs that are stored and listed nowhere yet. */
  #unlisted: StoredPack[] = [];
  /** Packs that an index on its way lists. */
  #beingListed: readonly StoredPack[] = [];
  /** Packs on their way, and those whose storing failed: they may be there all the same. */
  readonly #perhapsStored = new Map<string, StoredPack>();
  #unlistedBlobs = 0;
  #saving = 0;
  /** Index files on their way. */
  #listing = 0;
  #ended = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(files: RepositoryFiles, { table, packs, indexes }: IndexRoom, saveIndex: SaveIndex) {
    this.#files = files;
    this.#table = table;
    this.#packs = packs;
    this.#indexes = indexes;
    this.#saveIndex = saveIndex;
  }

  /** True when every pack that was handed in is stored and listed in a stored index. */
  get settled(): boolean {
    return this.#saving === 0 && this.#listing === 0 && this.#unlisted.length === 0;
  }

  /**
   * From now on nothing is stored, and what is on its way is not entered when it arrives: the table may be another's by then.
   * A pack that arrives late lies there unlisted until a prune.
   */
  end(): void {
    this.#ended = true;
  }

  /** The packs that are stored, or may be, and are not known to be listed. */
  get leftBehind(): StoredPack[] {
    return [...this.#beingListed, ...this.#unlisted, ...this.#perhapsStored.values()];
  }

  /** Takes in a pack that an earlier run has stored: it is listed with the others, and counts as that run's. */
  adopt(pack: StoredPack): void {
    this.#assertOpen();
    this.#list(pack);
  }

  /** Stores a pack; when it resolves the pack is durable and its blobs can be loaded. */
  async savePack(pack: SealedPack, call: StorageCall = {}): Promise<void> {
    this.#assertOpen();
    this.#saving++;
    const name = toHex(pack.id);
    const { bytes, ...rest } = pack;
    const stored: StoredPack = { ...rest, size: bytes.length };
    this.#perhapsStored.set(name, stored);
    try {
      await this.#files.storage.save({ type: "data", name }, bytes, call);
      this.#assertOpen();
      this.#perhapsStored.delete(name);
      this.#list(stored);
      countPack(this.counts, stored, stored.size);
    } finally {
      this.#saving--;
    }
    if (this.#unlistedBlobs >= INDEX_BLOBS_TARGET) await this.writeIndex(call);
  }

  /** Lists what is stored so far in an index file, so that an interruption loses no more than what comes after. */
  writeIndex(call: StorageCall = {}): Promise<void> {
    const turn = this.#writing.then(() => this.#writeIndex(call));
    this.#writing = turn.catch(() => {});
    return turn;
  }

  #assertOpen(): void {
    if (this.#ended) throw new SgError("SG1016", "Cannot save a pack: the run that it belongs to has ended");
  }

  /** Enters a pack's blobs into the table. */
  #list(pack: StoredPack): void {
    const { type, id, ids, offsets, lengths, uncompressed } = pack;
    const number = this.#packs.number(toHex(id) as PackId);
    for (let i = 0; i < offsets.length; i++) {
      this.#table.settle(type, ids, 32 * i, number, offsets[i]!, lengths[i]!, uncompressed[i]!);
      this.#packs.addBlob(number, lengths[i]!, uncompressed[i]! > 0);
    }
    this.#unlisted.push(pack);
    this.#unlistedBlobs += offsets.length;
  }

  async #writeIndex(call: StorageCall): Promise<void> {
    const unlisted = this.#unlisted;
    if (unlisted.length === 0) return;
    this.#assertOpen();
    this.#unlisted = [];
    this.#unlistedBlobs = 0;
    this.#listing++;
    this.#beingListed = unlisted;
    try {
      // Blob by blob: an index of 50,000 of them as objects would be the largest thing of a run.
      const packs = {
        [Symbol.iterator]: () =>
          unlisted.values().map((pack) => ({ id: packIdOf(pack), blobs: packedBlobs(pack) })),
      };
      const id = await this.#saveIndex(packs, call);
      this.#indexes.files.set(id, Uint32Array.from(unlisted, (pack) => this.#packs.number(packIdOf(pack))));
    } catch (error) {
      this.#unlisted = [...unlisted, ...this.#unlisted];
      this.#unlistedBlobs += unlisted.reduce((sum, pack) => sum + pack.offsets.length, 0);
      throw error;
    } finally {
      this.#listing--;
      this.#beingListed = [];
    }
  }
}

function packIdOf({ id }: { readonly id: Uint8Array }): PackId {
  return toHex(id) as PackId;
}
