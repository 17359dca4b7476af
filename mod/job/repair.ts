// Copyright the SpareGrid authors. Apache-2.0.
import { type PackId, type SnapshotId, utf8 } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import type { Fd, FileSystem } from "../platform/mod.ts";
import * as repository from "../repository/mod.ts";
import { listSnapshots } from "./listing.ts";
import type { RunOptions, SnapshotFilter } from "./orders.ts";
import type { Session } from "./session.ts";
import type { SessionRun } from "./session_run.ts";

/** What a repair did, in sentences ready to print. */
export interface RepairReport {
  /** Things that were changed, or would be in a dry run. */
  readonly changed: number;
  readonly notes: readonly string[];
}

const counted = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** Makes the index anew where it does not fit the packs. Nothing that can be read is dropped. */
export async function repairIndex(
  session: Session,
  { readAllPacks }: { readonly readAllPacks: boolean },
  options: RunOptions,
): Promise<RepairReport> {
  await using run = await session.begin({ exclusive: true, freshIndex: true }, options);
  const onProgress = progressOf("reading pack headers", options);
  const report = await repository.repairIndex(run.repository, {
    signal: run.signal,
    readAllPacks,
    onProgress,
  });
  for (const { id, error } of report.unreadablePacks) {
    options.observer.problem({
      code: error.code,
      message: `Cannot read the header of pack ${id}: ${error.message}`,
    });
  }
  const { damagedIndexes, missingPacks, relistedPacks, indexesWritten, indexesRemoved } = report;
  const notes = [
    ...damagedIndexes.map((id) => `Index ${id} could not be read and was replaced`),
    ...missingPacks.map((id) => `Pack ${id} is missing and is no longer listed`),
    ...relistedPacks.map((id) => `Pack ${id} is listed by its own header now`),
    `${counted(indexesWritten, "index file")} written, ${indexesRemoved} removed`,
  ];
  return { changed: indexesWritten + indexesRemoved, notes };
}

/** Copies what can still be read out of damaged packs, keeps their bytes in the working folder, and removes them. */
export async function repairPacks(
  session: Session,
  { ids }: { readonly ids: readonly string[] },
  options: RunOptions,
): Promise<RepairReport> {
  if (ids.length === 0) throw new SgError("SG1008", "Cannot repair packs: none is named");
  await using run = await session.begin({ exclusive: true, freshIndex: true }, options);
  const notes: string[] = [];
  const report = await repository.repairPacks(run.repository, ids as PackId[], {
    signal: run.signal,
    onProgress: progressOf("saving blobs", options),
    onDamagedPack: async (id, bytes) => {
      notes.push(`The damaged pack was copied to ./${await keepCopy(run, id, bytes)}`);
    },
  });
  notes.push(
    `${counted(report.savedBlobs, "blob")} saved`,
    ...report.lostBlobs.map((id) => `Blob ${id} is lost`),
    ...report.removedPacks.map((id) => `Pack ${id} was removed`),
  );
  if (report.lostBlobs.length > 0) notes.push("Next: sparegrid repair snapshots --forget");
  return { changed: report.removedPacks.length, notes };
}

/** Copies of one pack that may lie beside each other. */
const COPIES_MAX = 100;

/** A damaged pack is never thrown away without a copy: somebody may get more out of it. Gives the copy's name. */
async function keepCopy({ ports: { fs } }: SessionRun, id: PackId, bytes: Uint8Array): Promise<string> {
  try {
    const folder = fs.openRoot(".");
    try {
      const { fd, name } = createCopy(fs, folder, id);
      try {
        await fs.writeAtAsync(fd, bytes.slice(), 0);
        await fs.syncAsync(fd);
      } finally {
        fs.close(fd);
      }
      await fs.syncAsync(folder);
      return name;
    } finally {
      fs.close(folder);
    }
  } catch (error) {
    if (!isOsError(error)) throw error;
    const text = `Cannot copy damaged pack ${id} to the working folder: ${error.message}`;
    throw new SgError("SG1012", text, {
      cause: error,
      remedy: "Run the repair again in a folder that can be written.",
    });
  }
}

/** A new file; an earlier copy may hold what is damaged by now, so it is never written over. */
function createCopy(fs: FileSystem, folder: Fd, id: PackId): { readonly fd: Fd; readonly name: string } {
  for (let copy = 0;; copy++) {
    const name = copy === 0 ? `pack-${id}` : `pack-${id}.${copy}`;
    try {
      return { fd: fs.create(folder, utf8(name), 0o600), name };
    } catch (error) {
      if (!isOsError(error, "EEXIST") || copy === COPIES_MAX) throw error;
    }
  }
}

/** Which snapshots to repair. */
export interface RepairSnapshotsOrder {
  /** These; all that pass the filter where empty. */
  readonly ids: readonly string[];
  readonly filter: SnapshotFilter;
  /** Remove the damaged snapshots once their repaired copies are stored. */
  readonly forget: boolean;
  readonly dryRun: boolean;
}

/** Writes new snapshots without what cannot be read. */
export async function repairSnapshots(
  session: Session,
  order: RepairSnapshotsOrder,
  options: RunOptions,
): Promise<RepairReport> {
  await using run = await session.begin({ exclusive: true, freshIndex: true }, options);
  const { signal } = run;
  const { ids, filter, forget, dryRun } = order;
  const named = ids.length === 0 ? [] : await listSnapshots(run, { filter, ids }, { ...options, signal });
  const notes: string[] = [];
  const repaired = await repository.repairSnapshots(run.repository, {
    ...{ signal, filter, forget, dryRun },
    ...(named.length > 0 ? { ids: new Set<SnapshotId>(named.map(({ id }) => id)) } : {}),
    onChange: ({ snapshot, path, change }) => notes.push(`${snapshot.slice(0, 8)} ${path}: ${change}`),
  });
  for (const { id, repaired: copy, removed } of repaired) {
    const fate = copy
      ? `was repaired as ${copy.slice(0, 8)}`
      : dryRun
      ? "would be repaired"
      : "cannot be repaired";
    notes.push(`Snapshot ${id.slice(0, 8)} ${fate}${removed ? " and removed" : ""}`);
  }
  if (repaired.length === 0) notes.push("No snapshot needs repair");
  return { changed: repaired.length, notes };
}

function progressOf(phase: string, { onStart }: RunOptions): (done: number, total: number) => void {
  let filesDone = 0, filesTotal = 0;
  onStart?.(() => ({ phase, filesDone, filesTotal, bytesDone: 0, problems: 0 }));
  return (done, total) => [filesDone, filesTotal] = [done, total];
}
