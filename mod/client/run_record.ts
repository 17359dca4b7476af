// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "../base/mod.ts";
import type { RunRow } from "../catalog/mod.ts";
import { CODES, isSgCode } from "../errors/mod.ts";
import type { Progress } from "../job/mod.ts";
import type { Run, RunProgress, RunReport, RunState } from "./records.ts";

/** States in which a run is over. */
const ENDS: ReadonlySet<RunState> = new Set<RunState>(["done", "incomplete", "failed", "stopped"]);

/** True when a run in this state is over for good. */
export function isOver(state: RunState): boolean {
  return ENDS.has(state);
}

/** The run that a row tells of. */
export function runOf(row: RunRow): Run {
  const { id, kind, state, orderedBy, queuedAt, attempt } = row;
  const code = isSgCode(row.code) ? row.code : undefined;
  const remedy = row.remedy ?? (code && CODES[code].remedy);
  return {
    ...{ id: String(id), kind, state, orderedBy, queuedAt, attempt, problemCount: row.problems },
    order: JSON.parse(row.order),
    ...given({ setId: row.setId, destinationId: row.destinationId, snapshotId: row.snapshotId }),
    ...given({ startedAt: row.startedAt, endedAt: row.endedAt, nextTryAt: row.notBefore }),
    ...given({ code, message: row.message, remedy }),
    ...given({ progress: parsed<RunProgress>(row.progress), report: parsed<RunReport>(row.report) }),
  };
}

/** Progress of the engine as the doors see it. */
export function progressOf(progress: Progress, at: number): RunProgress {
  const { phase, filesDone, filesTotal, bytesDone, bytesTotal, current, problems } = progress;
  return {
    ...{ phase, filesDone, bytesDone, problems, at },
    ...given({ filesTotal, bytesTotal, current: current && utf8Text(current) }),
  };
}

/** The fields that have a value. */
function given<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}

function parsed<T>(json: string | null): T | undefined {
  return json === null ? undefined : JSON.parse(json) as T;
}
