// Copyright the SpareGrid authors. Apache-2.0.
import { ByteBlocks, freeBytes } from "../base/mod.ts";
import { Compressor } from "../compress/mod.ts";
import { sha256 } from "../crypto/mod.ts";
import {
  type BlobType,
  encodeHeader,
  PACK_BLOBS_MAX,
  PACK_TRAILER_BYTES,
  type PackedBlob,
} from "../format/mod.ts";
import type { Repository } from "./repository.ts";
import type { SealedPack } from "./sealed_pack.ts";

/**
 * Puts blobs that are sealed already into new packs: their bytes are copied as they are. The caller has
 * verified them. Data and trees go to packs of their own.
 */
export class PackBuilder {
  readonly #repository: Repository;
  readonly #signal: AbortSignal | undefined;
  readonly #open = new Map<BlobType, { readonly blobs: PackedBlob[]; readonly bytes: ByteBlocks }>();
  readonly #compressor: Compressor;

  constructor(repository: Repository, signal?: AbortSignal) {
    this.#repository = repository;
    this.#signal = signal;
    this.#compressor = new Compressor(repository.writerSeed().compression);
  }

  /** Adds a blob; `sealed` is copied. Waits when a pack is full, until it is stored. */
  async add(blob: PackedBlob, sealed: Uint8Array): Promise<void> {
    let open = this.#open.get(blob.type);
    if (!open) this.#open.set(blob.type, open = { blobs: [], bytes: new ByteBlocks() });
    open.blobs.push({ ...blob, offset: open.bytes.length, length: sealed.length });
    open.bytes.append(sealed);
    if (
      open.bytes.length >= this.#repository.writerSeed().packBytesTarget ||
      open.blobs.length >= PACK_BLOBS_MAX
    ) {
      await this.#store(blob.type);
    }
  }

  /** Adds a blob by its plain bytes: compressed, where the repository and the bytes allow it. */
  async addPlain(blob: PackedBlob, plain: Uint8Array): Promise<void> {
    const { sealer } = this.#repository.files;
    const room = blob.type === "tree" ? this.#compressor.bound(plain.length) : plain.length - 1;
    const frame = new Uint8Array(room);
    const length = this.#repository.config.version >= 2 ? this.#compressor.compress(plain, frame) : -1;
    if (length < 0) await this.add({ ...blob, uncompressedLength: 0 }, sealer.seal(plain));
    else {
      await this.add({ ...blob, uncompressedLength: plain.length }, sealer.seal(frame.subarray(0, length)));
    }
  }

  /** Stores the packs that are not full. */
  async finish(): Promise<void> {
    for (const type of [...this.#open.keys()]) await this.#store(type);
  }

  async #store(type: BlobType): Promise<void> {
    const open = this.#open.get(type);
    this.#open.delete(type);
    if (!open) return;
    const header = this.#repository.files.sealer.seal(encodeHeader(open.blobs));
    const trailer = new Uint8Array(PACK_TRAILER_BYTES);
    new DataView(trailer.buffer).setUint32(0, header.length, true);
    open.bytes.append(header);
    open.bytes.append(trailer);
    const bytes = open.bytes.join();
    const pack: SealedPack = {
      type,
      id: sha256(bytes),
      bytes,
      ids: Uint8Array.fromHex(open.blobs.map(({ id }) => id).join("")),
      offsets: Uint32Array.from(open.blobs, ({ offset }) => offset),
      lengths: Uint32Array.from(open.blobs, ({ length }) => length),
      uncompressed: Uint32Array.from(open.blobs, ({ uncompressedLength }) => uncompressedLength),
    };
    await this.#repository.savePack(pack, this.#signal ? { signal: this.#signal } : {});
    freeBytes(bytes);
  }
}
