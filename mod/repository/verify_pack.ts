// Copyright the SpareGrid authors. Apache-2.0.
import { fromHex, type PackId, SEAL_OVERHEAD, toHex } from "../base/mod.ts";
import { sha256 } from "../crypto/mod.ts";
import type { PackedBlob } from "../format/mod.ts";
import type { BlobReader } from "./blob_reader.ts";
import { decodePackHeader } from "./pack_header.ts";
import type { SealedPack } from "./sealed_pack.ts";

/**
 * Checks a whole pack: its name, its header against what the index lists, and that every blob opens. Says what is
 * wrong, one sentence each; none = intact. Never throws for bad data.
 */
export async function verifyPack(
  reader: BlobReader,
  id: PackId,
  bytes: Uint8Array,
  expected: readonly PackedBlob[],
): Promise<string[]> {
  const findings: string[] = [];
  if (toHex(sha256(bytes)) !== id) findings.push(`pack ${id}: its content does not fit its name`);
  try {
    const found = decodePackHeader(reader.sealer, id, bytes, bytes.length);
    if (!sameBlobs(found, expected)) findings.push(`pack ${id}: its header does not fit the index`);
  } catch (error) {
    findings.push(error instanceof Error ? error.message : String(error));
  }
  for (const type of ["data", "tree"] as const) {
    const blobs = expected.filter((blob) => {
      if (blob.type !== type) return false;
      const inside = blob.length >= SEAL_OVERHEAD && blob.offset + blob.length <= bytes.length;
      if (!inside) findings.push(`pack ${id}: ${type} blob ${blob.id} lies outside the file`);
      return inside;
    });
    for (const finding of await reader.verifyBlobs(type, blobArrays(bytes, blobs))) findings.push(finding);
  }
  return findings;
}

/** True when both list the same blobs at the same places, whatever the order. */
export function sameBlobs(a: readonly PackedBlob[], b: readonly PackedBlob[]): boolean {
  if (a.length !== b.length) return false;
  const byOffset = (x: PackedBlob, y: PackedBlob) => x.offset - y.offset;
  const left = a.toSorted(byOffset);
  const right = b.toSorted(byOffset);
  return left.every((blob, i) => {
    const other = right[i]!;
    return blob.id === other.id && blob.type === other.type && blob.offset === other.offset &&
      blob.length === other.length && blob.uncompressedLength === other.uncompressedLength;
  });
}

function blobArrays(bytes: Uint8Array, blobs: readonly PackedBlob[]): Omit<SealedPack, "type" | "id"> {
  const ids = new Uint8Array(32 * blobs.length);
  blobs.forEach((blob, i) => ids.set(fromHex(blob.id), 32 * i));
  return {
    bytes: bytes as Uint8Array<ArrayBuffer>,
    ids,
    offsets: Uint32Array.from(blobs, (blob) => blob.offset),
    lengths: Uint32Array.from(blobs, (blob) => blob.length),
    uncompressed: Uint32Array.from(blobs, (blob) => blob.uncompressedLength),
  };
}
