// Copyright the SpareGrid authors. Apache-2.0.
// What a run of each kind does in the session of its repository.
import { SgError } from "../errors/mod.ts";
import {
  drillFailure,
  type KeepPolicy,
  runBackup,
  runCheck,
  runDrill,
  runForget,
  type RunOptions,
  runPrune,
  runRestore,
  type Session,
} from "../job/mod.ts";
import { hostName } from "../platform/mod.ts";
import { literally } from "./literal_pattern.ts";
import type { BackupSet, Run, RunKind, RunReport, SetKeep } from "./records.ts";
import { removeRepository } from "./repository_removal.ts";

/** What came of a run that got to its end. */
export interface Outcome {
  readonly report: RunReport;
  readonly snapshotId?: string;
  /** Entries were left out (incomplete), or what was found is a failure. */
  readonly error?: SgError;
  readonly incomplete?: boolean;
}

/** What a task works with. */
export interface Task {
  readonly run: Run;
  readonly set: BackupSet;
  readonly session: Session;
  readonly options: RunOptions;
  /** Scratch folder of a drill, made and removed by it. */
  readonly drillFolder: string;
}

const TASKS: Readonly<Record<Exclude<RunKind, "scrub">, (task: Task) => Promise<Outcome>>> = {
  backup,
  restore,
  check,
  prune,
  forget,
  drill,
};

/** Does what a run is for. Throws what its engine throws. */
export async function performTask(task: Task): Promise<Outcome> {
  const { kind } = task.run;
  if (kind === "scrub") throw new SgError("SG1023", "A scrub is a run of the server role");
  return await TASKS[kind](task);
}

async function drill({ session, options, drillFolder }: Task): Promise<Outcome> {
  const report = await runDrill(session, { folder: drillFolder }, options);
  const { snapshotId, filesSeen, filesRestored, filesVerified, bytesRestored, differences } = report;
  const error = drillFailure(report);
  return {
    report: {
      ...{ filesSeen, filesRestored, filesVerified, bytesWritten: bytesRestored, problems: differences },
      snapshot: snapshotId,
    },
    ...(error && { error }),
  };
}

async function backup({ run, set, session, options }: Task): Promise<Outcome> {
  const { patterns, patternsIgnoringCase, ifPresent, caches, largerThan, oneFileSystem } = set.excludes;
  const { summary, snapshotId, problems, complete } = await runBackup(session, {
    paths: set.sources,
    excludes: {
      ...{ patterns, patternsIgnoringCase, ifPresent, caches, oneFileSystem },
      ...(typeof largerThan === "number" ? { largerThan } : {}),
    },
    tags: set.options.tags,
    full: run.order.full ?? false,
    skipIfUnchanged: set.options.skipIfUnchanged,
  }, options);
  const report = {
    filesNew: summary.filesNew,
    filesChanged: summary.filesChanged,
    filesUnmodified: summary.filesUnmodified,
    foldersNew: summary.dirsNew,
    foldersChanged: summary.dirsChanged,
    foldersUnmodified: summary.dirsUnmodified,
    filesStored: summary.filesNew + summary.filesChanged,
    bytesAdded: summary.dataAdded,
    bytesStored: summary.dataAddedPacked,
    filesTotal: summary.totalFilesProcessed,
    bytesTotal: summary.totalBytesProcessed,
    snapshotMade: snapshotId !== undefined,
  };
  return {
    report,
    ...(snapshotId === undefined ? {} : { snapshotId }),
    ...(complete ? {} : leftOut("back up", problems)),
  };
}

async function restore({ run, session, options }: Task): Promise<Outcome> {
  const { snapshot = "latest", paths, target, overwrite, verify, dryRun } = run.order;
  const { snapshotId, problems, complete, ...report } = await runRestore(session, {
    snapshot,
    ...(target === undefined ? {} : { target }),
    ...(paths === undefined ? {} : { includes: paths.map((path) => literally(Uint8Array.fromBase64(path))) }),
    ...(overwrite === undefined ? {} : { overwrite }),
    ...{ verify: verify ?? false, dryRun: dryRun ?? false },
  }, options);
  return { report: { ...report }, snapshotId, ...(complete ? {} : leftOut("restore", problems)) };
}

async function check({ run, session, options }: Task): Promise<Outcome> {
  const { findings: _, ...report } = await runCheck(
    session,
    run.order.full ? { readData: true } : {},
    options,
  );
  if (report.errors === 0) return { report };
  const error = new SgError(
    "SG1033",
    `The check of ${session.repository.storage.location} found ${report.errors} errors`,
  );
  return { report, error };
}

async function prune({ session, options }: Task): Promise<Outcome> {
  return { report: { ...await runPrune(session, {}, options) } };
}

async function forget({ run, set, session, options }: Task): Promise<Outcome> {
  if (run.order.removeRepository) return { report: await removeRepository(session, options) };
  const { keep } = set.options;
  if (!keep) {
    throw new SgError("SG1040", `Cannot forget snapshots of ${set.name}: the set has no keep rules`, {
      context: { field: "options.keep" },
    });
  }
  const { groups, removed } = await runForget(session, {
    ...{ policy: policyOf(keep), groupBy: ["host", "paths"], ids: [], dryRun: false, allowRemoveAll: false },
    filter: { hosts: [hostName()] },
  }, options);
  const kept = groups.reduce((sum, group) => sum + group.keep.length, 0);
  return { report: { snapshotsRemoved: removed.length, snapshotsKept: kept } };
}

const HOUR_MS = 3_600_000;

/** Keep rules as the engine counts them. */
export function policyOf({ within, ...counts }: SetKeep): KeepPolicy {
  const rules = Object.entries(counts).filter(([, count]) => typeof count === "number");
  const hours = Math.ceil((within ?? 0) / HOUR_MS);
  return {
    ...Object.fromEntries(rules),
    ...(hours === 0
      ? {}
      : { within: { years: 0, months: 0, days: Math.floor(hours / 24), hours: hours % 24 } }),
  };
}

function leftOut(what: string, problems: number): Pick<Outcome, "error" | "incomplete"> {
  const error = new SgError(
    "SG1022",
    `Could not ${what} ${problems} ${problems === 1 ? "entry" : "entries"}`,
    {
      remedy: "See the run's problems, mend what is named and run again.",
    },
  );
  return { incomplete: true, error };
}
