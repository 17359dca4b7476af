// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, MIB } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { LaneJob } from "./job.ts";

/** Plain bytes kept for a later use in the same job, at most. */
const KEPT_BYTES_MAX = 32 * MIB;

/**
 * The blobs of one job, opened when they are asked for. A blob that several files share is kept until its last use
 * as long as there is room; a damaged one fails for each of them alike.
 */
export class OpenBlobs {
  readonly #job: LaneJob;
  readonly #bytes: Uint8Array;
  readonly #openBlob: (id: BlobId, sealed: Uint8Array, uncompressedLength: number) => Uint8Array;
  readonly #usesLeft: Uint32Array;
  readonly #kept = new Map<number, Uint8Array>();
  readonly #damaged = new Map<number, unknown>();
  #keptBytes = 0;

  constructor(
    job: LaneJob,
    bytes: Uint8Array,
    openBlob: (id: BlobId, sealed: Uint8Array, uncompressedLength: number) => Uint8Array,
  ) {
    this.#job = job;
    this.#bytes = bytes;
    this.#openBlob = openBlob;
    this.#usesLeft = new Uint32Array(job.blobs.length);
    for (const file of job.files) for (const blob of file.blobs) this.#usesLeft[blob]!++;
    for (const part of job.parts) this.#usesLeft[part.blob]!++;
  }

  /** Plain bytes of the job's blob of this number, good until the next call. Errors: SG1005. */
  open(number: number): Uint8Array {
    const left = --this.#usesLeft[number]!;
    const kept = this.#kept.get(number);
    if (kept) {
      if (left === 0) this.#forget(number, kept);
      return kept;
    }
    if (this.#damaged.has(number)) throw this.#damaged.get(number);
    const plain = this.#load(number);
    return left > 0 && this.#keptBytes + plain.length <= KEPT_BYTES_MAX ? this.#keep(number, plain) : plain;
  }

  /** Takes one use of the blob of this number as done without its bytes. */
  skip(number: number): void {
    const left = --this.#usesLeft[number]!;
    const kept = this.#kept.get(number);
    if (kept && left === 0) this.#forget(number, kept);
  }

  #load(number: number): Uint8Array {
    const { id, offset, length, uncompressedLength } = this.#job.blobs[number]!;
    try {
      if (offset + length > this.#bytes.length) {
        throw new SgError("SG1005", `Cannot read blob ${id}: its pack is too short`);
      }
      return this.#openBlob(id, this.#bytes.subarray(offset, offset + length), uncompressedLength);
    } catch (error) {
      this.#damaged.set(number, error);
      throw error;
    }
  }

  #keep(number: number, plain: Uint8Array): Uint8Array {
    const copy = plain.slice();
    this.#kept.set(number, copy);
    this.#keptBytes += copy.length;
    return copy;
  }

  #forget(number: number, kept: Uint8Array): void {
    this.#kept.delete(number);
    this.#keptBytes -= kept.length;
  }
}
