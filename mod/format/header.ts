// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, PACK_HEADER_BYTES_MAX, SEAL_OVERHEAD, toHex } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { BlobType, PackedBlob } from "./types.ts";

/** Bytes of a header entry: of a blob stored as it is, and of a compressed one (with its plain length). */
const PLAIN_ENTRY_BYTES = 1 + 4 + 32;
const COMPRESSED_ENTRY_BYTES = PLAIN_ENTRY_BYTES + 4;
/** Bytes of the longest header entry. */
export const HEADER_ENTRY_BYTES_MAX = COMPRESSED_ENTRY_BYTES;
/** Blobs in one pack that we write, so that its header stays below the limit of any reader. */
export const PACK_BLOBS_MAX = Math.floor((PACK_HEADER_BYTES_MAX - SEAL_OVERHEAD) / HEADER_ENTRY_BYTES_MAX) -
  1;

/** The largest sealed length that the format's 32 bits can say. */
const LENGTH_MAX = 0xffff_ffff;
/** Bytes of the sealed header's length, at a pack's very end. */
export const PACK_TRAILER_BYTES = 4;

const TYPE_CODES: Readonly<Record<BlobType, number>> = { data: 0, tree: 1 };
const COMPRESSED_BIT = 2;

/** Plain length of a blob, bytes, by its sealed length and the plain one that an index notes of compressed blobs, 0 of others. */
export function plainLength(length: number, uncompressedLength: number): number {
  return uncompressedLength > 0 ? uncompressedLength : Math.max(0, length - SEAL_OVERHEAD);
}

/** Bytes that a blob's entry takes in the plain header of its pack. */
export function headerEntryBytes(compressed: boolean): number {
  return compressed ? COMPRESSED_ENTRY_BYTES : PLAIN_ENTRY_BYTES;
}

/** Bytes that the plain header of these blobs takes. */
export function headerBytes(blobs: readonly PackedBlob[]): number {
  let bytes = 0;
  for (const blob of blobs) bytes += headerEntryBytes(blob.uncompressedLength > 0);
  return bytes;
}

/** The plain header of a pack with these blobs, in the order they lie in it (repository-format.md, "Packs"). */
export function encodeHeader(blobs: readonly PackedBlob[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headerBytes(blobs));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { id, type, length, uncompressedLength } of blobs) {
    const compressed = uncompressedLength > 0;
    bytes[at] = TYPE_CODES[type] | (compressed ? COMPRESSED_BIT : 0);
    view.setUint32(at + 1, length, true);
    at += 5;
    if (compressed) {
      view.setUint32(at, uncompressedLength, true);
      at += 4;
    }
    bytes.subarray(at, at + 32).setFromHex(id);
    at += 32;
  }
  return bytes;
}

/** The blobs that a plain header lists; their offsets follow from the lengths. SG1005 for what cannot be a header. */
export function decodeHeader(bytes: Uint8Array): PackedBlob[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blobs: PackedBlob[] = [];
  for (let at = 0, offset = 0; at < bytes.length;) {
    const code = bytes[at]!;
    if (code > 3) throw damagedHeader(`an entry has the unknown type ${code}`);
    const compressed = (code & COMPRESSED_BIT) !== 0;
    const size = headerEntryBytes(compressed);
    if (at + size > bytes.length) throw damagedHeader("its last entry is cut off");
    const length = view.getUint32(at + 1, true);
    const uncompressedLength = compressed ? view.getUint32(at + 5, true) : 0;
    if (length < SEAL_OVERHEAD) throw damagedHeader(`a blob cannot have ${length} bytes`);
    if (compressed && uncompressedLength === 0) {
      throw damagedHeader("a compressed blob says that it is empty");
    }
    const type = (code & 1) === 0 ? "data" : "tree";
    const id = toHex(bytes.subarray(at + size - 32, at + size)) as BlobId;
    blobs.push({ id, type, offset, length, uncompressedLength });
    offset += length;
    if (offset > LENGTH_MAX) throw damagedHeader("its blobs are longer than any pack");
    at += size;
  }
  return blobs;
}

function damagedHeader(why: string): SgError {
  return new SgError("SG1005", `Cannot read the pack's header: ${why}`);
}
