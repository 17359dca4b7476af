// Copyright the SpareGrid authors. Apache-2.0.
import { fromHex, type PackId, SEAL_OVERHEAD } from "../base/mod.ts";
import { headerEntryBytes, PACK_TRAILER_BYTES } from "../format/mod.ts";

/** Bytes of a pack beside its blobs and their entries in the header. */
const FRAME_BYTES = SEAL_OVERHEAD + PACK_TRAILER_BYTES;

/**
 * Numbers the packs of a repository, so that an index entry names its pack in four bytes, and adds up how large
 * each must be by what the index says. Numbers are given in order and never reused.
 */
export class PackList {
  #ids = new Uint8Array(32 * 64);
  #bytes = new Float64Array(64);
  #blobs = new Uint32Array(64);
  #count = 0;
  readonly #numbers = new Map<string, number>();

  /** Packs known. */
  get count(): number {
    return this.#count;
  }

  /** The pack's number, a new one where it has none. */
  number(id: PackId): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#count++;
    if (number === this.#bytes.length) this.#grow();
    this.#ids.set(fromHex(id), 32 * number);
    this.#bytes[number] = FRAME_BYTES;
    this.#numbers.set(id, number);
    return number;
  }

  /** The pack's number, or -1. */
  find(id: PackId): number {
    return this.#numbers.get(id) ?? -1;
  }

  /** The pack's name. */
  id(number: number): PackId {
    return this.#ids.subarray(32 * number, 32 * number + 32).toHex() as PackId;
  }

  /** Notes that an index lists a blob in this pack; `length` is the sealed length. */
  addBlob(number: number, length: number, compressed: boolean): void {
    this.#bytes[number]! += length + headerEntryBytes(compressed);
    this.#blobs[number]!++;
  }

  /** Bytes that the pack file has by what the index lists. */
  bytes(number: number): number {
    return this.#bytes[number]!;
  }

  /** Blobs that the index lists in this pack. */
  blobs(number: number): number {
    return this.#blobs[number]!;
  }

  #grow(): void {
    const room = this.#bytes.length * 2;
    const grownBytes = new Float64Array(room);
    grownBytes.set(this.#bytes);
    this.#bytes = grownBytes;
    const grownBlobs = new Uint32Array(room);
    grownBlobs.set(this.#blobs);
    this.#blobs = grownBlobs;
    const ids = new Uint8Array(32 * room);
    ids.set(this.#ids);
    this.#ids = ids;
  }
}
