// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, type PackId, systemRandom, toHex } from "../../mod/base/mod.ts";
import { type MasterKey, sha256 } from "../../mod/crypto/mod.ts";
import type { PackedBlob } from "../../mod/format/mod.ts";
import { BlobTable, BlobWriter, type BlobWriterOptions, type SealedPack } from "../../mod/repository/mod.ts";

/** A writer of small packs of data, but for what `options` says. */
export function writerOf(masterKey: MasterKey, options: Partial<BlobWriterOptions> = {}): BlobWriter {
  return new BlobWriter({
    masterKey,
    table: BlobTable.create({ random: systemRandom }),
    type: "data",
    version: 2,
    compression: "auto",
    packBytesTarget: 100_000,
    verify: true,
    ...options,
  }, systemRandom);
}

/** What an index would list of a pack. */
export function blobsOf(pack: SealedPack): PackedBlob[] {
  return Array.from(pack.offsets, (offset, i) => ({
    id: toHex(pack.ids.subarray(32 * i, 32 * i + 32)) as BlobId,
    type: pack.type,
    offset,
    length: pack.lengths[i]!,
    uncompressedLength: pack.uncompressed[i]!,
  }));
}

/** A sealed pack of data with these blobs, and what an index would list of it. */
export async function packOf(
  masterKey: MasterKey,
  contents: readonly Uint8Array[],
): Promise<{ readonly id: PackId; readonly bytes: Uint8Array; readonly blobs: readonly PackedBlob[] }> {
  const writer = writerOf(masterKey);
  for (const plain of contents) writer.put(sha256(plain), plain);
  const pack = (await writer.seal())!;
  return { id: toHex(pack.id) as PackId, bytes: pack.bytes, blobs: blobsOf(pack) };
}
