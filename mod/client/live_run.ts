// Copyright the SpareGrid authors. Apache-2.0.
import type { ProblemRow, RunChange, RunRow } from "../catalog/mod.ts";
import type { Problem, Progress } from "../job/mod.ts";
import { placeKey } from "./repositories.ts";
import type { Run } from "./records.ts";
import { isOver, progressOf, runOf } from "./run_record.ts";

/** Why a run under way is to end before its end. */
export type Intent = "suspend" | "stop" | "shutdown";

/** Problems of one run that are kept; all are counted. */
export const PROBLEMS_MAX = 10_000;

/** A run that is not over, in memory: what the catalog knows of it, and what is too quick for the catalog. */
export class LiveRun {
  /** As it was last written down. */
  row: RunRow;
  /** The same for the doors, with the progress of now. */
  run: Run;
  readonly place: string;
  /** Ends the run under way. */
  #stop: AbortController | undefined;
  #probe: AbortController | undefined;
  intent: Intent | undefined;
  /** Settles when the run under way has ended and that is written down. */
  ended: Promise<void> | undefined;
  /** Tries in a row that ended for the same kind of reason. */
  tries = 0;
  /** Before the next try its destination is asked whether it answers. */
  probe = false;
  probing = false;
  /** Orders that are changing it while it does not run: it is not started meanwhile. */
  held = 0;
  #progress: (() => Progress) | undefined;
  #problems: ProblemRow[] = [];
  #problemCount = 0;
  #kept = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(row: RunRow) {
    this.row = row;
    this.run = runOf(row);
    this.place = placeKey(row.setId ?? "", row.destinationId ?? "");
  }

  get kind(): Run["kind"] {
    return this.run.kind;
  }

  /** True while it runs, from the decision to start it to its end. */
  get active(): boolean {
    return this.#stop !== undefined;
  }

  get over(): boolean {
    return isOver(this.row.state);
  }

  get problemCount(): number {
    return this.#problemCount;
  }

  /** Takes over what was written down. */
  wrote(change: RunChange): void {
    this.row = { ...this.row, ...change };
    const { progress } = this.run;
    const run = runOf(this.row);
    this.run = run.state === "running" && progress ? { ...run, progress } : run;
  }

  /** Begins a try; gives the signal that ends it. */
  begin(): AbortSignal {
    this.#stop = new AbortController();
    this.intent = undefined;
    this.#progress = undefined;
    this.#problems = [];
    this.#problemCount = this.#kept = 0;
    return this.#stop.signal;
  }

  /** Begins to ask its destination; gives the signal that ends it. */
  beginProbe(): AbortSignal {
    this.probing = true;
    this.#probe = new AbortController();
    this.intent = undefined;
    return this.#probe.signal;
  }

  /** Ends the try under way, for a reason. A second call changes the reason only. */
  interrupt(intent: Intent, reason: Error): void {
    this.intent = intent;
    this.#stop?.abort(reason);
    this.#probe?.abort(reason);
  }

  /** The try, or the question, has ended. */
  end(): void {
    this.probing = false;
    this.#stop = this.#probe = undefined;
    this.#progress = undefined;
  }

  /** Where the engine says how far it is. */
  readonly onStart = (progress: () => Progress): void => {
    this.#progress = progress;
  };

  /** Takes a problem; those beyond {@link PROBLEMS_MAX} are counted only. */
  addProblem({ code, path, message }: Problem): void {
    if (this.#problemCount++ >= PROBLEMS_MAX) return;
    this.#problems.push({ code, path: path ?? null, message });
  }

  /** The problems since the last call and the position of the first of them. */
  takeProblems(): { readonly problems: readonly ProblemRow[]; readonly first: number } {
    const problems = this.#problems, first = this.#kept;
    this.#problems = [];
    this.#kept += problems.length;
    return { problems, first };
  }

  /** Looks how far it is; false before the engine knows. */
  look(at: number): boolean {
    if (!this.#progress) return false;
    const progress = progressOf(this.#progress(), at);
    this.run = { ...this.run, progress, problemCount: this.#problemCount };
    return true;
  }

  /** Does work on the record after what was asked for before. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
