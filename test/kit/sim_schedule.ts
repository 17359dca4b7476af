// Copyright the SpareGrid authors. Apache-2.0.
import { setImmediate } from "node:timers";
import type { Clock, Instant } from "../../mod/base/mod.ts";
import type { SimRandom } from "./sim_random.ts";

/** 2026-06-01, about. */
const START: Instant = 1_780_000_000_000_000_000n;
/** Turns of the microtask queue that follow an event: mostly enough for all that it sets off. */
const MICROTASKS = 40;
/** Events between two looks at what waits for the event loop (the archiver takes breath there). */
const EVENTS_PER_LOOP = 16;
/** No story takes so many events: something turns in circles. */
const EVENTS_MAX = 200_000;

interface Due {
  readonly at: number;
  readonly order: number;
  readonly process: SimProcess;
  readonly wake: () => void;
  cancelled: boolean;
}

/**
 * The time of a simulation: events in the order of their virtual times. An event is the going on of one process, up to
 * its next call of a port; so all interleaving is decided here, by the times that a seed draws.
 */
export class SimSchedule {
  /** Virtual milliseconds since the start. */
  nowMs = 0;
  /** Events so far. */
  events = 0;
  readonly #heap: Due[] = [];
  #order = 0;
  #outside: Promise<unknown> | undefined;

  /** Lets nothing else happen until `work`, which waits for the real world (scrypt has a thread of its own), has settled. */
  holdFor(work: Promise<unknown>): void {
    this.#outside = work.catch(() => {});
  }

  /** Calls `wake` at a time, unless the process is dead by then; later when it is paused. */
  add(process: SimProcess, at: number, wake: () => void): { cancelled: boolean } {
    const due = { at: Math.max(at, this.nowMs), order: this.#order++, process, wake, cancelled: false };
    push(this.#heap, due);
    return due;
  }

  /** Lets events happen until `done`; `between` is called after each. */
  async run(done: () => boolean, between: () => Promise<void> | undefined): Promise<void> {
    await loopTurn();
    while (!done()) {
      const due = pop(this.#heap);
      if (due === undefined) {
        await loopTurn();
        if (this.#heap.length === 0 && !done()) throw new Error("the simulation stands still");
        continue;
      }
      if (due.cancelled || due.process.dead) continue;
      if (due.process.pausedUntil > due.at) {
        push(this.#heap, { ...due, at: due.process.pausedUntil, order: this.#order++ });
        continue;
      }
      if (++this.events > EVENTS_MAX) throw new Error("the simulation does not come to an end");
      this.nowMs = Math.max(this.nowMs, due.at);
      due.wake();
      for (let i = 0; i < MICROTASKS; i++) await undefined;
      if (this.events % EVENTS_PER_LOOP === 0) await loopTurn();
      while (this.#outside) {
        const outside = this.#outside;
        this.#outside = undefined;
        await outside;
      }
      const pause = between();
      if (pause) await pause;
    }
    await loopTurn();
  }
}

/** Who a process is. */
export interface SimIdentity {
  readonly hostname: string;
  readonly pid: number;
  /** What its host's clock is ahead, milliseconds. */
  readonly skewMs: number;
}

/** What a pause does: the process stands still, or its whole machine sleeps, and with it the monotonic clock. */
export interface SimPause {
  /** At which of the process's steps. */
  readonly at: number;
  readonly ms: number;
  readonly suspends: boolean;
}

/** What befalls a process. */
export interface SimFate {
  readonly pauses: readonly SimPause[];
  /** The call of the file system that it dies at, counted from its start. */
  readonly diesAt: number;
  /** Share of its storage calls that fail: half of them undone, half of them done. */
  readonly failing: number;
}

/** Nothing befalls. */
export const CALM: SimFate = { pauses: [], diesAt: Infinity, failing: 0 };

/** A process of the simulation, and its clock. */
export class SimProcess implements Clock {
  readonly identity: SimIdentity;
  readonly fate: SimFate;
  readonly random: SimRandom;
  dead = false;
  pausedUntil = 0;
  /** Calls of the file system so far. */
  diskCalls = 0;
  /** Resolves when it dies. */
  readonly death = Promise.withResolvers<"died">();
  readonly #schedule: SimSchedule;
  #steps = 0;
  #stoodStillMs = 0;
  #standsStillMs = 0;

  constructor(schedule: SimSchedule, identity: SimIdentity, fate: SimFate, random: SimRandom) {
    this.#schedule = schedule;
    this.identity = identity;
    this.fate = fate;
    this.random = random;
  }

  now(): Instant {
    return START + BigInt(Math.round((this.#schedule.nowMs + this.identity.skewMs) * 1000)) * 1000n;
  }

  monotonicMs(): number {
    if (this.#standsStillMs > 0 && this.#schedule.nowMs >= this.pausedUntil) {
      this.#stoodStillMs += this.#standsStillMs;
      this.#standsStillMs = 0;
    }
    return this.#schedule.nowMs - this.#stoodStillMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        due.cancelled = true;
        reject(signal!.reason);
      };
      const due = this.#schedule.add(this, this.#schedule.nowMs + ms, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** One step: takes a moment, and perhaps a long pause. Never settles when the process dies meanwhile. */
  step(): Promise<void> {
    const step = ++this.#steps;
    for (const { at, ms, suspends } of this.fate.pauses) if (at === step) this.#pause(ms, suspends);
    return this.sleep(0.1 + 4 * this.random.fraction());
  }

  /** Ends it: whatever it waits for never comes. */
  kill(): void {
    if (this.dead) return;
    this.dead = true;
    this.death.resolve("died");
  }

  #pause(ms: number, suspends: boolean): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.#schedule.nowMs + ms);
    if (suspends) this.#standsStillMs += ms;
  }
}

function loopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!before(due, heap[above]!)) break;
    heap[at] = heap[above]!;
    at = above;
  }
  heap[at] = due;
}

function pop(heap: Due[]): Due | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && before(heap[below + 1]!, heap[below]!)) below++;
    if (!before(heap[below]!, last)) break;
    heap[at] = heap[below]!;
    at = below;
  }
  heap[at] = last;
  return first;
}
