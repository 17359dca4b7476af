// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, type Log, nowMs, utf8 } from "../base/mod.ts";
import type { Catalog, RunChange } from "../catalog/mod.ts";
import { SgError, toSgError } from "../errors/mod.ts";
import type { ScrubReport } from "./scrub.ts";
import type { Stores } from "./stores.ts";

/** What scrub runs stand on. */
export interface ScrubRunsParts {
  readonly stores: Pick<Stores, "scrub">;
  readonly catalog: Pick<Catalog, "runs">;
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes to read in a second; 0: as fast as it goes. Asked anew for each piece. */
  readonly bytesPerSecond: () => number;
}

type Intent = "suspend" | "stop" | "end";

/** The scrub that is not over. */
interface Current {
  readonly id: number;
  state: "queued" | "running" | "suspended";
  /** What was verified since then is not due again; it goes on from there after a pause. */
  readonly since: number;
  work?: { readonly stop: AbortController; readonly done: Promise<void>; intent?: Intent };
}

/** A scrub begins by itself so long after the one before was ordered, ms; all is read again within a month. */
const DUE_MS = 7 * 86_400_000;
/** How often it is looked whether one is due, ms. */
const UPKEEP_MS = 3_600_000;
/** Progress is written down at most this often, ms. */
const PROGRESS_MS = 1_000;

/**
 * Scrubs as runs of the catalog: one at a time, over everything that is stored. One that was under way when the service ended
 * goes on at its next start.
 */
export class ScrubRuns implements AsyncDisposable {
  readonly #parts: ScrubRunsParts;
  readonly #watchers = new Set<(id: string, urgent: boolean) => void>();
  #current: Current | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(parts: ScrubRunsParts) {
    this.#parts = parts;
  }

  /** Takes up what was left over. */
  static async open(parts: ScrubRunsParts): Promise<ScrubRuns> {
    const runs = new ScrubRuns(parts);
    const left = (await parts.catalog.runs.open()).filter(({ kind }) => kind === "scrub");
    for (const { id, state, startedAt, queuedAt } of left) {
      const current: Current = {
        id,
        state: state === "suspended" ? state : "queued",
        since: startedAt ?? queuedAt,
      };
      runs.#current = current;
      if (current.state === "queued") await runs.#begin(current);
    }
    return runs;
  }

  /** IDs of the scrubs that are not over. */
  live(): string[] {
    return this.#current ? [String(this.#current.id)] : [];
  }

  /** Starts a scrub; while one is not over, that is the answer. Gives its ID. */
  async start(orderedBy: string): Promise<string> {
    return await this.#inTurn(async () => {
      if (this.#current) return String(this.#current.id);
      const queuedAt = nowMs(this.#parts.clock);
      const [id] = await this.#parts.catalog.runs.insert([{
        ...{
          kind: "scrub",
          state: "queued",
          setId: null,
          destinationId: null,
          order: "{}",
          orderedBy,
          queuedAt,
        },
        ...{ attempt: 0, problems: 0 },
      }]);
      const current: Current = { id: id!, state: "queued", since: queuedAt };
      this.#current = current;
      await this.#begin(current);
      return String(id);
    });
  }

  /** Starts a scrub by itself where a pace is set and the last one was ordered a week ago. True when it did. */
  async startIfDue(): Promise<boolean> {
    const { catalog, clock, bytesPerSecond } = this.#parts;
    if (bytesPerSecond() === 0 || this.#current) return false;
    const [last] = await catalog.runs.page({ kinds: ["scrub"] }, { limit: 1 });
    // A clock that was set back makes none due for ever.
    if (last && Math.abs(nowMs(clock) - last.queuedAt) < DUE_MS) return false;
    await this.start("schedule");
    return true;
  }

  /** Sees to it again and again until the signal aborts. What fails is logged and tried again. */
  async upkeep(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    for (;;) {
      // Not at once: who starts a service waits for other things than this.
      await clock.sleep(UPKEEP_MS, signal).catch(() => {});
      if (signal.aborted) return;
      try {
        await this.startIfDue();
      } catch (error) {
        log.write("error", `a scrub could not be started: ${toSgError(error).message}`);
      }
    }
  }

  /** Lets it stand still until it is resumed. SG1040 when it is over. */
  async suspend(id: string): Promise<void> {
    await this.#interrupt(id, "suspend");
  }

  /** Ends it for good; what was verified is remembered. SG1040 when it is over. */
  async stop(id: string): Promise<void> {
    await this.#interrupt(id, "stop");
  }

  /** Lets a suspended one go on. SG1040 when it is over. */
  async resume(id: string): Promise<void> {
    await this.#inTurn(async () => {
      const current = this.#find(id);
      if (current.state === "suspended") await this.#begin(current);
    });
  }

  /** Calls back with the ID of a scrub that changed, until disposed; `urgent`: it is in another state. */
  onChange(callback: (id: string, urgent: boolean) => void): Disposable {
    this.#watchers.add(callback);
    return { [Symbol.dispose]: () => void this.#watchers.delete(callback) };
  }

  /** Ends with the service: a scrub under way goes on at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#current) await this.#end(this.#current, "end");
    });
  }

  async #interrupt(id: string, intent: Intent): Promise<void> {
    await this.#inTurn(async () => {
      const current = this.#find(id);
      await this.#end(current, intent);
      if (intent === "stop" && this.#current === current) await this.#over(current, { state: "stopped" });
    });
  }

  #find(id: string): Current {
    if (this.#current && String(this.#current.id) === id) return this.#current;
    throw new SgError("SG1040", "Cannot change the run: it is over");
  }

  async #begin(current: Current): Promise<void> {
    await this.#parts.catalog.runs.begin(current.id, {
      ...{
        state: "running",
        startedAt: current.since,
        endedAt: null,
        attempt: 1,
        problems: 0,
        progress: null,
      },
      ...{ code: null, message: null, remedy: null },
    });
    current.state = "running";
    this.#tell(current, true);
    const stop = new AbortController();
    const work = { stop, done: Promise.resolve() };
    current.work = work;
    work.done = this.#run(current, stop.signal).catch((error) => {
      this.#parts.log.write("error", `a scrub's end could not be written down: ${toSgError(error).message}`);
    });
  }

  /** Ends the work under way and waits for it. */
  async #end(current: Current, intent: Intent): Promise<void> {
    const { work } = current;
    if (!work) return;
    work.intent = intent;
    work.stop.abort(new SgError(intent === "suspend" ? "SG0191" : "SG1016", "The scrub was interrupted"));
    await work.done;
  }

  async #run(current: Current, signal: AbortSignal): Promise<void> {
    const { stores, bytesPerSecond } = this.#parts;
    const progress = this.#progressOf(current);
    try {
      const report = await stores.scrub({
        bytesPerSecond,
        verifiedBefore: current.since,
        signal,
        onProgress: progress,
      });
      delete current.work;
      await this.#over(current, endOf(report), report);
    } catch (error) {
      const intent = current.work?.intent;
      delete current.work;
      if (intent === "suspend") await this.#pause(current);
      // At the end of the service it stays as it is; after a stop, whoever stopped it says so.
      else if (intent === undefined) {
        const { code, message } = toSgError(error);
        await this.#over(current, { state: "failed", code, message });
      }
    }
  }

  async #pause(current: Current): Promise<void> {
    await this.#parts.catalog.runs.change(current.id, {
      ...{ state: "suspended", code: "SG0191", message: "The run was suspended" },
    });
    current.state = "suspended";
    this.#tell(current, true);
  }

  async #over(current: Current, change: RunChange, report?: ScrubReport): Promise<void> {
    const problems = (report?.damaged ?? []).map(({ account, repository, file, damage }) => ({
      ...{ code: "SG1005", path: utf8(`${account}/${repository}/${file}`), message: damage },
    }));
    const none = { code: null, message: null, remedy: null };
    await this.#parts.catalog.runs.change(
      current.id,
      { ...none, ...change, endedAt: nowMs(this.#parts.clock), problems: problems.length },
      problems,
    );
    this.#current = undefined;
    this.#tell(current, true);
  }

  /** Writes progress down now and then; nothing waits for it. */
  #progressOf(current: Current): (progress: { readonly files: number; readonly bytes: number }) => void {
    const { clock, catalog, log } = this.#parts;
    let writtenMs = -Infinity;
    return ({ files, bytes }) => {
      if (clock.monotonicMs() - writtenMs < PROGRESS_MS) return;
      writtenMs = clock.monotonicMs();
      const progress = {
        phase: "verifying",
        filesDone: files,
        bytesDone: bytes,
        problems: 0,
        at: nowMs(clock),
      };
      catalog.runs.change(current.id, { progress: JSON.stringify(progress) }).then(
        () => this.#tell(current, false),
        (error) => log.write("warning", `a scrub's progress could not be written down: ${error}`),
      );
    };
  }

  #tell({ id }: Current, urgent: boolean): void {
    for (const callback of this.#watchers) callback(String(id), urgent);
  }

  /** One order at a time. */
  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    try {
      return await act();
    } finally {
      resolve();
    }
  }
}

function endOf({ files, bytes, damaged }: ScrubReport): RunChange {
  const report = JSON.stringify({ filesVerified: files, bytesVerified: bytes, filesDamaged: damaged.length });
  if (damaged.length === 0) return { state: "done", report };
  return {
    ...{
      state: "failed",
      report,
      code: "SG1033",
      message: `The scrub found ${damaged.length} damaged files`,
    },
    remedy:
      "Check the drive. A backup that sends a damaged file again mends it; the client's check says what is lost.",
  };
}
