// Copyright the SpareGrid authors. Apache-2.0.
import { plainLength } from "../format/mod.ts";
import type { SealedPack } from "./sealed_pack.ts";

/** What a run has stored, or would store. Bytes. */
export interface SavedCounts {
  dataBlobs: number;
  treeBlobs: number;
  /** Plain bytes of new blobs. */
  dataBytes: number;
  treeBytes: number;
  /** Bytes of the packs. */
  packedBytes: number;
  packs: number;
}

/** Counts before anything was stored. */
export function noCounts(): SavedCounts {
  return { dataBlobs: 0, treeBlobs: 0, dataBytes: 0, treeBytes: 0, packedBytes: 0, packs: 0 };
}

/** Counts a pack of `size` bytes. */
export function countPack(
  counts: SavedCounts,
  { type, lengths, uncompressed }: Pick<SealedPack, "type" | "lengths" | "uncompressed">,
  size: number,
): void {
  const plain = lengths.reduce((sum, length, i) => sum + plainLength(length, uncompressed[i]!), 0);
  counts[type === "data" ? "dataBlobs" : "treeBlobs"] += lengths.length;
  counts[type === "data" ? "dataBytes" : "treeBytes"] += plain;
  counts.packedBytes += size;
  counts.packs++;
}
