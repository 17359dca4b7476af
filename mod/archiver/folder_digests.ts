// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, ByteBlocks, fromHex, MIB, toHex } from "../base/mod.ts";

const ID_BYTES = 32;
const HEAD_BYTES = 2 * ID_BYTES + 4;
/** More is not noted, bytes: digests of some 300,000 folders. Folders without one are compared entry by entry. */
export const DIGESTS_BYTES_MAX = 32 * MIB;

/** What is known of a tree without reading it. */
export interface FolderDigest {
  /** {@link ListingDigest} of its nodes. */
  readonly digest: Uint8Array;
  /** Trees of its folders, in their order. */
  readonly subtrees: readonly BlobId[];
}

/**
 * Digests of trees from one run to the next: a folder whose entries have today the digest of the parent snapshot's tree
 * need not be compared with it, and the tree need not be read.
 *
 * A digest is true for ever, for it says what a tree says, and trees are named by their content. That all blobs that the tree
 * names are still in the repository is for the caller to know, who gives only digests from runs whose index files are all there.
 *
 * As bytes, for each tree: `ID (32) || digest (32) || number of folders (uint32 LE) || their trees' IDs (32 each)`.
 */
export class FolderDigests {
  /** A tree whose digest was relied on could not be read when it was needed after all: to be run again without digests. */
  misled = false;
  readonly #bytes: Uint8Array;
  readonly #known = new Map<BlobId, number>();
  readonly #blocks = new ByteBlocks();
  readonly #noted = new Set<BlobId>();

  /** @param bytes what {@link encode} gave in an earlier run. */
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#bytes = bytes;
    for (let at = 0; at + HEAD_BYTES <= bytes.length;) {
      const end = at + HEAD_BYTES + this.#folders(at) * ID_BYTES;
      if (end > bytes.length) break;
      this.#known.set(this.#id(at), at);
      at = end;
    }
  }

  /** True where {@link find} finds something. */
  has(tree: BlobId): boolean {
    return this.#known.has(tree);
  }

  /** What an earlier run noted of a tree. */
  find(tree: BlobId): FolderDigest | undefined {
    const at = this.#known.get(tree);
    if (at === undefined) return undefined;
    const subtrees = Array.from(
      { length: this.#folders(at) },
      (_, i) => this.#id(at + HEAD_BYTES + i * ID_BYTES),
    );
    return { digest: this.#bytes.subarray(at + ID_BYTES, at + 2 * ID_BYTES), subtrees };
  }

  /** Notes what a tree says, for the next run. */
  note(tree: BlobId, { digest, subtrees }: FolderDigest): void {
    const length = HEAD_BYTES + subtrees.length * ID_BYTES;
    if (this.#blocks.length + length > DIGESTS_BYTES_MAX || this.#noted.has(tree)) return;
    this.#noted.add(tree);
    const head = new Uint8Array(HEAD_BYTES);
    head.set(fromHex(tree));
    head.set(digest, ID_BYTES);
    new DataView(head.buffer).setUint32(2 * ID_BYTES, subtrees.length, true);
    this.#blocks.append(head);
    for (const id of subtrees) this.#blocks.append(fromHex(id));
  }

  /** All that was noted in this run; nothing is noted any more then. */
  encode(): Uint8Array<ArrayBuffer> {
    return this.#blocks.join();
  }

  #folders(at: number): number {
    const bytes = this.#bytes;
    return new DataView(bytes.buffer, bytes.byteOffset + at + 2 * ID_BYTES, 4).getUint32(0, true);
  }

  #id(at: number): BlobId {
    return toHex(this.#bytes.subarray(at, at + ID_BYTES)) as BlobId;
  }
}
