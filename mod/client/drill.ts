// Copyright the SpareGrid authors. Apache-2.0.
import { type Random, randomBelow } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import {
  type ListedEntry,
  listEntries,
  type Progress,
  type RunOptions,
  runRestore,
  type Session,
} from "../job/mod.ts";
import { type FileSystem, makePath } from "../platform/mod.ts";
import type { RunReport } from "./records.ts";
import { literally } from "./literal_pattern.ts";
import { removeScratch } from "./scratch_folder.ts";

/** Where a drill restores to, and how it chooses. */
export interface DrillPlace {
  readonly fs: FileSystem;
  readonly random: Random;
  /** Scratch folder of this run, made and removed by it. */
  readonly folder: string;
  /** Files that are restored; {@link FILES} where left out. */
  readonly files?: number;
}

const FILES = 50;
/** Larger files are left out of the sample, bytes: a drill shall not fill the drive. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Restores a random sample of the latest snapshot into a scratch folder, reads it back and compares. SG1048 when something
 * is not what the snapshot says, SG1010 when there is no snapshot.
 */
export async function runDrill(session: Session, place: DrillPlace, options: RunOptions): Promise<RunReport> {
  const { sample, seen } = await chooseSample(session, place, options);
  if (sample.length === 0) return { filesSeen: seen, filesRestored: 0, filesVerified: 0, bytesWritten: 0 };
  removeScratch(place.fs, place.folder);
  try {
    place.fs.close(await makePath(place.fs, place.folder));
    const report = await runRestore(session, {
      ...{ snapshot: "latest", target: place.folder, verify: true },
      includes: sample.map(({ path }) => literally(path)),
    }, options);
    const { filesRestored, filesVerified, bytesWritten, problems, snapshotId } = report;
    // Owners and the like may be out of reach for the drill's user; contents are what it proves.
    if (filesVerified < sample.length) {
      const failed = sample.length - filesVerified;
      throw new SgError(
        "SG1048",
        `The drill could not restore ${failed} of ${sample.length} files as they were`,
      );
    }
    return { filesSeen: seen, filesRestored, filesVerified, bytesWritten, problems, snapshot: snapshotId };
  } finally {
    removeScratch(place.fs, place.folder);
  }
}

/** Files by chance, each as likely as the others. */
async function chooseSample(
  session: Session,
  { random, files = FILES }: DrillPlace,
  options: RunOptions,
): Promise<{ readonly sample: readonly ListedEntry[]; readonly seen: number }> {
  const sample: ListedEntry[] = [];
  let seen = 0;
  options.onStart?.((): Progress => ({ phase: "choosing", filesDone: seen, bytesDone: 0, problems: 0 }));
  const order = { snapshot: "latest", paths: [], recursive: true, filter: {} };
  for await (const entry of listEntries(session, order, options)) {
    if (entry.node.type !== "file" || entry.node.size > FILE_BYTES_MAX) continue;
    seen++;
    if (sample.length < files) sample.push(entry);
    else {
      const at = randomBelow(random, seen);
      if (at < files) sample[at] = entry;
    }
  }
  return { sample, seen };
}
