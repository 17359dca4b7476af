// Copyright the SpareGrid authors. Apache-2.0.
import type { RunKind } from "./records.ts";

/** What the queue looks at. */
export interface Queued {
  readonly kind: RunKind;
  /** Names its repository. */
  readonly place: string;
}

/** Kinds that need the repository alone. */
const EXCLUSIVE: ReadonlySet<RunKind> = new Set<RunKind>(["prune", "forget"]);

/**
 * Those of `ready`, in their order, that may start beside `running`, `limit` in all. At one repository a backup may run
 * beside readers, nothing beside a prune or a forget; and what comes behind one of these that has to wait for its
 * repository waits, too, so that it gets its turn.
 */
export function startable<R extends Queued>(
  ready: Iterable<R>,
  running: Iterable<Queued>,
  limit: number,
): R[] {
  const now = [...running];
  const closed = new Set<string>();
  const started: R[] = [];
  for (const run of ready) {
    if (now.length >= limit) break;
    if (closed.has(run.place)) continue;
    const fits = now.every((other) => other.place !== run.place || mayMeet(run.kind, other.kind));
    if (fits) {
      now.push(run);
      started.push(run);
    } else if (EXCLUSIVE.has(run.kind)) closed.add(run.place);
  }
  return started;
}

function mayMeet(a: RunKind, b: RunKind): boolean {
  return !EXCLUSIVE.has(a) && !EXCLUSIVE.has(b) && !(a === "backup" && b === "backup");
}
