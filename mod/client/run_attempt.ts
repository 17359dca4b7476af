// Copyright the SpareGrid authors. Apache-2.0.
import type { RunChange } from "../catalog/mod.ts";
import { isSgError, SgError, toSgError } from "../errors/mod.ts";
import type { Ports, RunOptions } from "../job/mod.ts";
import type { LiveRun } from "./live_run.ts";
import type { Place, Repositories } from "./repositories.ts";
import { fateOf, shownCode, waitMs } from "./run_fate.ts";
import { errorFields, type RunLedger } from "./run_ledger.ts";
import { type Outcome, performTask } from "./run_tasks.ts";
import type { SnapshotBook } from "./snapshot_book.ts";

/** What tries of runs stand on. */
export interface AttemptParts {
  readonly ledger: RunLedger;
  readonly repositories: Repositories;
  readonly book: SnapshotBook;
  readonly ports: Ports;
  /** Waits and intervals of the conductor. */
  readonly clock: Ports["clock"];
  /** Drills restore below it. */
  readonly scratchFolder: string;
}

/** While a run goes on, how far it is is told this often, ms, and written down each so many times. */
const LOOK_MS = 1_000;
const LOOKS_A_NOTE = 10;
/** A try that went on for so long before it broke off was none in a row with those before. */
const STEADY_MS = 60_000;

/** One try of a run, from its beginning to the state in which it leaves the run. */
export class RunAttempt {
  readonly #parts: AttemptParts;
  readonly #live: LiveRun;
  readonly #signal: AbortSignal;

  constructor(parts: AttemptParts, live: LiveRun, signal: AbortSignal) {
    this.#parts = parts;
    this.#live = live;
    this.#signal = signal;
  }

  /** Runs to the end; what came of it is written down and told. */
  async run(): Promise<void> {
    const { ledger, clock } = this.#parts;
    const began = clock.monotonicMs();
    await ledger.begin(this.#live);
    const looks = new AbortController();
    const looking = this.#look(looks.signal);
    let end: RunChange;
    try {
      end = this.#endOf(await this.#perform());
    } catch (error) {
      if (clock.monotonicMs() - began >= STEADY_MS) this.#live.tries = 0;
      end = this.#broken(error);
    } finally {
      looks.abort();
      await looking;
    }
    const progress = this.#live.look(ledger.now) ? JSON.stringify(this.#live.run.progress) : null;
    await ledger.change(this.#live, { ...end, progress });
  }

  async #perform(): Promise<Outcome> {
    const { repositories, ports, scratchFolder } = this.#parts;
    const live = this.#live, signal = this.#signal;
    const { setId, destinationId } = live.run;
    if (setId === undefined || destinationId === undefined) {
      throw new SgError("SG1036", "Cannot run: the set or the destination is gone");
    }
    const place = { setId, destinationId };
    const { set } = await repositories.find(place);
    const note = (message: string) => ports.log.write("info", message, { run: live.run.id });
    const options: RunOptions = {
      ...{ signal, onStart: live.onStart },
      observer: { problem: (problem) => live.addProblem(problem), note },
    };
    const drillFolder = `${scratchFolder}/drill-${live.run.id}`;
    const use = { signal, make: live.kind === "backup" };
    return await repositories.use(place, use, async (session) => {
      const outcome = await performTask({ run: live.run, set, session, options, drillFolder });
      if (live.kind === "backup" || live.kind === "forget") await this.#refresh(place, session.repository);
      return outcome;
    });
  }

  /**
   * Brings the list of snapshots up to date. The run itself is done: a failure here is not its own. What went is told where
   * it was not this run that removed it.
   */
  async #refresh(place: Place, repository: Parameters<SnapshotBook["refresh"]>[1]): Promise<void> {
    const { book, ports } = this.#parts;
    try {
      const { removed } = await book.refresh(place, repository, this.#signal);
      if (removed === 0 || this.#live.kind === "forget") return;
      const message = `Snapshots that are gone, though this machine did not remove them: ${removed}`;
      this.#live.addProblem({ code: "SG1051", message });
    } catch (error) {
      ports.log.write("warning", `The list of snapshots is not up to date: ${toSgError(error).message}`);
    }
  }

  /** Tells once a second how far it is, and writes it down now and then with the problems that came. */
  async #look(signal: AbortSignal): Promise<void> {
    const { ledger, clock } = this.#parts;
    const live = this.#live;
    for (let looks = 1;; looks++) {
      try {
        await clock.sleep(LOOK_MS, signal);
      } catch {
        return;
      }
      if (!live.look(ledger.now)) continue;
      const noted = looks % LOOKS_A_NOTE === 0;
      await ledger.change(live, noted ? { progress: JSON.stringify(live.run.progress) } : {});
      ledger.tell(live);
    }
  }

  #endOf({ report, snapshotId, error, incomplete }: Outcome): RunChange {
    return {
      state: error === undefined ? "done" : incomplete ? "incomplete" : "failed",
      endedAt: this.#parts.ledger.now,
      report: JSON.stringify(report),
      ...(snapshotId === undefined ? {} : { snapshotId }),
      ...(error ? errorFields(error.code, error) : {}),
    };
  }

  /** What becomes of a run that did not get to its end. */
  #broken(thrown: unknown): RunChange {
    const { ledger } = this.#parts;
    const live = this.#live;
    if (this.#signal.aborted && live.intent) return this.#ended(live.intent);
    const error = toSgError(thrown);
    if (!isSgError(thrown)) this.#parts.ports.log.write("error", `A run failed: ${error.message}`);
    if (live.run.order.removeRepository) return this.#notRemoved(error);
    const fields = errorFields(shownCode(live.kind, error), error);
    live.tries++;
    const fate = fateOf(error, live.tries);
    if (fate.state === "failed") return { state: "failed", endedAt: ledger.now, ...fields };
    if (fate.state === "suspended") return { state: "suspended", ...fields };
    live.probe = fate.probe;
    return { state: "waiting", notBefore: ledger.now + waitMs(live.tries), ...fields };
  }

  /** A repository that was never made is removed; one that cannot be reached is not, and nothing goes on by itself. */
  #notRemoved(error: SgError): RunChange {
    const { now } = this.#parts.ledger;
    if (error.code === "SG1002") {
      return { state: "done", endedAt: now, report: JSON.stringify({ filesRemoved: 0, bytesRemoved: 0 }) };
    }
    const fate = fateOf(error, 0);
    const away = fate.state === "waiting" && fate.probe;
    const told = away
      ? new SgError("SG0170", `Cannot remove the repository: ${error.message}`, { cause: error })
      : error;
    return { state: "failed", endedAt: now, ...errorFields(told.code, told) };
  }

  #ended(intent: NonNullable<LiveRun["intent"]>): RunChange {
    if (intent === "stop") return { state: "stopped", endedAt: this.#parts.ledger.now };
    // It goes on by itself when the program runs again.
    if (intent === "shutdown") return { state: "queued" };
    const error = new SgError("SG0191", "The run was suspended; what it stored is kept");
    return { state: "suspended", ...errorFields("SG0191", error) };
  }
}
