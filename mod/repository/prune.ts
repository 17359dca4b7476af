// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import type { Tree } from "../format/mod.ts";
import { damageOf } from "./index_loader.ts";
import {
  indexLeftWrong,
  listPackSizes,
  removeIfThere,
  rewriteIndexes,
  WAIT_FOR_LOCK_MS,
  writeIndexes,
} from "./index_rewrite.ts";
import { PackBuilder } from "./pack_builder.ts";
import { blobOf, PackGroups } from "./pack_groups.ts";
import { planPrune, type PruneLimits, type PrunePlan, type PruneStats } from "./prune_plan.ts";
import { callOf, eachInParallel, listFiles } from "./repository_files.ts";
import type { Repository } from "./repository.ts";
import type { NamedSnapshot } from "./snapshots.ts";
import { EntrySet, walkTrees } from "./tree_walk.ts";

/** How to prune. */
export interface PruneOptions extends PruneLimits {
  readonly signal?: AbortSignal;
  /** Only say what would be done. */
  readonly dryRun?: boolean;
  readonly onProgress?: (progress: PruneProgress) => void;
}

/** How far it is. */
export interface PruneProgress {
  readonly phase: "index" | "trees" | "repacking" | "removing";
  readonly done: number;
  readonly total: number;
}

/**
 * A half-written file of this age belongs to nobody: its writer would have lost its lock long ago, and the clocks of the
 * machines may differ by some hours.
 */
const TEMPORARY_MS = 24 * 3600 * 1000;

/** Gaps up to this size are read over rather than asked for in two requests, bytes. */
const GAP_BYTES_MAX = 256 * 1024;

/**
 * Removes what no snapshot needs, and what crashed runs left half-written. The caller holds an exclusive lock; the repository is freshly opened, its index not
 * loaded, and must not be used afterwards. Order: new packs, new indexes, old indexes, old packs; so every needed blob is
 * there and listed at any moment, and an interruption leaves at most what the next prune removes.
 *
 * Should the process stand still for so long that its lock counts as stale, others may come in. It notices before the next
 * thing that it changes (SG1018); an index that it removed just then is put back. Only if it stands still within the very
 * call that removes an index, somebody backs up meanwhile, and the process dies when it goes on, an index repair is needed; no data is lost.
 *
 * Nothing is touched (SG1028, SG1005, SG1006, SG1015) when a snapshot, a tree, an index or a needed pack cannot be read,
 * or was not listed each time: what cannot be read may name what must stay.
 */
export async function pruneRepository(
  repository: Repository,
  options: PruneOptions = {},
): Promise<PruneStats> {
  const { signal, onProgress, dryRun } = options;
  const call = callOf(options);
  const snapshots = await repository.listSnapshots(call);
  await repository.loadIndex({
    ...call,
    onProgress: (done, total) => onProgress?.({ phase: "index", done, total }),
  });
  const { table, packs } = repository;
  const used = await findUsedBlobs(repository, snapshots.map(({ snapshot }) => snapshot.tree), {
    ...call,
    onProgress: (done, total) => onProgress?.({ phase: "trees", done, total }),
  });
  const sizes = await listPackSizes(repository, signal);
  const plan = planPrune({ table, packs, used, sizes, version: repository.config.version, limits: options });
  if (dryRun) return plan.stats;
  await assertAllWasListed(repository, snapshots, call);
  repository.spoilIndex();
  // First of all, for they make room.
  await repository.storage.removeTemporaries?.(TEMPORARY_MS, repository.ports.clock.now(), call);
  await new Prune(repository, plan, { used, sizes }, options).run();
  return plan.stats;
}

/**
 * Lists snapshots and indexes again. A list that left one out, for a fault on the way or in the server, would make its
 * data look unneeded; and nobody may add or remove any under our lock. SG1015 when the lists differ, SG1018 when they do
 * because the lock was lost. Only a snapshot may go: one that was stored by somebody whose lock was lost meanwhile, and who
 * takes it back. What it needed stays this time.
 */
async function assertAllWasListed(
  repository: Repository,
  snapshots: readonly NamedSnapshot[],
  call: { readonly signal?: AbortSignal },
): Promise<void> {
  const { storage, indexes } = repository;
  const seen = {
    snapshots: new Set<string>(snapshots.map(({ id }) => id)),
    index: new Set<string>(indexes.files.keys()),
  };
  for (const type of ["snapshots", "index"] as const) {
    const now = new Set((await listFiles(storage, type, call)).map(({ name }) => name));
    const differs = now.symmetricDifference(seen[type]);
    for (const name of differs) {
      await repository.assertHeld();
      if (type === "snapshots" && !now.has(name) && await isGone(repository, name, call)) continue;
      throw new SgError(
        "SG1015",
        `Cannot prune: ${storage.location} listed ${type}/${name} once and once not; nothing was removed`,
        { context: { file: `${type}/${name}` } },
      );
    }
  }
}

async function isGone(
  { storage }: Repository,
  name: string,
  call: { readonly signal?: AbortSignal },
): Promise<boolean> {
  try {
    await storage.stat({ type: "snapshots", name }, call);
    return false;
  } catch (error) {
    if (isSgError(error, "SG1006")) return true;
    throw error;
  }
}

/** First entries of all blobs that the trees need. SG1028, SG1005 when one of them is missing or cannot be read. */
export async function findUsedBlobs(
  repository: Repository,
  roots: Iterable<BlobId>,
  { signal, onProgress }: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (done: number, total: number) => void;
  } = {},
): Promise<EntrySet> {
  const { table } = repository;
  const used = new EntrySet(table.count);
  const add = (id: BlobId, type: "data" | "tree", user: string) => {
    const entry = table.findHex(type, id);
    if (entry < 0) {
      throw new SgError("SG1028", `Cannot go on: ${user} needs ${type} blob ${id}, which no index lists`, {
        context: { blob: id },
      });
    }
    used.add(entry);
  };
  await walkTrees(repository, roots, {
    tree(id: BlobId, { nodes }: Tree) {
      add(id, "tree", `tree ${id}`);
      for (const { type, content, subtree } of nodes) {
        if (type === "dir" && subtree !== undefined) add(subtree, "tree", `tree ${id}`);
        else if (type === "file" && content !== null) {
          for (const blob of content) add(blob, "data", `tree ${id}`);
        } else if (type === "file" || type === "dir") {
          throw new SgError("SG1005", `Cannot go on: tree ${id} has a ${type} without its content`);
        }
      }
    },
    ...(onProgress && { progress: onProgress }),
  }, signal);
  return used;
}

class Prune {
  readonly #repository: Repository;
  readonly #plan: PrunePlan;
  readonly #used: EntrySet;
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #options: PruneOptions;
  readonly #call: { readonly signal?: AbortSignal };
  readonly #removed = new Set<number>();

  constructor(
    repository: Repository,
    plan: PrunePlan,
    { used, sizes }: { readonly used: EntrySet; readonly sizes: ReadonlyMap<string, number> },
    options: PruneOptions,
  ) {
    this.#repository = repository;
    this.#plan = plan;
    this.#used = used;
    this.#sizes = sizes;
    this.#options = options;
    this.#call = callOf(options);
  }

  async run(): Promise<void> {
    const { remove, repack, forget, removeUnlisted } = this.#plan;
    // Packs that no index lists may be another's who has just begun, unless the lock has kept everybody out up to now.
    await this.#repository.assertHeld();
    // These make room at once, and nobody knows them.
    await this.#removeFiles(removeUnlisted, (name) => this.#keepUnlisted(name));
    const unneeded = new Set([...remove, ...forget]);
    if (repack.size + unneeded.size === 0) return;
    try {
      await this.#repack();
    } catch (error) {
      if (!isSgError(error, "SG0200") && !isSgError(error, "SG0178")) throw error;
      // No room for copies: what is not needed at all makes room first.
      if (unneeded.size === 0) throw error;
      await this.#removePacks(unneeded);
      await this.#repack();
    }
    await this.#removePacks(new Set([...unneeded, ...repack]));
  }

  /** Copies the used blobs of the packs to repack into new packs, and lists those. */
  async #repack(): Promise<void> {
    const { repack, remove, forget } = this.#plan;
    const { table, packs, storage } = this.#repository;
    const { signal } = this.#options;
    // Blobs that a pack which stays holds need no copy. What an earlier try copied counts too.
    const kept = new EntrySet(table.count);
    table.eachEntry((entry) => {
      const pack = table.packOf(entry);
      if (!repack.has(pack) && !remove.has(pack) && !forget.has(pack)) kept.add(table.firstOf(entry));
    });
    const builder = new PackBuilder(this.#repository, signal);
    const groups = new PackGroups(table, packs.count);
    let done = 0;
    await eachInParallel(repack, Math.min(2, storage.connections), async (pack) => {
      const wanted: number[] = [];
      for (const entry of groups.entries(pack)) {
        const first = table.firstOf(entry);
        if (this.#used.has(first) && kept.add(first)) wanted.push(entry);
      }
      for (const run of runsOf(this.#repository, wanted)) await this.#copyRun(builder, pack, run);
      this.#progress("repacking", ++done, repack.size);
    });
    await builder.finish();
    await this.#repository.writeIndex(this.#call);
    this.#assertKept(kept);
  }

  /** Copies the blobs of one stretch of a pack; each is verified. */
  async #copyRun(builder: PackBuilder, pack: number, run: readonly number[]): Promise<void> {
    const { table } = this.#repository;
    const { signal } = this.#options;
    const start = table.offsetOf(run[0]!);
    const last = run.at(-1)!;
    const length = table.offsetOf(last) + table.lengthOf(last) - start;
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.#repository.loadRange(pack, start, length, signal);
    } catch (error) {
      if (!damageOf(error)) throw error;
    }
    for (const entry of run) {
      const at = table.offsetOf(entry) - start;
      await this.#copyBlob(builder, entry, bytes?.subarray(at, at + table.lengthOf(entry)));
    }
  }

  async #copyBlob(builder: PackBuilder, entry: number, sealed: Uint8Array | undefined): Promise<void> {
    const { table, reader, config } = this.#repository;
    const blob = blobOf(table, entry);
    let plain: Uint8Array | undefined;
    try {
      plain = sealed && reader.open(blob.type, blob.id, sealed, blob.uncompressedLength);
    } catch (error) {
      if (!damageOf(error)) throw error;
    }
    if (!plain || !sealed) {
      // This copy is damaged; another may be whole. If none is, the error ends the prune before anything is removed.
      const whole = await this.#repository.loadBlob(blob.type, blob.id, this.#options.signal);
      return await builder.addPlain(blob, whole);
    }
    const compress = config.version >= 2 && blob.uncompressedLength === 0 &&
      (blob.type === "tree" || this.#options.repackUncompressed === true);
    await (compress ? builder.addPlain(blob, plain) : builder.add(blob, sealed));
  }

  /** The last look before anything goes: every used blob is in a pack that stays. */
  #assertKept(kept: EntrySet): void {
    const { table } = this.#repository;
    table.eachEntry((entry) => {
      const first = table.firstOf(entry);
      if (this.#used.has(first) && !kept.has(first)) {
        throw new SgError("SG1023", `Cannot prune: blob ${table.idOf(entry)} was not copied`);
      }
    });
  }

  /** Takes the packs out of the indexes, then removes their files. */
  async #removePacks(packs: ReadonlySet<number>): Promise<void> {
    const left = new Set([...packs].filter((pack) => !this.#removed.has(pack)));
    if (left.size === 0) return;
    this.#options.signal?.throwIfAborted();
    const there = [...left].filter((pack) => !this.#plan.forget.has(pack));
    try {
      await rewriteIndexes(this.#repository, { ...this.#call, drop: packs });
      // Whoever comes from here on finds the packs in no index, so their removal may come as late as it likes.
      await this.#repository.assertHeld();
    } catch (error) {
      const lost = await this.#repository.assertHeld().then(() => undefined, (reason) => reason);
      if (isSgError(lost, "SG1018")) await this.#putBack(there, lost);
      throw error;
    }
    await this.#removeFiles(there.map((pack) => this.#repository.packs.id(pack)));
    for (const pack of left) this.#removed.add(pack);
  }

  /**
   * The lock was lost while old indexes were being removed: this process, or its machine, stood still just then. Somebody may
   * have come meanwhile and relied on what they listed, so the packs are listed again: those that are still there, and
   * under a new lock, so that no other prune is at work.
   */
  async #putBack(packs: readonly number[], cause: SgError): Promise<void> {
    const repository = this.#repository;
    try {
      await using _lock = await repository.lock({ retryForMs: WAIT_FOR_LOCK_MS });
      const sizes = await listPackSizes(repository);
      const groups = new PackGroups(repository.table, repository.packs.count);
      const there = packs.values().filter((pack) => sizes.has(repository.packs.id(pack)));
      const listings = there.map((pack) => ({ id: repository.packs.id(pack), blobs: groups.blobs(pack) }));
      await writeIndexes(repository, listings);
    } catch (error) {
      throw indexLeftWrong(cause, error);
    }
  }

  /**
   * A server refuses to remove packs of a backup that sleeps, or was broken off a short while ago. No index lists them, so a
   * later prune removes what is not needed then.
   */
  #keepUnlisted(name: string): void {
    const { stats } = this.#plan;
    stats.unlisted.packs--;
    stats.unlisted.bytes -= this.#sizes.get(name) ?? 0;
    stats.packsKept++;
  }

  async #removeFiles(names: readonly string[], onRefused?: (name: string) => void): Promise<void> {
    let done = 0;
    await eachInParallel(names, this.#repository.storage.connections, async (name) => {
      try {
        await this.#repository.guarded((guard) =>
          removeIfThere(this.#repository, "data", name, { ...this.#call, guard })
        );
      } catch (error) {
        if (onRefused === undefined || !isSgError(error, "SG1045")) throw error;
        onRefused(name);
      }
      this.#progress("removing", ++done, names.length);
    });
  }

  #progress(phase: PruneProgress["phase"], done: number, total: number): void {
    this.#options.onProgress?.({ phase, done, total });
  }
}

/** Splits entries of one pack, in order of place, into stretches worth one request each. */
function runsOf({ table }: Repository, entries: readonly number[]): number[][] {
  const runs: number[][] = [];
  let end = -Infinity;
  for (const entry of entries) {
    if (table.offsetOf(entry) - end > GAP_BYTES_MAX) runs.push([]);
    runs.at(-1)!.push(entry);
    end = table.offsetOf(entry) + table.lengthOf(entry);
  }
  return runs;
}
