// Copyright the SpareGrid authors. Apache-2.0.
import {
  type BlobId,
  DATA_BLOB_BYTES_MAX,
  equalBytes,
  freeBytes,
  fromHex,
  type Random,
  toHex,
  TREE_BLOB_BYTES_MAX,
} from "../base/mod.ts";
import { Compressor } from "../compress/mod.ts";
import { Sealer, Sha256, sha256, sha256Into } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { BlobType } from "../format/mod.ts";
import type { ReaderSeed, SealedPack } from "./sealed_pack.ts";

/** Sealed bytes that are opened in one go when a pack is verified: bounds the memory. */
const BATCH_BYTES = 8 * 2 ** 20;

/**
 * Blobs larger than this do not lie in memory that is used again, for it would never be given back, nor as a whole where they were
 * compressed in parts.
 */
const BRIEF_BYTES_MAX = 16 * 2 ** 20;

/** A reader never seals. */
const NO_RANDOM: Random = {
  bytes() {
    throw new SgError("SG1023", "A reader of blobs was asked to seal");
  },
};

/** Opens blobs, in any thread: decrypts, decompresses, and proves by the hash that it is the blob asked for. */
export class BlobReader {
  readonly #sealer: Sealer;
  readonly #compressor = new Compressor("fastest");
  /** Room for one opened and one decompressed blob, so that verifying a pack leaves no garbage. */
  #opened = new Uint8Array(0);
  #plain = new Uint8Array(0);
  readonly #hash = new Uint8Array(32);

  constructor(seed: ReaderSeed) {
    this.#sealer = new Sealer(seed.masterKey, NO_RANDOM);
  }

  /**
   * The plain bytes of a blob. `id` is its 32 bytes or its text; `uncompressedLength` 0 for one stored as it is.
   * SG1005, naming the blob, when it is not what was stored; SG1017 when it is larger than a blob can be.
   */
  open(type: BlobType, id: Uint8Array | BlobId, sealed: Uint8Array, uncompressedLength: number): Uint8Array {
    let plain: Uint8Array;
    try {
      assertBlobSize(type, sealed.length, uncompressedLength);
      plain = this.#sealer.open(sealed);
    } catch (error) {
      throw damagedBlob(type, id, error);
    }
    return this.#finish(type, id, plain, uncompressedLength);
  }

  /**
   * As {@link open}, but the bytes are good until the next call only: they lie in memory that is used again, which saves
   * two allocations for each blob.
   */
  openBriefly(
    type: BlobType,
    id: Uint8Array | BlobId,
    sealed: Uint8Array,
    uncompressedLength: number,
  ): Uint8Array {
    if (Math.max(sealed.length, uncompressedLength) > BRIEF_BYTES_MAX) {
      return this.open(type, id, sealed, uncompressedLength);
    }
    try {
      assertBlobSize(type, sealed.length, uncompressedLength);
      if (this.#opened.length < sealed.length) this.#opened = new Uint8Array(roomFor(sealed.length));
      let plain = this.#opened.subarray(0, this.#sealer.openInto(sealed, this.#opened));
      if (uncompressedLength > 0) {
        if (this.#plain.length < uncompressedLength) {
          this.#plain = new Uint8Array(roomFor(uncompressedLength));
        }
        const opened = plain;
        plain = this.#plain.subarray(0, uncompressedLength);
        this.#compressor.decompressInto(opened, plain);
      }
      sha256Into(plain, this.#hash);
      assertName(this.#hash, id);
      return plain;
    } catch (error) {
      throw damagedBlob(type, id, error);
    }
  }

  /**
   * As {@link openBriefly}, but a very long blob comes in the parts that it was compressed in, which may be gone over more than once.
   * All of it is proved before this returns.
   */
  openParts(
    type: BlobType,
    id: Uint8Array | BlobId,
    sealed: Uint8Array,
    uncompressedLength: number,
  ): Iterable<Uint8Array> {
    if (uncompressedLength <= BRIEF_BYTES_MAX) {
      return [this.openBriefly(type, id, sealed, uncompressedLength)];
    }
    const opened = this.#openLong(type, id, sealed, uncompressedLength);
    return { [Symbol.iterator]: () => this.#compressor.decompressParts(opened, uncompressedLength) };
  }

  /** Opens what is no blob: pack headers. It cannot seal. */
  get sealer(): Sealer {
    return this.#sealer;
  }

  /** Opens every blob of a pack; says what is wrong, one sentence each. */
  async verifyBlobs(
    type: BlobType,
    pack: Pick<SealedPack, "bytes" | "ids" | "offsets" | "lengths" | "uncompressed">,
  ): Promise<string[]> {
    const findings: string[] = [];
    const count = pack.offsets.length;
    if (this.#sealer.quick) {
      for (let i = 0; i < count; i++) this.#verifyBlob(type, pack, i, findings);
      return findings;
    }
    for (let from = 0; from < count;) {
      let to = from;
      let bytes = 0;
      const pieces: Uint8Array[] = [];
      while (to < count && (to === from || bytes + pack.lengths[to]! <= BATCH_BYTES)) {
        const start = pack.offsets[to]!;
        pieces.push(pack.bytes.subarray(start, start + pack.lengths[to]!));
        bytes += pack.lengths[to++]!;
      }
      await this.#verifyBatch(type, pack, pieces, from, findings);
      from = to;
    }
    return findings;
  }

  /** Proves one blob in memory that is used again for the next. */
  #verifyBlob(
    type: BlobType,
    pack: Pick<SealedPack, "bytes" | "ids" | "offsets" | "lengths" | "uncompressed">,
    at: number,
    findings: string[],
  ): void {
    const id = pack.ids.subarray(32 * at, 32 * at + 32);
    const start = pack.offsets[at]!;
    const sealed = pack.bytes.subarray(start, start + pack.lengths[at]!);
    try {
      this.openParts(type, id, sealed, pack.uncompressed[at]!);
    } catch (error) {
      findings.push(error instanceof Error ? error.message : String(error));
    }
  }

  async #verifyBatch(
    type: BlobType,
    pack: Pick<SealedPack, "ids" | "uncompressed">,
    pieces: Uint8Array[],
    from: number,
    findings: string[],
  ): Promise<void> {
    let plains: readonly Uint8Array[] | undefined;
    try {
      plains = await this.#sealer.openAll(pieces);
    } catch {
      // One of them is damaged; opened one by one, it shows which.
    }
    for (let i = 0; i < pieces.length; i++) {
      const id = pack.ids.subarray(32 * (from + i), 32 * (from + i) + 32);
      const uncompressed = pack.uncompressed[from + i]!;
      try {
        if (plains) this.#finish(type, id, plains[i]!, uncompressed);
        else this.open(type, id, pieces[i]!, uncompressed);
      } catch (error) {
        findings.push(error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** Opens a very long blob and proves it part by part; still compressed, it takes less memory. */
  #openLong(
    type: BlobType,
    id: Uint8Array | BlobId,
    sealed: Uint8Array,
    uncompressedLength: number,
  ): Uint8Array {
    try {
      assertBlobSize(type, sealed.length, uncompressedLength);
      const opened = this.#sealer.open(sealed);
      const hash = new Sha256();
      for (const part of this.#compressor.decompressParts(opened, uncompressedLength)) {
        hash.update(part);
        freeBytes(part);
      }
      assertName(hash.digest(), id);
      return opened;
    } catch (error) {
      throw damagedBlob(type, id, error);
    }
  }

  #finish(
    type: BlobType,
    id: Uint8Array | BlobId,
    opened: Uint8Array,
    uncompressedLength: number,
  ): Uint8Array {
    try {
      let plain = opened;
      if (uncompressedLength > 0) {
        assertBlobSize(type, opened.length, uncompressedLength);
        plain = this.#compressor.decompress(opened, uncompressedLength);
      }
      assertName(sha256(plain), id);
      return plain;
    } catch (error) {
      throw damagedBlob(type, id, error);
    }
  }
}

function assertName(hash: Uint8Array, id: Uint8Array | BlobId): void {
  if (!equalBytes(hash, typeof id === "string" ? fromHex(id) : id)) {
    throw new Error("its content does not fit its name");
  }
}

/** Doubles from 1 MiB on, so that rooms are made anew a few times only. */
function roomFor(bytes: number): number {
  return 2 ** Math.max(20, Math.ceil(Math.log2(bytes)));
}

/** Refuses (SG1017), naming the blob, sizes that no valid one has: before it is loaded. */
export function assertLoadable(type: BlobType, id: BlobId, length: number, uncompressedLength: number): void {
  try {
    assertBlobSize(type, length, uncompressedLength);
  } catch (error) {
    throw damagedBlob(type, id, error);
  }
}

/** Refuses sizes that no valid blob has, before memory is taken for them. */
function assertBlobSize(type: BlobType, length: number, uncompressedLength: number): void {
  const most = type === "tree" ? TREE_BLOB_BYTES_MAX : DATA_BLOB_BYTES_MAX;
  if (length > most + 2 ** 20 || uncompressedLength > most) {
    throw new SgError(
      "SG1017",
      `it has ${Math.max(length, uncompressedLength)} bytes, more than a blob can have`,
    );
  }
}

function damagedBlob(type: BlobType, id: Uint8Array | BlobId, cause: unknown): SgError {
  const name = typeof id === "string" ? id : toHex(id);
  const why = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof SgError && cause.code === "SG1017" ? "SG1017" : "SG1005";
  return new SgError(code, `Cannot open ${type} blob ${name}: ${why}`, { cause, context: { blob: name } });
}
