// Copyright the SpareGrid authors. Apache-2.0.
import {
  type ArchiveProgress,
  Archiver,
  type ArchiveResult,
  type ArchiverNeeds,
  FolderDigests,
  LooksAhead,
  type OwnerNames,
} from "../archiver/mod.ts";
import { type Instant, toHex, utf8, utf8Text } from "../base/mod.ts";
import { isSgError, type SgCode, SgError } from "../errors/mod.ts";
import type { Snapshot, SnapshotSummary } from "../format/mod.ts";
import { currentUser, groupName, hostName, runCommand, userName, workingFolder } from "../platform/mod.ts";
import { type NamedSnapshot, newestOf, type SavedCounts } from "../repository/mod.ts";
import { absolutePath, cleanComponents, ExcludeRules, joinPath, type Source } from "../source/mod.ts";
import { fileLanes } from "./file_lanes.ts";
import { JournalFile } from "./journal_file.ts";
import type { BackupOrder, BackupReport, RunOptions } from "./orders.ts";
import { PROGRAM_VERSION } from "./program_version.ts";
import type { Session } from "./session.ts";
import type { Ports } from "./session_options.ts";
import type { SessionRun } from "./session_run.ts";
import { BackupTarget } from "./backup_target.ts";
import { DigestFile } from "./digest_file.ts";

const OWNERS: OwnerNames = { user: userName, group: groupName };

/** What one backup is about: whose files, which paths. The same set compares with its last snapshot. */
interface BackupSet {
  readonly hostname: string;
  /** As the snapshot shows them. */
  readonly paths: readonly string[];
}

/**
 * Backs up: takes a shared lock, compares with the parent snapshot, stores what is new, and last of all the snapshot.
 * Entries that cannot be read are told to the observer and make the report incomplete.
 *
 * @throws {SgError} SG1009 when no path exists, SG1016 when the signal aborts (what was stored is kept and found again
 * by the next run), SG1003 locked, SG1018 lock lost, SG1027 command failed, SG0145 and SG0147 in place of
 * SG0134 and SG0136, and what else the storage throws.
 */
export async function runBackup(
  session: Session,
  order: BackupOrder,
  options: RunOptions,
): Promise<BackupReport> {
  const start = session.ports.clock.now();
  // A snapshot bears the time of the first look at what it shows.
  const time = order.time ?? (order.ahead?.fresh ? order.ahead.since : start);
  const attempt = async (digested: boolean) => {
    await using run = await session.begin({ exclusive: false, stores: true, usesIndex: true }, options);
    const parts = { ...options, signal: run.signal, start, time, digested };
    return await run.explain(() => backUpUnderLock(run, order, parts));
  };
  try {
    try {
      return await attempt(true);
    } catch (error) {
      if (!(error instanceof Misled)) throw error;
      options.observer.note(`${error.message}. Comparing with the parent snapshot anew`);
      return await attempt(false);
    }
  } catch (error) {
    throw duringBackup(error);
  }
}

/**
 * Begins to look at the folders of an order, for its run, which gets this with the order: to be called before a repository is
 * opened. Undefined where there is nothing to look at.
 *
 * @throws {SgError} SG1008 for a malformed rule.
 */
export function lookAhead(
  ports: Pick<Ports, "fs" | "clock">,
  order: BackupOrder,
): LooksAhead | undefined {
  if (order.stdin || order.command) return undefined;
  return new LooksAhead({
    ...ports,
    owners: OWNERS,
    paths: order.paths.map(absoluteSource),
    rules: new ExcludeRules(order.excludes),
    withAtime: order.withAtime ?? false,
  });
}

/** A tree could not be read that a folder digest had made needless until then: without digests the folder is saved anew. */
class Misled extends Error {}

/** A server that is not found or reached has a code of its own while a backup runs. */
const DURING_BACKUP: Readonly<Partial<Record<SgCode, SgCode>>> = { SG0134: "SG0145", SG0136: "SG0147" };

function duringBackup(error: unknown): unknown {
  const code = isSgError(error) ? DURING_BACKUP[error.code] : undefined;
  if (code === undefined || !isSgError(error)) return error;
  return new SgError(code, error.message, { cause: error, context: error.context });
}

async function backUpUnderLock(
  session: SessionRun,
  order: BackupOrder,
  run: RunOptions & { readonly start: Instant; readonly time: Instant; readonly digested: boolean },
): Promise<BackupReport> {
  const { start, time } = run;
  const source = sourceOf(order, run);
  const set: BackupSet = { hostname: order.hostname ?? hostName(), paths: shownPaths(source) };
  const parent = await findParent(session, order, set, run.signal);
  const watched = run.onStart !== undefined;
  // With nothing to compare with, all that is left to do ahead is to count, for whoever watches.
  if (!parent && watched) order.ahead?.onlyCount();
  else if (!parent) order.ahead?.stop();
  await session.loadIndex();

  using journal = await openJournal(session, order, set);
  const digestFile = digestFileOf(session, order, set);
  const known = run.digested ? await digestFile?.load(listedIndexes(session)) : undefined;
  const digests = known ?? (digestFile && new FolderDigests());
  using target = new BackupTarget(session, { dryRun: order.dryRun ?? false, signal: run.signal });
  const archiver = new Archiver(
    session.ports,
    needsOf(session, target, { journal, digests, ahead: order.ahead }),
    archiverOptions(order, parent, watched),
    run.observer,
  );
  run.onStart?.(storedProgress(archiver, target));
  const result = await archiver.run(source, new ExcludeRules(order.excludes), run.signal).catch((error) => {
    throw digests?.misled ? new Misled((error as Error).message, { cause: error }) : error;
  });
  const summary = summaryOf(result, target.saved, start, session.ports.clock.now());
  const report = { tree: result.tree, summary, problems: result.problems, complete: result.complete };
  const parentField = parent ? { parent: parent.id } : {};
  if (order.dryRun) return { ...report, ...parentField };
  if (digestFile && digests) await digestFile.save(digests, listedIndexes(session));
  if (order.skipIfUnchanged && parent?.snapshot.tree === result.tree) {
    // The parent stands for this backup, so it must not have been removed meanwhile.
    await session.repository.assertHeld();
    await journal?.remove();
    return { ...report, ...parentField };
  }
  // From here on the work is done: an interruption no longer throws it away.
  const snapshot = snapshotOf(order, set, parent, result, { time, summary });
  const snapshotId = await session.repository.saveSnapshot(snapshot);
  await journal?.remove();
  return { ...report, ...parentField, snapshotId };
}

function sourceOf(order: BackupOrder, { signal }: RunOptions): Source {
  if (order.command) {
    const { name, argv } = order.command;
    const { stdout, status } = runCommand(argv, { signal });
    const finished = status.then(({ success, code, signal: killedBy }) => {
      if (success) return;
      const how = killedBy === undefined ? `it ended with status ${code}` : `it was ended by ${killedBy}`;
      throw new SgError("SG1027", `Cannot back up the output of ${argv[0]}: ${how}`);
    });
    // Whoever reads the stream to its end asks for it; until then it must not count as unhandled.
    finished.catch(() => {});
    return { kind: "stream", name: utf8(name), stream: stdout, finished };
  }
  if (order.stdin) return { kind: "stream", name: utf8(order.stdin.name), stream: order.stdin.stream };
  if (order.paths.length === 0) throw new SgError("SG1008", "Cannot back up: no path was given");
  return { kind: "files", paths: order.paths.map(absoluteSource) };
}

/** A path as typed, made absolute against the working folder; its bytes are kept. */
export function absoluteSource(path: string | Uint8Array): Uint8Array {
  const bytes = typeof path === "string" ? utf8(path) : path;
  const whole = bytes[0] === 0x2f ? bytes : joinPath(workingFolder(), bytes);
  return absolutePath(cleanComponents(whole));
}

function shownPaths(source: Source): string[] {
  if (source.kind === "stream") return [utf8Text(absolutePath(cleanComponents(source.name)))];
  return [...new Set(source.paths.map(utf8Text))].sort();
}

/** How far a backup is: what waits to go over a slow link is not done. It never goes back. */
function storedProgress(archiver: Archiver, target: BackupTarget): () => ArchiveProgress {
  let bytesDone = 0;
  return () => {
    const { progress } = archiver;
    bytesDone = Math.max(bytesDone, progress.bytesDone - target.bytesUnderWay);
    return { ...progress, bytesDone };
  };
}

/** The snapshot to compare with: the one asked for, or the latest of the same host and paths. */
async function findParent(
  session: SessionRun,
  order: BackupOrder,
  set: BackupSet,
  signal: AbortSignal,
): Promise<NamedSnapshot | undefined> {
  const { repository } = session;
  if (order.parent !== undefined) return await repository.findSnapshot(order.parent, { signal });
  const before = order.time;
  const all = await repository.listSnapshots({
    signal,
    filter: { hosts: [set.hostname] },
    onDamage: () => {},
  });
  return newestOf(
    all.filter(({ snapshot }) =>
      (before === undefined || snapshot.time <= before) && samePaths(snapshot.paths, set.paths)
    ),
  );
}

function samePaths(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.toSorted().every((path, at) => path === b[at]);
}

function archiverOptions(order: BackupOrder, parent: NamedSnapshot | undefined, watched: boolean) {
  const before = parent?.snapshot.summary;
  return {
    ...(parent ? { parentTree: parent.snapshot.tree } : {}),
    ...(before ? { expected: { files: before.totalFilesProcessed, bytes: before.totalBytesProcessed } } : {}),
    full: order.full ?? false,
    withAtime: order.withAtime ?? false,
    ignoreInode: order.ignoreInode ?? false,
    ignoreCtime: order.ignoreCtime ?? false,
    estimate: watched && before === undefined,
  };
}

function needsOf(
  session: SessionRun,
  target: BackupTarget,
  { journal, digests, ahead }: {
    readonly journal: JournalFile | undefined;
    readonly digests: FolderDigests | undefined;
    readonly ahead: LooksAhead | undefined;
  },
): ArchiverNeeds {
  const { repository } = session;
  return {
    loadTree: (id, signal) => repository.loadTree(id, signal),
    hasBlob: (type, id) => repository.table.findHex(type, id) >= 0,
    saveTree: (bytes) => target.saveTree(bytes),
    beginTree: () => target.beginTree(),
    lanes: fileLanes(target.lanes, (packs) => target.savePacks(packs)),
    checkpoint: () => target.checkpoint(),
    ...(journal ? { journal } : {}),
    ...(digests ? { digests } : {}),
    ...(ahead ? { ahead } : {}),
    owners: OWNERS,
  };
}

/** The resume journal of this set. Streams cannot be resumed, and a dry run stores nothing. */
async function openJournal(
  session: SessionRun,
  order: BackupOrder,
  set: BackupSet,
): Promise<JournalFile | undefined> {
  const { cacheFolder } = session.options;
  if (cacheFolder === undefined || order.dryRun || order.stdin || order.command) return undefined;
  const name = cacheName(session, "journal", set);
  return await JournalFile.open(session.ports.fs, cacheFolder, name, session.repository.files.sealer);
}

/** The folder digests of this set. A stream has no folders. */
function digestFileOf(session: SessionRun, order: BackupOrder, set: BackupSet): DigestFile | undefined {
  const { cacheFolder } = session.options;
  if (cacheFolder === undefined || order.stdin || order.command) return undefined;
  const { sealer } = session.repository.files;
  return new DigestFile({ ...session.ports, cacheFolder, name: cacheName(session, "digests", set), sealer });
}

/** A keyed hash: the cache folder tells nobody what is backed up. */
function cacheName({ repository }: SessionRun, purpose: string, set: BackupSet): string {
  return toHex(repository.secret(JSON.stringify([purpose, repository.id, set])));
}

/** The index files that list all that is stored. */
function listedIndexes({ repository }: SessionRun): ReadonlySet<string> {
  return new Set(repository.indexes.files.keys());
}

function summaryOf(
  { counts }: ArchiveResult,
  saved: SavedCounts,
  backupStart: Instant,
  backupEnd: Instant,
): SnapshotSummary {
  const { filesNew, filesChanged, filesUnmodified, dirsNew, dirsChanged, dirsUnmodified } = counts;
  return {
    ...{
      backupStart,
      backupEnd,
      filesNew,
      filesChanged,
      filesUnmodified,
      dirsNew,
      dirsChanged,
      dirsUnmodified,
    },
    dataBlobs: saved.dataBlobs,
    treeBlobs: saved.treeBlobs,
    dataAdded: saved.dataBytes + saved.treeBytes,
    dataAddedPacked: saved.packedBytes,
    totalFilesProcessed: counts.files,
    totalBytesProcessed: counts.bytes,
  };
}

function snapshotOf(
  order: BackupOrder,
  { hostname, paths }: BackupSet,
  parent: NamedSnapshot | undefined,
  { tree }: ArchiveResult,
  { time, summary }: { readonly time: Instant; readonly summary: SnapshotSummary },
): Snapshot {
  const { name: username, uid, gid } = currentUser();
  const excludes = [...order.excludes?.patterns ?? [], ...order.excludes?.patternsIgnoringCase ?? []];
  return {
    time,
    ...(parent ? { parent: parent.id } : {}),
    ...{ tree, paths, hostname, username, uid, gid },
    ...(excludes.length > 0 ? { excludes } : {}),
    ...(order.tags && order.tags.length > 0 ? { tags: order.tags } : {}),
    programVersion: PROGRAM_VERSION,
    summary,
  };
}
