// Copyright the SpareGrid authors. Apache-2.0.
// Orders of runs, proved before anything is written down.
import type { RunDraft } from "../catalog/mod.ts";
import { SgError } from "../errors/mod.ts";
import { notFound, pathOf, refused, shown } from "./fields.ts";
import type { BackupSet, RestoreStart, RunDetails, StartOrder } from "./records.ts";

const PATHS_MAX = 10_000;
const OVERWRITES = ["always", "if-changed", "if-newer", "never"];

/** The runs that an order means: one for each destination. SG1036, SG1040, SG0292. */
export function startDrafts(set: BackupSet, order: StartOrder, now: number): RunDraft[] {
  assertThere(set);
  if (order.kind === "backup" && set.paused) throw refused("set", `${set.name} is paused; resume it first`);
  if (order.kind === "forget" && !set.options.keep) throw refused("set", `${set.name} has no keep rules`);
  const details: RunDetails = order.full ? { full: true } : {};
  const all = order.kind === "backup" && order.destination === undefined;
  const destinations = all
    ? set.destinations.map(({ destinationId }) => destinationId)
    : [destinationOf(set, order.destination)];
  return destinations.map((destinationId) => draftOf(set, destinationId, order, details, now));
}

/** The run that a restore order means. SG1036, SG1040, SG0292. */
export function restoreDraft(set: BackupSet, order: RestoreStart, now: number): RunDraft {
  assertThere(set);
  const { snapshot, paths, target, overwrite, verify, dryRun } = order;
  if (snapshot !== "latest" && !/^[0-9a-f]{4,64}$/.test(snapshot)) {
    throw refused("snapshot", `${shown(snapshot)} is neither an ID nor latest`);
  }
  if (paths && paths.length > PATHS_MAX) throw refused("paths", `there are more than ${PATHS_MAX}`);
  if (paths?.some((path) => path[0] !== 0x2f || path.includes(0))) {
    throw refused("paths", "a path does not begin with a slash, or holds a NUL");
  }
  if (overwrite !== undefined && !OVERWRITES.includes(overwrite)) {
    throw refused("overwrite", `${shown(overwrite)} is not one of ${OVERWRITES.join(", ")}`);
  }
  // An empty list of paths would mean everything, which nobody has asked for.
  if (paths && paths.length === 0) throw refused("paths", "there is none");
  const details: RunDetails = {
    snapshot,
    ...(paths ? { paths: paths.map((path) => path.toBase64()) } : {}),
    ...(target === undefined ? {} : { target: pathOf("target", target) }),
    ...(overwrite ? { overwrite } : {}),
    ...(verify ? { verify } : {}),
    ...(dryRun ? { dryRun } : {}),
  };
  const run = { kind: "restore", orderedBy: order.orderedBy } as const;
  return draftOf(set, destinationOf(set, order.destination), run, details, now);
}

/** The runs that remove a set's repositories. */
export function removalDrafts(set: BackupSet, orderedBy: string, now: number): RunDraft[] {
  return set.destinations.map(({ destinationId }) =>
    draftOf(set, destinationId, { kind: "forget", orderedBy }, { removeRepository: true }, now)
  );
}

function draftOf(
  set: BackupSet,
  destinationId: string,
  { kind, orderedBy }: { readonly kind: RunDraft["kind"]; readonly orderedBy: string },
  details: RunDetails,
  now: number,
): RunDraft {
  return {
    ...{ kind, orderedBy, state: "queued", setId: set.id, destinationId, queuedAt: now } as const,
    ...{ order: JSON.stringify(details), attempt: 0, problems: 0 },
  };
}

function destinationOf(set: BackupSet, wanted: string | undefined): string {
  const found = wanted === undefined
    ? set.destinations[0]
    : set.destinations.find(({ destinationId }) => destinationId === wanted);
  if (!found) throw notFound("destination of the set", wanted ?? set.name);
  return found.destinationId;
}

function assertThere(set: BackupSet): void {
  if (!set.deleting) return;
  throw new SgError("SG0292", `Cannot start a run of ${set.name}: the set is being deleted`);
}
