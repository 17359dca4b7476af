// Copyright the SpareGrid authors. Apache-2.0.
import { toHex } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { hostName, makePath } from "../platform/mod.ts";
import type { Select } from "../restorer/mod.ts";
import { splitPath } from "../source/mod.ts";
import { DrillComparer } from "./drill_comparer.ts";
import { chooseSample, type Sample, type SampledFile, type SampleLimits } from "./drill_sample.ts";
import type { Progress, RestoreOrder, RunOptions, SnapshotFilter } from "./orders.ts";
import { restoreFound } from "./restore.ts";
import { removeScratch } from "./scratch_folder.ts";
import { resolveTree } from "./select.ts";
import type { Session } from "./session.ts";

/** What a drill restores, and where. */
export interface DrillOrder extends Partial<SampleLimits> {
  /** `latest` where left out. */
  readonly snapshot?: string;
  /** Filters for `latest`. */
  readonly filter?: SnapshotFilter;
  /** Absolute path of a folder of the drill's own: whatever is there is removed, before and after. */
  readonly folder: string;
  /** The same seed chooses the same files of a snapshot; drawn where left out. A whole number of 32 bits. */
  readonly seed?: number;
}

/** What came of a drill. */
export interface DrillReport {
  readonly snapshotId: string;
  readonly seed: number;
  /** Files that the sample was drawn from. */
  readonly filesSeen: number;
  readonly filesRestored: number;
  readonly bytesRestored: number;
  /** Restored files that are what the snapshot says. */
  readonly filesVerified: number;
  /** Of these, files on disk that have not changed since: their content is still what was backed up. */
  readonly sourcesCompared: number;
  /** Files that are not what they should be; each was told to the observer. */
  readonly differences: number;
}

/**
 * Proves that a backup can be restored: restores a random sample of a snapshot into a scratch folder, compares every byte with the
 * snapshot's hashes and, where the file on disk is still the one that was backed up, that too. The folder is removed,
 * whatever happens. Differences are told to the observer, SG1048 each; {@link drillFailure} makes the error of a report.
 *
 * @throws {SgError} SG1010 no such snapshot, SG1030 no space for the scratch folder, SG1016 on abort, and what the storage
 * throws.
 */
export async function runDrill(
  session: Session,
  order: DrillOrder,
  options: RunOptions,
): Promise<DrillReport> {
  const seed = order.seed ?? seedFrom(session.ports.random.bytes(4));
  await using run = await session.begin({ exclusive: false, usesIndex: true, usesLanes: true }, options);
  const { signal, ports: { fs } } = run;
  const { observer } = options;
  const found = await resolveTree(run, order.snapshot ?? "latest", { signal, observer }, order.filter);
  let now: Progress = { phase: "choosing", filesDone: 0, bytesDone: 0, problems: 0 };
  options.onStart?.(() => now);
  const sample = await chooseSample(run, found.treeId, { ...order, seed }, observer, (filesDone) => {
    now = { ...now, filesDone };
  });
  removeScratch(fs, order.folder);
  try {
    fs.close(await makePath(fs, order.folder));
    const restoring: RunOptions = { signal, observer, onStart: (progress) => now = { ...progress() } };
    const target: Omit<RestoreOrder, "snapshot"> = { target: order.folder };
    if (sample.files.length > 0) await restoreFound(run, found, target, selectFiles(sample.files), restoring);
    const local = found.snapshot.hostname === hostName();
    using comparer = new DrillComparer(run, order.folder, local ? found.folder : undefined);
    const compared = { filesVerified: 0, sourcesCompared: 0, differences: 0 };
    for (const [i, file] of sample.files.entries()) {
      now = {
        phase: "comparing",
        filesDone: i,
        filesTotal: sample.files.length,
        bytesDone: 0,
        problems: compared.differences,
      };
      const verdict = await comparer.compare(file);
      if (verdict.restored === "same") compared.filesVerified++;
      if (verdict.source === "same") compared.sourcesCompared++;
      for (const message of verdict.differences) {
        compared.differences++;
        observer.problem({ code: "SG1048", path: file.path, message });
      }
    }
    return { ...sumsOf(sample), snapshotId: found.id, seed, ...compared };
  } finally {
    removeScratch(fs, order.folder);
  }
}

/** SG1048 when a drill found a difference. */
export function drillFailure({ differences, filesRestored, seed }: DrillReport): SgError | undefined {
  if (differences === 0) return undefined;
  const message = `The drill found ${differences} differences in ${filesRestored} files (seed ${seed})`;
  return new SgError("SG1048", message, { context: { differences, seed } });
}

function sumsOf({ files, seen }: Sample) {
  const bytesRestored = files.reduce((sum, { node }) => sum + Number(node.size), 0);
  return { filesSeen: seen, filesRestored: files.length, bytesRestored };
}

/** The files and the folders on the way to them. */
function selectFiles(files: readonly SampledFile[]): Select {
  const chosen = new Set<string>();
  const above = new Set<string>();
  for (const { path } of files) {
    chosen.add(toHex(path));
    let folder = "";
    for (const component of splitPath(path).slice(0, -1)) above.add(folder += `2f${toHex(component)}`);
  }
  return (path, isFolder) => {
    const key = toHex(path);
    if (chosen.has(key)) return "yes";
    return isFolder && above.has(key) ? "below" : "no";
  };
}

function seedFrom(bytes: Uint8Array<ArrayBuffer>): number {
  return new DataView(bytes.buffer).getUint32(0);
}
