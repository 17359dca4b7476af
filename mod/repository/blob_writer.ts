// Copyright the SpareGrid authors. Apache-2.0.
import { PACK_BYTES_MAX, PACK_HEADER_BYTES_MAX, type Random } from "../base/mod.ts";
import { Compressor } from "../compress/mod.ts";
import { SEAL_OVERHEAD, Sealer, sha256 } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type BlobType, encodeHeader, HEADER_ENTRY_BYTES_MAX, type PackedBlob } from "../format/mod.ts";
import { BlobReader } from "./blob_reader.ts";
import type { BlobTable } from "./blob_table.ts";
import type { SealedPack, WriterSeed } from "./sealed_pack.ts";

/** Bytes of the header's length at a pack's end. */
const TRAILER_BYTES = 4;
/** Blobs in one pack, so that its header stays below the limit of any reader. */
const PACK_BLOBS_MAX = Math.floor((PACK_HEADER_BYTES_MAX - SEAL_OVERHEAD) / HEADER_ENTRY_BYTES_MAX) - 1;
/** Room beyond the target for the blob that makes a pack full; a larger one makes the room grow. */
const LAST_BLOB_BYTES = 9 * 2 ** 20;

/** What a {@link BlobWriter} is made from. */
export type BlobWriterOptions = Omit<WriterSeed, "table"> & {
  readonly table: BlobTable;
  /** Data and trees never share a pack, so each has a writer of its own. */
  readonly type: BlobType;
};

/** The blobs of a pack that is being filled. */
class OpenPack {
  /** Compressed (or plain) blobs, one after the other. */
  staging: Uint8Array<ArrayBuffer>;
  end = 0;
  ids = new Uint8Array(32 * 64);
  readonly ends: number[] = [];
  readonly uncompressed: number[] = [];

  constructor(staging: Uint8Array<ArrayBuffer>) {
    this.staging = staging;
  }

  get count(): number {
    return this.ends.length;
  }

  /** Room for `bytes` more. */
  reserve(bytes: number): void {
    const needed = this.end + bytes;
    if (needed <= this.staging.length) return;
    const grown = new Uint8Array(Math.max(needed, Math.ceil(this.staging.length * 1.5)));
    grown.set(this.staging.subarray(0, this.end));
    this.staging = grown;
  }

  /** Takes in what was written behind the end. */
  append(id: Uint8Array, length: number, uncompressed: number): void {
    const at = 32 * this.count;
    if (at === this.ids.length) {
      const grown = new Uint8Array(2 * this.ids.length);
      grown.set(this.ids);
      this.ids = grown;
    }
    this.ids.set(id.length === 32 ? id : id.subarray(0, 32), at);
    this.end += length;
    this.ends.push(this.end);
    this.uncompressed.push(uncompressed);
  }
}

/**
 * Fills one pack after the other with blobs of one type, in any thread. `put` is synchronous: it asks the shared table
 * whether the blob is new, and compresses it straight into the open pack. `seal` encrypts a whole pack at once;
 * meanwhile the next pack can be filled.
 *
 * A blob that was put is stored only when the sealed pack was saved and settled in the table.
 */
export class BlobWriter {
  readonly #options: BlobWriterOptions;
  readonly #sealer: Sealer;
  readonly #compressor: Compressor;
  readonly #reader: BlobReader;
  #open: OpenPack | undefined;
  #spare: Uint8Array<ArrayBuffer> | undefined;

  constructor(options: BlobWriterOptions, random: Random) {
    this.#options = options;
    this.#sealer = new Sealer(options.masterKey, random);
    this.#compressor = new Compressor(options.compression);
    this.#reader = new BlobReader(options);
  }

  /** Bytes that the open pack will have. */
  get packBytes(): number {
    const open = this.#open;
    if (!open) return 0;
    return open.end + open.count * (SEAL_OVERHEAD + HEADER_ENTRY_BYTES_MAX) + SEAL_OVERHEAD + TRAILER_BYTES;
  }

  /** True when the open pack should be sealed before more is put. */
  get full(): boolean {
    return this.packBytes >= this.#options.packBytesTarget || (this.#open?.count ?? 0) >= PACK_BLOBS_MAX;
  }

  /**
   * Stores the blob in the open pack unless some thread has stored it already or is about to. `id` is the SHA-256 of
   * `plain`; both belong to the caller again. Returns true when the blob was new. Empty blobs are refused (SG1023).
   */
  put(id: Uint8Array, plain: Uint8Array): boolean {
    if (plain.length === 0) throw new SgError("SG1023", "Cannot store an empty blob: the format has none");
    if (!this.#options.table.claim(this.#options.type, id)) return false;
    this.#open ??= new OpenPack(this.#takeStaging());
    const open = this.#open;
    const { compression, version, type } = this.#options;
    const compress = version >= 2 && (type === "tree" || compression !== "off");
    const room = type === "tree" ? this.#compressor.bound(plain.length) : plain.length;
    open.reserve(room);
    if (compress) {
      // Data must become smaller to be kept compressed; trees are always compressed, as restic does it.
      const most = type === "tree" ? room : plain.length - 1;
      const length = this.#compressor.compress(plain, open.staging.subarray(open.end, open.end + most));
      if (length >= 0) {
        open.append(id, length, plain.length);
        return true;
      }
    }
    open.reserve(plain.length);
    open.staging.set(plain, open.end);
    open.append(id, plain.length, 0);
    return true;
  }

  /** Closes the open pack and encrypts it; undefined when there is none. SG1005 when verifying finds it damaged. */
  async seal(): Promise<SealedPack | undefined> {
    const open = this.#open;
    if (!open) return undefined;
    this.#open = undefined;
    const pack = await sealPack(this.#sealer, this.#options.type, open);
    this.#spare = open.staging.length <= this.#stagingBytes() ? open.staging : undefined;
    if (this.#options.verify) await verifySealed(this.#reader, pack);
    return pack;
  }

  #takeStaging(): Uint8Array<ArrayBuffer> {
    const spare = this.#spare ?? new Uint8Array(this.#stagingBytes());
    this.#spare = undefined;
    return spare;
  }

  /** Pages that are never touched cost nothing. */
  #stagingBytes(): number {
    return this.#options.packBytesTarget + LAST_BLOB_BYTES;
  }
}

async function sealPack(sealer: Sealer, type: BlobType, open: OpenPack): Promise<SealedPack> {
  const count = open.count;
  const ids = open.ids.slice(0, 32 * count);
  const offsets = new Uint32Array(count);
  const lengths = new Uint32Array(count);
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let i = 0, offset = 0; i < count; i++) {
    pieces.push(open.staging.subarray(start, open.ends[i]));
    offsets[i] = offset;
    lengths[i] = open.ends[i]! - start + SEAL_OVERHEAD;
    offset += lengths[i]!;
    start = open.ends[i]!;
  }
  const shell = { type, ids, offsets, lengths, uncompressed: Uint32Array.from(open.uncompressed) };
  const { bytes, id } = await sealPieces(sealer, pieces, packedBlobs(shell), open.end);
  return { ...shell, bytes, id };
}

/** Seals the pieces and the header behind them. `plainBytes` is the sum of the pieces. */
async function sealPieces(
  sealer: Sealer,
  pieces: Uint8Array[],
  blobs: readonly PackedBlob[],
  plainBytes: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; id: Uint8Array<ArrayBuffer> }> {
  const header = encodeHeader(blobs);
  const headerBytes = header.length + SEAL_OVERHEAD;
  const total = plainBytes + pieces.length * SEAL_OVERHEAD + headerBytes + TRAILER_BYTES;
  if (total > PACK_BYTES_MAX && blobs.length > 1) {
    throw new SgError("SG1023", `Cannot seal a pack of ${total} bytes: it is too large`);
  }
  const bytes = new Uint8Array(total);
  await sealer.sealAll([...pieces, header], bytes, 0);
  new DataView(bytes.buffer).setUint32(total - TRAILER_BYTES, headerBytes, true);
  return { bytes, id: sha256(bytes) };
}

/** The pack's blobs as records, for headers and index files. */
export function packedBlobs(pack: Omit<SealedPack, "id" | "bytes">): PackedBlob[] {
  const hex = pack.ids.toHex();
  return Array.from(pack.offsets, (offset, i) => ({
    id: hex.slice(64 * i, 64 * i + 64) as PackedBlob["id"],
    type: pack.type,
    offset,
    length: pack.lengths[i]!,
    uncompressedLength: pack.uncompressed[i]!,
  }));
}

/** Opens and hashes again what was sealed: a fault of memory, compressor or cipher must not become a backup. */
async function verifySealed(reader: BlobReader, pack: SealedPack): Promise<void> {
  const findings = await reader.verifyBlobs(pack.type, pack);
  if (findings.length === 0) return;
  throw new SgError(
    "SG1005",
    `Cannot store pack ${pack.id.toHex()}: what was just sealed does not open: ${findings[0]}`,
    {
      remedy:
        "Nothing was stored. This machine's memory or processor makes errors: test them, then try again.",
    },
  );
}
