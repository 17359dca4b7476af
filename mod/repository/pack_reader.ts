// Copyright the SpareGrid authors. Apache-2.0.
import { MIB, PACK_BYTES_MAX } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { BlobType } from "../format/mod.ts";
import type { Storage } from "../storage/mod.ts";
import { assertLoadable, type BlobReader } from "./blob_reader.ts";
import type { BlobTable } from "./blob_table.ts";
import type { PackList } from "./pack_list.ts";

/** Tree packs up to this size are loaded whole: the other trees in them will be asked for next. */
const WHOLE_PACK_BYTES_MAX = 32 * MIB;
/** Whole tree packs kept in memory. */
const CACHE_BYTES_MAX = 64 * MIB;

/** The part of a pack to load, bytes. */
export interface PackRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * Loads blobs out of packs, by the entries of the blob table. Whole packs of trees stay in memory for a while. Every
 * blob is verified; a pack's bytes as such are not.
 */
export class PackReader {
  readonly #storage: Storage;
  readonly #reader: BlobReader;
  readonly #table: BlobTable;
  readonly #packs: PackList;
  /** In order of last use. */
  readonly #cache = new Map<number, Promise<Uint8Array>>();
  #cachedBytes = 0;

  constructor(storage: Storage, reader: BlobReader, table: BlobTable, packs: PackList) {
    this.#storage = storage;
    this.#reader = reader;
    this.#table = table;
    this.#packs = packs;
  }

  /** Gives the memory of the trees back. */
  forget(): void {
    this.#cache.clear();
    this.#cachedBytes = 0;
  }

  /** Bytes of a pack as stored, not verified: exactly `length` of them or an error. */
  loadRange(
    pack: number,
    { offset, length }: PackRange,
    signal?: AbortSignal,
    keep = false,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const name = this.#packs.id(pack);
    if (!(offset >= 0) || !(length >= 0) || offset + length > PACK_BYTES_MAX) {
      throw new SgError("SG1017", `Cannot read pack ${name}: it cannot have ${length} bytes at ${offset}`, {
        context: { pack: name },
      });
    }
    return this.#storage.load({ type: "data", name }, {
      offset,
      length,
      ...(signal && { signal }),
      ...(keep && { keep }),
    });
  }

  /** The plain bytes of the blob at an entry. SG1005 damaged, SG1006 pack missing. */
  async loadEntry(entry: number, signal?: AbortSignal): Promise<Uint8Array> {
    const sealed = await this.#sealedEntry(entry, signal);
    const table = this.#table;
    return this.#reader.open(table.typeOf(entry), table.idOf(entry), sealed, table.uncompressedOf(entry));
  }

  /**
   * What `read` makes of the plain bytes of the blob at an entry, which come in one part or, of a very long blob, in several, and are
   * good until it returns only: that saves their allocation. Errors as of {@link loadEntry}, and of `read`.
   */
  async readEntry<T>(
    entry: number,
    read: (plain: Iterable<Uint8Array>) => T,
    signal?: AbortSignal,
  ): Promise<T> {
    const sealed = await this.#sealedEntry(entry, signal);
    const table = this.#table;
    const id = table.idOf(entry);
    return read(this.#reader.openParts(table.typeOf(entry), id, sealed, table.uncompressedOf(entry)));
  }

  #sealedEntry(entry: number, signal?: AbortSignal): Promise<Uint8Array> {
    const table = this.#table;
    const type = table.typeOf(entry);
    const range = { offset: table.offsetOf(entry), length: table.lengthOf(entry) };
    assertLoadable(type, table.idOf(entry), range.length, table.uncompressedOf(entry));
    return this.#loadSealed(type, table.packOf(entry), range, signal);
  }

  async #loadSealed(
    type: BlobType,
    pack: number,
    range: PackRange,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    if (this.#worthWhole(type, pack)) {
      try {
        const bytes = await this.#wholePack(pack, signal);
        if (range.offset + range.length <= bytes.length) {
          return bytes.subarray(range.offset, range.offset + range.length);
        }
      } catch {
        signal?.throwIfAborted();
        // A pack that is shorter than the index says may still hold this blob.
      }
    }
    return await this.loadRange(pack, range, signal, type === "tree");
  }

  #worthWhole(type: BlobType, pack: number): boolean {
    return type === "tree" && this.#packs.bytes(pack) <= WHOLE_PACK_BYTES_MAX;
  }

  #wholePack(pack: number, signal?: AbortSignal): Promise<Uint8Array> {
    const bytes = this.#packs.bytes(pack);
    let loading = this.#cache.get(pack);
    this.#cache.delete(pack);
    if (!loading) {
      loading = this.loadRange(pack, { offset: 0, length: bytes }, signal, true);
      this.#cachedBytes += bytes;
      const begun = loading;
      begun.catch(() => this.#cache.get(pack) === begun && this.#drop(pack));
    }
    this.#cache.set(pack, loading);
    for (const old of this.#cache.keys()) {
      if (this.#cachedBytes <= CACHE_BYTES_MAX || old === pack) break;
      this.#drop(old);
    }
    return loading;
  }

  #drop(pack: number): void {
    if (this.#cache.delete(pack)) this.#cachedBytes -= this.#packs.bytes(pack);
  }
}
