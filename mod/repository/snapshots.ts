// Copyright the SpareGrid authors. Apache-2.0.
import { type SnapshotId } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { decodeSnapshot, encodeSnapshot, type Snapshot } from "../format/mod.ts";
import type { StorageCall, StoredFile } from "../storage/mod.ts";
import { damageOf } from "./index_loader.ts";
import type { Repository } from "./repository.ts";
import { callOf, eachInParallel, listFiles, type RepositoryFiles } from "./repository_files.ts";
import type { SnapshotMemory } from "./snapshot_memory.ts";

/** A snapshot with its name. */
export interface NamedSnapshot {
  readonly id: SnapshotId;
  readonly snapshot: Snapshot;
}

/** Which snapshots are meant. All conditions must hold; within one list any may. */
export interface SnapshotFilter {
  readonly hosts?: readonly string[];
  /** Each element: tags that must all be there; an empty element means snapshots without tags. */
  readonly tags?: readonly (readonly string[])[];
  /** Absolute paths that must all be there. */
  readonly paths?: readonly string[];
}

/** How to list snapshots. */
export interface SnapshotListOptions extends StorageCall {
  readonly filter?: SnapshotFilter;
  /** Called for each file that cannot be read, and listing goes on; without it, that is an error. */
  readonly onDamage?: (id: SnapshotId, error: SgError) => void;
}

/** A snapshot that was found by its name, and the folder inside it that was asked for. */
export interface FoundSnapshot extends NamedSnapshot {
  /** Behind the colon of `latest:sub/folder`; empty for the whole. */
  readonly folder: string;
}

/** All snapshots that pass the filter, the oldest first. What `memory` has is not read again. */
export async function listSnapshots(
  files: RepositoryFiles,
  memory: SnapshotMemory | undefined,
  options: SnapshotListOptions = {},
): Promise<NamedSnapshot[]> {
  const { filter = {}, onDamage, ...call } = options;
  const found: NamedSnapshot[] = [];
  const listed = await listFiles(files.storage, "snapshots", call);
  memory?.keepOnly(new Set(listed.map(({ name }) => name)));
  await eachInParallel(
    listed,
    files.storage.connections,
    async (file) => {
      try {
        const named = await readSnapshot(files, memory, file, call);
        if (passesFilter(named.snapshot, filter)) found.push(named);
      } catch (error) {
        // One that was removed since the listing is not damaged.
        if (isSgError(error, "SG1006")) return;
        const damage = damageOf(error);
        if (!damage || !onDamage) throw error;
        onDamage(file.name as SnapshotId, damage);
      }
    },
  );
  return found.sort(byTime);
}

/**
 * The newest of snapshots that are in order of time: the last that none of the others was made from. Where a clock was wrong
 * for a while, the one that it dated years ahead is the parent of those after it, and so not the newest for ever.
 */
export function newestOf<T extends NamedSnapshot>(inOrder: readonly T[]): T | undefined {
  const parents = new Set<string | undefined>(inOrder.map(({ snapshot }) => snapshot.parent));
  return inOrder.findLast(({ id }) => !parents.has(id)) ?? inOrder.at(-1);
}

/**
 * The snapshot that `name` means: `latest` (of those that pass the filter), an ID or the beginning of one, with
 * `:folder` behind it where only that is wanted. SG1010 when none or several fit.
 */
export async function findSnapshot(
  files: RepositoryFiles,
  memory: SnapshotMemory | undefined,
  name: string,
  options: SnapshotListOptions = {},
): Promise<FoundSnapshot> {
  const colon = name.indexOf(":");
  const wanted = colon < 0 ? name : name.slice(0, colon);
  const folder = colon < 0 ? "" : name.slice(colon + 1);
  if (wanted === "latest") {
    // A damaged snapshot must not hide the others; `check` names it.
    const newest = newestOf(await listSnapshots(files, memory, { onDamage: () => {}, ...options }));
    if (!newest) throw notFound(files, wanted, "there is none that fits");
    return { ...newest, folder };
  }
  const fits = (await listFiles(files.storage, "snapshots", options)).filter((file) =>
    file.name.startsWith(wanted)
  );
  if (wanted === "" || fits.length === 0) throw notFound(files, wanted, "there is no such snapshot");
  if (fits.length > 1) throw notFound(files, wanted, "several snapshots begin so");
  return { ...await readSnapshot(files, memory, fits[0]!, options), folder };
}

/** Stores a snapshot whose data is stored. SG1018 when the lock is lost: then there is none. */
export async function saveSnapshot(
  repository: Pick<Repository, "files" | "assertHeld" | "guarded">,
  snapshot: Snapshot,
  call: StorageCall = {},
): Promise<SnapshotId> {
  const { files } = repository;
  await repository.assertHeld();
  const json = encodeSnapshot(snapshot);
  const name = await repository.guarded((guard) => {
    return files.save("snapshots", json, { ...call, guard });
  }) as SnapshotId;
  try {
    await repository.assertHeld();
  } catch (error) {
    // The process stood still in that call. Nobody has been told of the snapshot, and a prune may have taken its data.
    await files.storage.remove({ type: "snapshots", name }).catch(() => {});
    throw error;
  }
  return name;
}

/** Removes snapshots, each guarded; those already gone are no error. Gives how many were removed. */
export async function removeSnapshots(
  repository: Pick<Repository, "files" | "guarded">,
  ids: Iterable<SnapshotId>,
  call: StorageCall = {},
): Promise<number> {
  const { files } = repository;
  let removed = 0;
  await eachInParallel(ids, files.storage.connections, async (name) => {
    try {
      await repository.guarded((guard) =>
        files.storage.remove({ type: "snapshots", name }, { ...call, guard })
      );
      removed++;
    } catch (error) {
      if (!isSgError(error, "SG1006")) throw error;
    }
  });
  return removed;
}

/** True when the snapshot fulfils all conditions. */
export function passesFilter(
  snapshot: Snapshot,
  { hosts = [], tags = [], paths = [] }: SnapshotFilter,
): boolean {
  const has = new Set<string>(snapshot.tags ?? []);
  return (hosts.length === 0 || hosts.includes(snapshot.hostname ?? "")) &&
    (tags.length === 0 || tags.some((group) => groupFits(has, group))) &&
    paths.every((path) => snapshot.paths.includes(path));
}

function groupFits(has: ReadonlySet<string>, group: readonly string[]): boolean {
  const tags = group.filter((tag) => tag !== "");
  return tags.length === 0 ? has.size === 0 : tags.every((tag) => has.has(tag));
}

async function readSnapshot(
  files: RepositoryFiles,
  memory: SnapshotMemory | undefined,
  file: StoredFile,
  call: StorageCall,
): Promise<NamedSnapshot> {
  const id = file.name as SnapshotId;
  const known = memory?.get(id);
  if (known) return known;
  const json = await files.load("snapshots", file, callOf(call));
  const named = { id, snapshot: decodeSnapshot(json, `snapshots/${file.name}`) };
  memory?.put(named, json.length);
  return named;
}

function byTime(a: NamedSnapshot, b: NamedSnapshot): number {
  if (a.snapshot.time !== b.snapshot.time) return a.snapshot.time < b.snapshot.time ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function notFound(files: RepositoryFiles, name: string, why: string): SgError {
  return new SgError(
    "SG1010",
    `Cannot find snapshot ${JSON.stringify(name)} in ${files.storage.location}: ${why}`,
  );
}
