// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, PACK_BYTES_MAX, type Random, SEAL_OVERHEAD, toHex } from "../base/mod.ts";
import { Compressor } from "../compress/mod.ts";
import { Sealer, sha256 } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import {
  type BlobType,
  encodeHeader,
  HEADER_ENTRY_BYTES_MAX,
  PACK_BLOBS_MAX,
  PACK_TRAILER_BYTES,
  type PackedBlob,
} from "../format/mod.ts";
import { inLargePages } from "../platform/mod.ts";
import { BlobReader } from "./blob_reader.ts";
import type { BlobTable } from "./blob_table.ts";
import { LongBlob } from "./long_blob.ts";
import type { SealedPack, WriterSeed } from "./sealed_pack.ts";

/**
 * Room beyond the target for the blob that makes a pack full; a larger one makes the room grow. Packs far below what the
 * format asks for (tests have them) get no more than a few times their target.
 */
const LAST_BLOB_BYTES = 9 * 2 ** 20;
const LAST_BLOB_TARGETS = 4;

/** What a {@link BlobWriter} is made from. */
export type BlobWriterOptions = Omit<WriterSeed, "table"> & {
  readonly table: BlobTable;
  /** Data and trees never share a pack, so each has a writer of its own. */
  readonly type: BlobType;
};

/** Where the plaintext of a sealed blob lies within it: behind the IV. */
const PLAIN_AT = 16;

/**
 * The blobs of a pack that is being filled. Each lies where its ciphertext will be, with room for IV and MAC
 * round it, so that the pack is sealed in place.
 */
class OpenPack {
  bytes: Uint8Array<ArrayBuffer>;
  ids = new Uint8Array(32 * 64);
  /** Where the next sealed blob starts. */
  end = 0;
  readonly offsets: number[] = [];
  readonly uncompressed: number[] = [];

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
  }

  get count(): number {
    return this.offsets.length;
  }

  /** Room for the next blob's `length` bytes before they are sealed. */
  room(length: number): Uint8Array<ArrayBuffer> {
    this.reserve(length + SEAL_OVERHEAD);
    return this.bytes.subarray(this.end + PLAIN_AT, this.end + PLAIN_AT + length);
  }

  /** Makes room for `length` more bytes. */
  reserve(length: number): void {
    const needed = this.end + length;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, Math.ceil(this.bytes.length * 1.5)));
    grown.set(this.bytes.subarray(0, this.end));
    this.bytes = grown;
  }

  /** Takes in the blob that was written to its room. */
  append(id: Uint8Array, length: number, uncompressed: number): void {
    const at = 32 * this.count;
    if (at === this.ids.length) {
      const grown = new Uint8Array(2 * this.ids.length);
      grown.set(this.ids);
      this.ids = grown;
    }
    this.ids.set(id.length === 32 ? id : id.subarray(0, 32), at);
    this.offsets.push(this.end);
    this.uncompressed.push(uncompressed);
    this.end += length + SEAL_OVERHEAD;
  }

  /** The blobs' plaintexts, each in its place. */
  pieces(): Uint8Array[] {
    return this.offsets.map((offset, i) => {
      const next = this.offsets[i + 1] ?? this.end;
      return this.bytes.subarray(offset + PLAIN_AT, next - SEAL_OVERHEAD + PLAIN_AT);
    });
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
  readonly #compresses: boolean;
  #open: OpenPack | undefined;
  /** Bytes at which the open pack is full. */
  #fullBytes: number;

  constructor(options: BlobWriterOptions, random: Random) {
    this.#options = options;
    this.#fullBytes = options.packBytesTarget * (options.firstPackPart ?? 1);
    this.#compresses = options.version >= 2 && (options.type === "tree" || options.compression !== "off");
    this.#sealer = new Sealer(options.masterKey, random);
    this.#compressor = new Compressor(options.compression);
    this.#reader = new BlobReader(options);
  }

  /** Bytes that the open pack will have. */
  get packBytes(): number {
    const open = this.#open;
    if (!open) return 0;
    return open.end + open.count * HEADER_ENTRY_BYTES_MAX + SEAL_OVERHEAD + PACK_TRAILER_BYTES;
  }

  /** True when the open pack should be sealed before more is put. */
  get full(): boolean {
    return this.packBytes >= this.#fullBytes || (this.#open?.count ?? 0) >= PACK_BLOBS_MAX;
  }

  /**
   * Stores the blob in the open pack unless some thread has stored it already or is about to. `id` is the SHA-256 of
   * `plain`; both belong to the caller again. Returns true when the blob was new. Empty blobs are refused (SG1023).
   */
  put(id: Uint8Array, plain: Uint8Array): boolean {
    if (plain.length === 0) throw new SgError("SG1023", "Cannot store an empty blob: the format has none");
    const { type, table } = this.#options;
    if (!table.claim(type, id)) return false;
    const open = this.#openPack();
    if (this.#compresses) {
      // Data must become smaller to be kept compressed; trees are always compressed, as restic does it.
      const most = type === "tree" ? this.#compressor.bound(plain.length) : plain.length - 1;
      const length = this.#compressor.compress(plain, open.room(most));
      if (length >= 0) {
        open.append(id, length, plain.length);
        return true;
      }
    }
    open.room(plain.length).set(plain);
    open.append(id, plain.length, 0);
    return true;
  }

  /** Begins a blob of very many bytes, for {@link add}. */
  beginLong(): LongBlob {
    return new LongBlob(this.#compresses ? this.#compressor : undefined);
  }

  /** As {@link put}, of a blob that is not hashed yet or was made piece by piece; gives its ID. */
  add(content: Uint8Array | LongBlob): BlobId {
    if (content instanceof LongBlob) {
      this.#putLong(content);
      return toHex(content.id) as BlobId;
    }
    const id = sha256(content);
    this.put(id, content);
    return toHex(id) as BlobId;
  }

  /**
   * Closes the open pack and encrypts it; undefined when there is none. SG1005 when verifying finds it damaged. The
   * pack's buffer is the caller's, who frees it when it is stored rather than leave 25 MiB to the garbage collector.
   */
  async seal(): Promise<SealedPack | undefined> {
    const open = this.#open;
    if (!open) return undefined;
    this.#open = undefined;
    this.#fullBytes = this.#options.packBytesTarget;
    const pack = await sealPack(this.#sealer, this.#options.type, open);
    if (this.#options.verify) await verifySealed(this.#reader, pack);
    return pack;
  }

  #putLong(blob: LongBlob): void {
    const { id, storedBytes, uncompressedLength } = blob;
    if (!this.#options.table.claim(this.#options.type, id)) return;
    const open = this.#openPack();
    blob.moveInto(open.room(storedBytes));
    open.append(id, storedBytes, uncompressedLength);
  }

  #openPack(): OpenPack {
    if (!this.#open) {
      const target = this.#options.packBytesTarget;
      // Pages that are never touched cost nothing.
      const bytes = new Uint8Array(target + Math.min(LAST_BLOB_BYTES, LAST_BLOB_TARGETS * target));
      this.#open = new OpenPack(inLargePages(bytes, target));
    }
    return this.#open;
  }
}

async function sealPack(sealer: Sealer, type: BlobType, open: OpenPack): Promise<SealedPack> {
  const { count, end } = open;
  const lengths = new Uint32Array(count);
  for (let i = 0; i < count; i++) lengths[i] = (open.offsets[i + 1] ?? end) - open.offsets[i]!;
  const shell = {
    type,
    ids: open.ids.slice(0, 32 * count),
    offsets: Uint32Array.from(open.offsets),
    lengths,
    uncompressed: Uint32Array.from(open.uncompressed),
  };
  const header = encodeHeader([...packedBlobs(shell)]);
  const headerBytes = header.length + SEAL_OVERHEAD;
  const total = end + headerBytes + PACK_TRAILER_BYTES;
  if (total > PACK_BYTES_MAX && count > 1) {
    throw new SgError("SG1023", `Cannot seal a pack of ${total} bytes: it is too large`);
  }
  open.reserve(headerBytes + PACK_TRAILER_BYTES);
  const bytes = open.bytes.subarray(0, total);
  await sealer.sealAll([...open.pieces(), header], bytes);
  new DataView(bytes.buffer).setUint32(total - PACK_TRAILER_BYTES, headerBytes, true);
  return { ...shell, bytes, id: sha256(bytes) };
}

/** The pack's blobs as records, for headers and index files: made anew, one by one, each time they are gone over. */
export function packedBlobs(
  { type, ids, offsets, lengths, uncompressed }: Omit<SealedPack, "id" | "bytes">,
): Iterable<PackedBlob> {
  return {
    *[Symbol.iterator]() {
      const hex = ids.toHex();
      for (let i = 0; i < offsets.length; i++) {
        yield {
          id: hex.slice(64 * i, 64 * i + 64) as PackedBlob["id"],
          type,
          offset: offsets[i]!,
          length: lengths[i]!,
          uncompressedLength: uncompressed[i]!,
        };
      }
    },
  };
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
