// Copyright the SpareGrid authors. Apache-2.0.
import type { RunChange, RunRow } from "../catalog/mod.ts";
import { SgError, toSgError } from "../errors/mod.ts";
import type { Destinations } from "./destinations.ts";
import { refused } from "./fields.ts";
import { LiveRun } from "./live_run.ts";
import { startable } from "./queue.ts";
import type { RestoreStart, Run, StartOrder } from "./records.ts";
import { type AttemptParts, RunAttempt } from "./run_attempt.ts";
import { waitMs } from "./run_fate.ts";
import { errorFields, type LedgerParts, RunLedger } from "./run_ledger.ts";
import { RunLists } from "./run_lists.ts";
import { isOver } from "./run_record.ts";
import { type OnRunChange, RunNews } from "./run_news.ts";
import { restoreDraft, startDrafts } from "./run_orders.ts";
import { SetRemoval } from "./set_removal.ts";
import type { BackupSets } from "./sets.ts";

/** What a conductor stands on. */
export interface ConductorParts extends Omit<AttemptParts, "ledger"> {
  readonly catalog: LedgerParts["catalog"];
  readonly destinations: Destinations;
  readonly sets: BackupSets;
  /** Runs at a time, over all repositories; {@link RUNS_AT_ONCE} where left out. A function is asked anew each time. */
  readonly runsAtOnce?: number | (() => number);
  /** Told when a set was removed. */
  readonly onSetGone?: () => void;
  /** Told of each run that is over, when that is durable. */
  readonly onOver?: (run: Run) => void;
}

const RUNS_AT_ONCE = 2;
/** Runs that are not over, at most. */
const OPEN_RUNS_MAX = 10_000;
/** Running work is stopped within ten seconds when the program ends. */
const SHUTDOWN_MS = 9_000;
/** What should not fail and did is not tried again at once, ms. */
const AGAIN_MS = 5_000;
/** Nothing is wrong with it any more. */
const NO_ERROR = { code: null, message: null, remedy: null };
/** A clock that is set back must not hold up a waiting run for long. */
const ALARM_MS_MAX = 300_000;

/**
 * Starts, suspends, resumes and stops runs: one backup at a repository at a time, a limit over all, waiting while a
 * destination is away. Each state is in the catalog before it is told, so the next start finds what is true: what was
 * running when the program was killed is put back into the queue.
 */
export class Conductor extends RunLists implements AsyncDisposable {
  readonly #parts: ConductorParts;
  readonly #news = new RunNews();
  readonly #ledger: RunLedger;
  readonly #removal: SetRemoval;
  /** Runs that are not over, by ID. */
  readonly #open: Map<string, LiveRun>;
  #alarm: AbortController | undefined;
  #closing = false;

  private constructor(parts: ConductorParts) {
    const open = new Map<string, LiveRun>();
    super(parts.catalog, (id) => open.get(id)?.run);
    this.#open = open;
    this.#parts = parts;
    const { catalog, clock, ports } = parts;
    this.#ledger = new RunLedger({ catalog, clock, log: ports.log, news: this.#news });
    this.#removal = new SetRemoval(parts, this.#ledger);
  }

  /** Takes up the runs that are not over, and begins. */
  static async open(parts: ConductorParts): Promise<Conductor> {
    const conductor = new Conductor(parts);
    for (const row of await parts.catalog.runs.open()) await conductor.#takeUp(row);
    await conductor.#removal.takeUp([...conductor.#open.values()].map(({ run }) => run));
    conductor.#pump();
    return conductor;
  }

  /** Runs that are not over, with the progress of now, in order. */
  live(): Run[] {
    return [...this.#open.values()].map(({ run }) => run);
  }

  /** Starts runs; they wait their turn. A backup that waits for its turn already is not ordered twice. */
  async start(order: StartOrder): Promise<Run[]> {
    const drafts = startDrafts(await this.#parts.sets.get(order.set), order, this.#ledger.now);
    const again = drafts.map((draft) => this.#sameWaiting(draft));
    const added = await this.#insert(drafts.filter((_, at) => !again[at]));
    return drafts.map((_, at) => again[at] ?? added.shift()!);
  }

  /** Starts a restore; it waits its turn. */
  async restore(order: RestoreStart): Promise<Run> {
    const draft = restoreDraft(await this.#parts.sets.get(order.set), order, this.#ledger.now);
    return (await this.#insert([draft]))[0]!;
  }

  /** Lets a run stand still; what it has stored is kept. SG1036, SG1040 when it is over. */
  suspend(id: string): Promise<Run> {
    return this.#interrupt(id, "suspend");
  }

  /** Stops a run for good; what it has stored is kept. SG1036, SG1040 when it is over. */
  stop(id: string): Promise<Run> {
    return this.#interrupt(id, "stop");
  }

  /** Puts a suspended run back into the queue, and a waiting one to its next try. SG1036, SG1040 when it is over. */
  async resume(id: string): Promise<Run> {
    const live = await this.#find(id);
    if (live.active || live.probing) return live.run;
    await this.#hold(live, ({ state }) => {
      if (state !== "suspended" && state !== "waiting") return undefined;
      live.tries = 0;
      live.probe = false;
      return { state: "queued", notBefore: null, ...NO_ERROR };
    });
    return live.run;
  }

  /**
   * Forgets a set; with `withBackups` its repositories are removed first, in runs. SG1036, SG0290 while a backup of it is
   * active, SG0291 while a restore is, SG0292 when that is under way already.
   */
  async removeSet(id: string, withBackups: boolean, orderedBy: string): Promise<void> {
    const set = await this.#parts.sets.get(id);
    const runs = [...this.#open.values()].filter(({ run }) => run.setId === id);
    this.#removal.assertIdle(set, runs.map(({ run }) => run));
    await Promise.all(runs.map(({ run }) => this.#interrupt(run.id, "stop").catch(ignoreOver)));
    const drafts = await this.#removal.begin(set, withBackups, orderedBy);
    if (drafts.length > 0) await this.#insert(drafts);
  }

  /** All runs that are not over, each at once, then each change of any run, its end included, until the signal aborts. */
  watch(signal: AbortSignal): AsyncIterable<Run> {
    return this.#news.watch(() => this.live(), signal);
  }

  /** Calls back for each change until disposed. */
  onChange(callback: OnRunChange): Disposable {
    return this.#news.onChange(callback);
  }

  /** Waits until nothing runs and nothing is ready to run; what waits or is suspended stays. For tests and the end. */
  async idle(): Promise<void> {
    for (;;) {
      const busy = [...this.#open.values()].filter(({ active, probing }) => active || probing);
      if (busy.length === 0) return;
      await Promise.all(busy.map(({ ended }) => ended));
    }
  }

  /** Stops running work at a checkpoint, within ten seconds; it goes on at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#alarm?.abort();
    this.#ledger.giveUp();
    const error = new SgError("SG1016", "The program is ending");
    const running = [...this.#open.values()].filter(({ active, probing }) => active || probing);
    for (const live of running) live.interrupt(live.intent ?? "shutdown", error);
    const late = new AbortController();
    await Promise.race([
      Promise.all(running.map(({ ended }) => ended)),
      this.#parts.clock.sleep(SHUTDOWN_MS, late.signal).catch(() => {}),
    ]);
    late.abort();
    this.#news.end();
  }

  /** A run that the program before this one left behind. */
  async #takeUp(row: RunRow): Promise<void> {
    if (row.kind === "scrub") return;
    const live = new LiveRun(row);
    if (row.setId === null || row.destinationId === null) {
      const error = new SgError("SG1036", "Cannot run: the set or the destination is gone");
      await this.#ledger.change(live, {
        ...{ state: "failed", endedAt: this.#ledger.now },
        ...errorFields("SG1036", error),
      });
      return;
    }
    this.#open.set(live.run.id, live);
    if (row.state === "running") await this.#ledger.change(live, { state: "queued", progress: null });
  }

  async #insert(drafts: Parameters<RunLedger["insert"]>[0]): Promise<Run[]> {
    if (this.#closing) throw new SgError("SG1016", "Cannot start a run: the program is ending");
    if (this.#open.size + drafts.length > OPEN_RUNS_MAX) {
      throw new SgError("SG1039", `Cannot start a run: ${OPEN_RUNS_MAX} are waiting already`);
    }
    const added = await this.#ledger.insert(drafts);
    for (const live of added) this.#open.set(live.run.id, live);
    this.#pump();
    return added.map(({ run }) => run);
  }

  #sameWaiting(draft: ReturnType<typeof startDrafts>[number]): Run | undefined {
    if (draft.kind !== "backup") return undefined;
    return this.live().find((run) =>
      run.kind === "backup" && (run.state === "queued" || run.state === "waiting") &&
      run.setId === draft.setId && run.destinationId === draft.destinationId &&
      JSON.stringify(run.order) === draft.order
    );
  }

  /** Starts what may start, and sees to the next waiting run. */
  #pump(): void {
    if (this.#closing) return;
    const now = this.#ledger.now;
    const all = [...this.#open.values()].sort((a, b) => a.row.id - b.row.id);
    const due = all.filter((live) => !live.active && !live.probing && live.held === 0 && isDue(live, now));
    for (const live of due.filter(({ probe }) => probe)) this.#keep(live, () => this.#probe(live));
    const ready = due.filter(({ probe }) => !probe);
    const { runsAtOnce = RUNS_AT_ONCE } = this.#parts;
    const limit = typeof runsAtOnce === "function" ? runsAtOnce() : runsAtOnce;
    for (const live of startable(ready, all.filter(({ active }) => active), limit)) {
      const attempt = new RunAttempt({ ...this.#parts, ledger: this.#ledger }, live, live.begin());
      this.#keep(live, () => attempt.run());
    }
    this.#setAlarm(now);
  }

  /** Does something for a run and goes on when it has ended. */
  #keep(live: LiveRun, work: () => Promise<void>): void {
    live.ended = work().catch(async (error) => {
      // Only a catalog that fails while the program ends should get here: the next start puts it right.
      this.#parts.ports.log.write("error", `A run was left as it is: ${toSgError(error).message}`);
      if (!this.#closing) await this.#parts.clock.sleep(AGAIN_MS);
    }).then(async () => {
      live.end();
      if (live.over) await this.#over(live);
      this.#pump();
    });
  }

  async #over(live: LiveRun): Promise<void> {
    if (!this.#open.delete(live.run.id)) return;
    try {
      await this.#removal.runOver(live.run, this.live());
      this.#parts.onOver?.(live.run);
    } catch (error) {
      this.#parts.ports.log.write("error", `A set was not removed: ${toSgError(error).message}`);
    }
  }

  /** Asks a destination that was away whether it is back, without showing the run as running. */
  async #probe(live: LiveRun): Promise<void> {
    const signal = live.beginProbe();
    const { destinations } = this.#parts;
    try {
      const answer = await destinations.test(live.run.destinationId ?? "", signal);
      live.probe = !answer.reachable;
    } catch {
      // The destination is gone: the run itself says so.
      live.probe = false;
    }
    if (signal.aborted) return;
    live.tries++;
    const notBefore = live.probe ? this.#ledger.now + waitMs(live.tries) : this.#ledger.now;
    await this.#ledger.change(live, { notBefore, attempt: live.row.attempt + (live.probe ? 1 : 0) });
  }

  async #find(id: string): Promise<LiveRun> {
    const live = this.#open.get(id);
    if (live) return live;
    const { kind } = await this.get(id);
    throw refused("id", kind === "scrub" ? "it is a run of the server" : "the run is over");
  }

  /** Ends a run, or its waiting, for a reason; gives it as it is then. It may have come to its own end before. */
  async #interrupt(id: string, intent: "suspend" | "stop"): Promise<Run> {
    const live = await this.#find(id);
    while (!live.over && !(intent === "suspend" && live.row.state === "suspended")) {
      if (live.active || live.probing) {
        const code = intent === "suspend" ? "SG0191" : "SG1016";
        live.interrupt(intent, new SgError(code, `The run was told to ${intent}`));
        await live.ended;
      } else await this.#hold(live, ({ state }) => isOver(state) ? undefined : this.#still(intent));
    }
    return live.run;
  }

  #still(intent: "suspend" | "stop"): RunChange {
    if (intent === "stop") {
      return { state: "stopped", endedAt: this.#ledger.now, notBefore: null, ...NO_ERROR };
    }
    const error = new SgError("SG0191", "The run was suspended");
    return { state: "suspended", notBefore: null, ...errorFields("SG0191", error) };
  }

  /** Changes a run that does not run, and keeps it from being started meanwhile. */
  async #hold(live: LiveRun, change: (now: RunRow) => RunChange | undefined): Promise<void> {
    live.held++;
    try {
      await this.#ledger.changeBy(live, change);
    } finally {
      live.held--;
    }
    if (live.over) await this.#over(live);
    this.#pump();
  }

  #setAlarm(now: number): void {
    this.#alarm?.abort();
    this.#alarm = undefined;
    const times = [...this.#open.values()]
      .filter((live) => live.row.state === "waiting" && !live.active && !live.probing && !isDue(live, now))
      .map(({ row }) => row.notBefore ?? now);
    if (times.length === 0) return;
    const alarm = this.#alarm = new AbortController();
    const ms = Math.min(ALARM_MS_MAX, Math.max(1, Math.min(...times) - now));
    this.#parts.clock.sleep(ms, alarm.signal).then(() => this.#pump(), () => {});
  }
}

function isDue({ row: { state, notBefore } }: LiveRun, now: number): boolean {
  return state === "queued" || (state === "waiting" && (notBefore ?? 0) <= now);
}

function ignoreOver(error: unknown): void {
  if (toSgError(error).code !== "SG1040") throw error;
}
