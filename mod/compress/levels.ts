// Copyright the SpareGrid authors. Apache-2.0.

/** How much work goes into making data smaller: restic's names for it. */
export type CompressionLevel = "off" | "fastest" | "auto" | "max";

/**
 * What the names mean as zstd levels: the one place to change them.
 *
 * - `auto`: 3, zstd's own default and about what restic's "auto" gives.
 * - `max`: 12, about restic's "max"; above it, zstd takes many times as long for a few percent.
 * - `off`: data blobs are stored as they are, and that is the caller's doing. Trees, indexes and snapshots are always
 *   compressed in a repository of version 2, so asking for it nevertheless gives the fastest level.
 */
export const ZSTD_LEVELS: Readonly<Record<CompressionLevel, number>> = {
  off: 1,
  fastest: 1,
  auto: 3,
  max: 12,
};
