// Copyright the SpareGrid authors. Apache-2.0.
import { ByteBlocks, freeBytes } from "../base/mod.ts";
import type { Compressor } from "../compress/mod.ts";
import { Sha256 } from "../crypto/mod.ts";

/**
 * A blob of very many bytes, hashed and compressed as they come: plain, it never lies in memory as a whole. Each piece is a zstd frame
 * of its own, and frames one behind the other are what all readers of the format take for one.
 */
export class LongBlob {
  readonly #compressor: Compressor | undefined;
  readonly #hash = new Sha256();
  readonly #stored = new ByteBlocks();
  #plainBytes = 0;
  #id: Uint8Array<ArrayBuffer> | undefined;

  /** @param compressor undefined where the blob is to be stored as it is. */
  constructor(compressor: Compressor | undefined) {
    this.#compressor = compressor;
  }

  /** Takes the next piece, which is the caller's again. */
  add(piece: Uint8Array): void {
    this.#hash.update(piece);
    this.#plainBytes += piece.length;
    if (!this.#compressor) return this.#stored.append(piece);
    const frame = new Uint8Array(this.#compressor.bound(piece.length));
    this.#stored.append(frame.subarray(0, this.#compressor.compress(piece, frame)));
    freeBytes(frame);
  }

  /** SHA-256 of all pieces; none come after it was asked for. */
  get id(): Uint8Array<ArrayBuffer> {
    return this.#id ??= this.#hash.digest();
  }

  /** Bytes as they will be sealed. */
  get storedBytes(): number {
    return this.#stored.length;
  }

  /** The plain length, or 0 where it is stored as it is: what a pack's header says. */
  get uncompressedLength(): number {
    return this.#compressor ? this.#plainBytes : 0;
  }

  /** Puts what will be sealed to the start of `into`; it is gone here. */
  moveInto(into: Uint8Array): void {
    this.#stored.joinInto(into);
  }
}
