// Copyright the SpareGrid authors. Apache-2.0.
import { MIB, type PackId } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { BlobTable } from "./blob_table.ts";
import type { PackList } from "./pack_list.ts";
import { EntrySet } from "./tree_walk.ts";

/** What prune may leave and do. */
export interface PruneLimits {
  /** Unused data that may stay: a share of all data afterwards (percent), or bytes, or any amount. Default 5 percent. */
  readonly maxUnused?: { readonly percent: number } | { readonly bytes: number } | "unlimited";
  /** Bytes of packs to rewrite at most. */
  readonly maxRepackBytes?: number;
  /** Join small packs even when there are few of them. */
  readonly repackSmall?: boolean;
  /** Compress what was stored as it is. */
  readonly repackUncompressed?: boolean;
  /** Rewrite packs of trees only. */
  readonly repackTreesOnly?: boolean;
}

/** How many blobs and bytes. */
export interface BlobCount {
  blobs: number;
  bytes: number;
}

/** What a plan comes to. */
export interface PruneStats {
  readonly used: BlobCount;
  /** Further copies of used blobs. */
  readonly duplicate: BlobCount;
  readonly unused: BlobCount;
  /** Files that no index lists. */
  readonly unlisted: { packs: number; bytes: number };
  /** What is copied to new packs or falls away in doing so. */
  readonly repack: BlobCount & { packs: number };
  /** What falls away in repacking. */
  readonly repackRemove: BlobCount;
  /** What lies in packs that go as a whole. */
  readonly remove: BlobCount & { packs: number };
  /** Unused bytes that stay. */
  unusedAfterBytes: number;
  packsTotal: number;
  packsKept: number;
}

/** What prune will do; packs by number where an index lists them. */
export interface PrunePlan {
  /** Files that no index lists: of no use to anybody. */
  readonly removeUnlisted: readonly PackId[];
  /** Packs without a used blob. */
  readonly remove: ReadonlySet<number>;
  /** Packs whose used blobs move to new packs. */
  readonly repack: ReadonlySet<number>;
  /** Packs that an index lists but that are not there; nothing in them is used. */
  readonly forget: ReadonlySet<number>;
  readonly stats: PruneStats;
}

/** What a plan is made from. */
export interface PruneFacts {
  readonly table: BlobTable;
  readonly packs: PackList;
  /** First entries of the blobs that some snapshot needs. */
  readonly used: EntrySet;
  /** Pack files there are. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Version of the repository; 1 knows no compression. */
  readonly version: number;
  readonly limits: PruneLimits;
}

/** What a pack holds. */
interface PackFacts {
  readonly pack: number;
  usedBytes: number;
  unusedBytes: number;
  usedBlobs: number;
  unusedBlobs: number;
  duplicateBlobs: number;
  /** 1 trees, 2 data, 3 both. */
  types: number;
  uncompressed: boolean;
}

/** Fewer small packs than this are not worth the trouble. */
const SMALL_PACKS_MIN = 10;
/** A pack below this is small, whatever the others are. */
const PACK_BYTES_MIN = 4 * MIB;
const DATA_ONLY = 2;

/**
 * Decides which packs stay, go, or are rewritten. Pure. Of a blob that is stored several times one copy counts as
 * used. SG1006 when a needed pack is missing, SG1005 when one has another size than the index says: nothing must
 * be removed then.
 */
export function planPrune(facts: PruneFacts): PrunePlan {
  const stats = emptyStats();
  const infos = packFacts(facts, stats);
  const sorted = sortPacks(facts, infos, stats);
  const repack = chooseRepack(facts, sorted, stats);
  stats.unusedAfterBytes = stats.unused.bytes + stats.duplicate.bytes - stats.remove.bytes -
    stats.repackRemove.bytes;
  stats.repack.packs = repack.size;
  stats.packsTotal = facts.sizes.size;
  stats.packsKept = stats.packsTotal - repack.size - sorted.remove.size - sorted.unlisted.length;
  return { removeUnlisted: sorted.unlisted, remove: sorted.remove, forget: sorted.forget, repack, stats };
}

/** Counts for every pack what is used in it; decides which copy of a duplicate is the used one. */
function packFacts({ table, packs, used, sizes }: PruneFacts, stats: PruneStats): PackFacts[] {
  const missing = Array.from({ length: packs.count }, (_, pack) => !sizes.has(packs.id(pack)));
  const infos: PackFacts[] = Array.from({ length: packs.count }, (_, pack) => ({
    pack,
    usedBytes: packs.bytes(pack),
    unusedBytes: 0,
    usedBlobs: 0,
    unusedBlobs: 0,
    duplicateBlobs: 0,
    types: 0,
    uncompressed: false,
  }));
  // Copies of each used blob, at its first entry; 255 stands for more.
  const copies = new Uint8Array(table.count);
  table.eachEntry((entry) => {
    infos[table.packOf(entry)]!.usedBytes -= table.lengthOf(entry);
    const first = table.firstOf(entry);
    if (used.has(first) && copies[first]! < 255 && !missing[table.packOf(entry)]) copies[first]!++;
  });
  table.eachEntry((entry) => {
    const info = infos[table.packOf(entry)]!;
    const bytes = table.lengthOf(entry);
    const first = table.firstOf(entry);
    const lost = missing[info.pack]!;
    // A copy in a pack that is not there counts for nothing; it must not be the only one.
    if (lost && used.has(first) && copies[first] === 0) throw missingPack(packs.id(info.pack));
    const count = lost ? 0 : copies[first]!;
    info.types |= table.typeOf(entry) === "tree" ? 1 : DATA_ONLY;
    if (table.uncompressedOf(entry) === 0) info.uncompressed = true;
    if (count === 1) take(info, bytes, stats.used);
    else {
      info.unusedBytes += bytes;
      info.unusedBlobs++;
      if (count > 1) info.duplicateBlobs++;
      addTo(count > 1 ? stats.duplicate : stats.unused, 1, bytes);
    }
  });
  settleDuplicates({ table, infos, copies, missing }, stats);
  return infos;
}

function take(info: PackFacts, bytes: number, count: BlobCount): void {
  info.usedBytes += bytes;
  info.usedBlobs++;
  addTo(count, 1, bytes);
}

/**
 * One copy of each duplicate becomes the used one: where possible in a pack that stays anyway, because it holds other
 * used blobs, or that is nothing but duplicates, as an interrupted prune leaves it; else the last copy.
 */
function settleDuplicates(
  { table, infos, copies, missing }: {
    readonly table: BlobTable;
    readonly infos: PackFacts[];
    readonly copies: Uint8Array;
    readonly missing: readonly boolean[];
  },
  stats: PruneStats,
): void {
  const settled = new EntrySet(table.count);
  const left = copies.slice();
  table.eachEntry((entry) => {
    const first = table.firstOf(entry);
    if (copies[first]! < 2 || settled.has(first)) return;
    const info = infos[table.packOf(entry)]!;
    if (missing[info.pack]) return;
    const last = left[first] === 1;
    if (left[first]! > 1) left[first]!--;
    if (info.usedBlobs === 0 && info.duplicateBlobs !== info.unusedBlobs && !last) return;
    const bytes = table.lengthOf(entry);
    settled.add(first);
    info.unusedBytes -= bytes;
    info.unusedBlobs--;
    info.duplicateBlobs--;
    addTo(stats.duplicate, -1, -bytes);
    take(info, bytes, stats.used);
  });
}

/** Packs sorted by what may be done with them. */
interface SortedPacks {
  readonly unlisted: PackId[];
  readonly remove: Set<number>;
  readonly forget: Set<number>;
  readonly candidates: PackFacts[];
  readonly small: PackFacts[];
  readonly smallBytes: number;
}

function sortPacks(
  { packs, sizes, version, limits }: PruneFacts,
  infos: PackFacts[],
  stats: PruneStats,
): SortedPacks {
  const smallBytes = smallPackBytes(infos);
  const sorted: SortedPacks = {
    unlisted: [],
    remove: new Set(),
    forget: new Set(),
    candidates: [],
    small: [],
    smallBytes,
  };
  for (const [name, size] of sizes) {
    const number = packs.find(name as PackId);
    if (number >= 0 && packs.blobs(number) > 0) continue;
    sorted.unlisted.push(name as PackId);
    stats.unlisted.packs++;
    stats.unlisted.bytes += size;
  }
  for (const info of infos) {
    if (packs.blobs(info.pack) === 0) continue;
    const id = packs.id(info.pack);
    const size = sizes.get(id);
    if (info.usedBlobs === 0) {
      if (size === undefined) sorted.forget.add(info.pack);
      else {
        sorted.remove.add(info.pack);
        stats.remove.packs++;
      }
      addTo(stats.remove, info.unusedBlobs, info.unusedBytes);
      continue;
    }
    assertPack(id, size, packs.bytes(info.pack));
    const mustCompress = version >= 2 && info.uncompressed &&
      (info.types !== DATA_ONLY || !!limits.repackUncompressed);
    if (limits.repackTreesOnly && info.types === DATA_ONLY) continue;
    if (info.unusedBlobs > 0 || info.types === 3 || mustCompress) sorted.candidates.push(info);
    else if (size! < smallBytes) sorted.small.push(info);
  }
  return sorted;
}

/** A needed pack must be there and whole, or nothing at all is removed. */
function assertPack(id: PackId, size: number | undefined, expected: number): void {
  if (size === undefined) throw missingPack(id);
  if (size === expected) return;
  throw new SgError("SG1005", `Cannot prune: pack ${id} has ${size} bytes where the index says ${expected}`, {
    context: { pack: id },
  });
}

function missingPack(id: PackId): SgError {
  return new SgError("SG1006", `Cannot prune: pack ${id} is needed but missing`, { context: { pack: id } });
}

/** Packs below four fifths of the smallest usual size count as small (restic's rule: the third percentile). */
function smallPackBytes(infos: readonly PackFacts[]): number {
  const sizes = infos.map(({ usedBytes, unusedBytes }) => usedBytes + unusedBytes).sort((a, b) => a - b);
  return Math.max(PACK_BYTES_MIN, sizes[Math.floor(sizes.length * 3 / 100)] ?? 0) * 4 / 5;
}

function chooseRepack({ limits, version }: PruneFacts, sorted: SortedPacks, stats: PruneStats): Set<number> {
  const { maxRepackBytes = Infinity, repackSmall = false, repackUncompressed = false } = limits;
  // Data and trees never share a pack: a small one with nothing of its kind to join stays what it is.
  const perKind = [0, 0, 0, 0];
  for (const { types } of [...sorted.small, ...sorted.candidates]) {
    for (const kind of [1, DATA_ONLY]) if (types & kind) perKind[kind]!++;
  }
  const joinable = sorted.small.filter(({ types }) => perKind[types]! > 1);
  const small = repackSmall || sorted.small.length >= SMALL_PACKS_MIN;
  const candidates = small ? [...sorted.candidates, ...joinable] : sorted.candidates;
  const isSmall = (info: PackFacts) => info.usedBytes + info.unusedBytes < sorted.smallBytes;
  const rank = (info: PackFacts) => info.types !== DATA_ONLY ? 0 : isSmall(info) ? 1 : 2;
  candidates.sort((a, b) => rank(a) - rank(b) || b.unusedBytes * a.usedBytes - a.unusedBytes * b.usedBytes);
  const unusedMax = unusedBytesMax(limits, stats.used.bytes);
  const repack = new Set<number>();
  for (const info of candidates) {
    const bytes = info.usedBytes + info.unusedBytes;
    if (stats.repack.bytes + bytes >= maxRepackBytes) continue;
    const unused = stats.unused.bytes + stats.duplicate.bytes - stats.remove.bytes - stats.repackRemove.bytes;
    const mustCompress = version >= 2 && info.uncompressed && repackUncompressed;
    if (info.types === DATA_ONLY && !mustCompress && unused <= unusedMax && !isSmall(info)) continue;
    repack.add(info.pack);
    addTo(stats.repack, info.usedBlobs + info.unusedBlobs, bytes);
    addTo(stats.repackRemove, info.unusedBlobs, info.unusedBytes);
  }
  return repack;
}

function unusedBytesMax({ maxUnused = { percent: 5 } }: PruneLimits, usedBytes: number): number {
  if (maxUnused === "unlimited") return Infinity;
  if ("bytes" in maxUnused) return maxUnused.bytes;
  if (maxUnused.percent >= 100) return Infinity;
  return usedBytes * maxUnused.percent / (100 - maxUnused.percent);
}

function addTo(count: BlobCount, blobs: number, bytes: number): void {
  count.blobs += blobs;
  count.bytes += bytes;
}

function emptyStats(): PruneStats {
  const none = () => ({ blobs: 0, bytes: 0 });
  return {
    used: none(),
    duplicate: none(),
    unused: none(),
    unlisted: { packs: 0, bytes: 0 },
    repack: { ...none(), packs: 0 },
    repackRemove: none(),
    remove: { ...none(), packs: 0 },
    unusedAfterBytes: 0,
    packsTotal: 0,
    packsKept: 0,
  };
}
