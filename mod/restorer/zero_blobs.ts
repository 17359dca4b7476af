// Copyright the SpareGrid authors. Apache-2.0.
import { createHash } from "node:crypto";
import { type BlobId, MIB } from "../base/mod.ts";

/** What is remembered, entries of each kind. A hole is cut into pieces of one length, so a few do. */
const REMEMBERED_MAX = 1_000;

/**
 * The blobs that are zeros from end to end: a hole of 20 GiB is the same one thousands of times, which need not be
 * opened, looked through or hashed each time. One per lane.
 */
export class ZeroBlobs {
  /** Proved by opening: their lengths by ID. */
  readonly #known = new Map<BlobId, number>();
  readonly #idOfLength = new Map<number, BlobId>();

  /** Length of the blob where it is known to be all zeros; 0 otherwise. */
  lengthOf(id: BlobId): number {
    return this.#known.get(id) ?? 0;
  }

  /** Remembers a blob that was opened, proved by its ID and found to be zeros. */
  learn(id: BlobId, length: number): void {
    if (length > 0 && this.#known.size < REMEMBERED_MAX) this.#known.set(id, length);
  }

  /** ID of the blob of so many zeros. */
  idOf(length: number): BlobId {
    const known = this.#idOfLength.get(length);
    if (known) return known;
    const hash = createHash("sha256");
    const zeros = new Uint8Array(Math.min(length, MIB));
    for (let left = length; left > 0; left -= zeros.length) hash.update(zeros.subarray(0, left));
    const id = hash.digest("hex") as BlobId;
    if (this.#idOfLength.size < REMEMBERED_MAX) this.#idOfLength.set(length, id);
    return id;
  }
}
