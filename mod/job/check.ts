// Copyright the SpareGrid authors. Apache-2.0.
import { type CheckFinding, type CheckProgress, checkRepository } from "../repository/mod.ts";
import type { Progress, RunOptions, SnapshotFilter } from "./orders.ts";
import type { Session } from "./session.ts";

/** How much of the packs a check reads: all, a share or an amount by chance, or one part of several that cover all. */
export type ReadData =
  | true
  | { readonly percent: number }
  | { readonly part: number; readonly of: number }
  | { readonly bytes: number };

/** How much to check. */
export interface CheckOrder {
  /** How much of the packs is read and proved; only the structure is checked where left out. */
  readonly readData?: ReadData;
  /** Only what these snapshots need. */
  readonly filter?: SnapshotFilter;
}

/** What came of a check. */
export interface CheckReport {
  readonly findings: readonly CheckFinding[];
  readonly errors: number;
  readonly hints: number;
  readonly snapshots: number;
  readonly packs: number;
  readonly packsRead: number;
  readonly bytesRead: number;
}

/** Packs being fetched while each lane proves one. */
const PACKS_ON_THEIR_WAY = 1;

const PHASES: Readonly<Record<CheckProgress["phase"], string>> = {
  index: "loading indexes",
  packs: "listing packs",
  headers: "checking pack headers",
  trees: "checking folders",
  data: "reading packs",
};

/** Checks the repository. Damage is a finding, not an error; findings are told to the observer as they come. */
export async function runCheck(
  session: Session,
  order: CheckOrder,
  options: RunOptions,
): Promise<CheckReport> {
  const needs = { exclusive: false, freshIndex: true, usesLanes: Boolean(order.readData) };
  await using run = await session.begin(needs, options);
  let now: CheckProgress = { phase: "index", done: 0, total: 0 };
  let problems = 0;
  options.onStart?.(() => progressOf(now, problems));
  const lanes = order.readData && run.lanes();
  const report = await checkRepository(run.repository, {
    signal: run.signal,
    ...(order.readData && { readData: order.readData === true ? "all" : order.readData }),
    ...(order.filter ? { filter: order.filter } : {}),
    ...(lanes && {
      verify: (id, bytes, entries) =>
        lanes.ask("verifyPack", [id, bytes, entries.slice()], [bytes.buffer]) as Promise<string[]>,
      verifyAtOnce: lanes.count + PACKS_ON_THEIR_WAY,
    }),
    onProgress: (progress) => now = progress,
    onFinding: ({ code, message, severity }) => {
      if (severity === "hint") return;
      problems++;
      options.observer.problem({ code, message });
    },
  });
  // Beside a prune that took the lock for stale anything looks like damage.
  if (report.errors > 0) await run.repository.assertHeld();
  return report;
}

function progressOf({ phase, done, total }: CheckProgress, problems: number): Progress {
  return { phase: PHASES[phase], filesDone: done, filesTotal: total, bytesDone: 0, problems };
}
