// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, type Log, nowMs } from "../base/mod.ts";
import type { Catalog, RunChange, RunDraft, RunRow } from "../catalog/mod.ts";
import { isSgError, type SgError } from "../errors/mod.ts";
import { LiveRun } from "./live_run.ts";
import type { RunNews } from "./run_news.ts";

const AGAIN_MS = 1_000;

/** What a ledger stands on. */
export interface LedgerParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Log;
  readonly news: RunNews;
}

/** Writes down what becomes of runs. Nothing is told before it is durable. */
export class RunLedger {
  readonly #parts: LedgerParts;
  #givenUp = false;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  /** Milliseconds since 1970. */
  get now(): number {
    return nowMs(this.#parts.clock);
  }

  /** New runs, all of them or none. */
  async insert(drafts: readonly RunDraft[]): Promise<LiveRun[]> {
    const { catalog, news } = this.#parts;
    const ids = await catalog.runs.insert(drafts);
    const rows = await Promise.all(ids.map((id) => catalog.runs.get(id)));
    const runs = rows.filter((row) => row !== undefined).map((row) => new LiveRun(row));
    for (const { run } of runs) news.tell(run, true);
    return runs;
  }

  /** A run begins: what an earlier try met is forgotten. */
  async begin(live: LiveRun): Promise<void> {
    await live.inTurn(async () => {
      const change: RunChange = {
        ...{ state: "running", startedAt: live.row.startedAt ?? this.now, endedAt: null, notBefore: null },
        ...{ attempt: live.row.attempt + 1, problems: 0, progress: null, report: null, snapshotId: null },
        ...{ code: null, message: null, remedy: null },
      };
      await this.#insist(() => this.#parts.catalog.runs.begin(live.row.id, change));
      this.#wrote(live, change, true);
    });
  }

  /** A change of a run with the problems that it met since the last one; tried until the catalog takes it. */
  async change(live: LiveRun, change: RunChange): Promise<void> {
    await live.inTurn(async () => {
      const { problems, first } = live.takeProblems();
      const all = live.active ? { ...change, problems: live.problemCount } : change;
      if (Object.keys(change).length === 0 && problems.length === 0 && all.problems === live.row.problems) {
        return;
      }
      await this.#insist(() => this.#parts.catalog.runs.change(live.row.id, all, problems, first));
      this.#wrote(live, all, change.state !== undefined);
    });
  }

  /** A change that depends on the state in which the run is when it is its turn; none where `change` gives none. */
  async changeBy(live: LiveRun, change: (now: RunRow) => RunChange | undefined): Promise<void> {
    await live.inTurn(async () => {
      const fields = change(live.row);
      if (!fields) return;
      await this.#insist(() => this.#parts.catalog.runs.change(live.row.id, fields));
      this.#wrote(live, fields, fields.state !== undefined);
    });
  }

  /** Tells of a run's progress, which need not be durable. */
  tell(live: LiveRun): void {
    this.#parts.news.tell(live.run, false);
  }

  /** From now on a write that fails is not tried again: the program ends, and the next start puts things right. */
  giveUp(): void {
    this.#givenUp = true;
  }

  #wrote(live: LiveRun, change: RunChange, urgent: boolean): void {
    live.wrote(change);
    this.#parts.news.tell(live.run, urgent);
  }

  /** A full drive passes; until then the state that is shown is the last one that is durable. */
  async #insist(write: () => Promise<unknown>): Promise<void> {
    const { clock, log } = this.#parts;
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        if (!isSgError(error, "SG1034") || this.#givenUp) throw error;
        log.write("error", `A run's state could not be written down, trying again: ${error.message}`);
        await clock.sleep(AGAIN_MS);
      }
    }
  }
}

/** The change that an error makes of a run. */
export function errorFields(
  code: string,
  { message, remedy, entry }: SgError,
): Pick<RunChange, "code" | "message" | "remedy"> {
  return { code, message, remedy: remedy === entry.remedy ? null : remedy };
}
