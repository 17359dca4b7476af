// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobTableHandle, Repository } from "../repository/mod.ts";
import type { LanePorts } from "./lane.ts";
import { Lanes, type SavePack, startLaneThread } from "./lanes.ts";

/** Sets of lanes that wait for a run: one for a backup and one for what goes on beside it. */
const IDLE_MAX = 2;

/** Lanes and the table that they look into; lanes cannot change it. */
interface Idle {
  readonly lanes: Lanes;
  readonly table: BlobTableHandle;
}

/** Keeps lanes, and so their threads, from one run to the next. A set of lanes belongs to one run at a time. */
export class LanePool {
  readonly #ports: Omit<LanePorts, "bytesRead">;
  readonly #threads: number;
  readonly #idle: Idle[] = [];
  /** Lanes that serve a run now, and their tables. */
  readonly #taken = new Map<Lanes, BlobTableHandle>();
  /** Threads that were started before there was work for them. */
  readonly #threadsAhead: Worker[] = [];
  #ended = false;

  constructor(ports: Omit<LanePorts, "bytesRead">, threads: number) {
    this.#ports = ports;
    this.#threads = threads;
  }

  /** Starts the threads of a run that is about to take lanes, so that it need not wait for them. */
  startThreads(): void {
    if (this.#ended || this.#idle.length > 0) return;
    while (this.#threadsAhead.length < this.#threads) this.#threadsAhead.push(startLaneThread());
  }

  /** Lanes for a run, over the index that it uses. */
  take(repository: Repository, savePack: SavePack): Lanes {
    const table = repository.table.handle;
    // Those of another table can serve no run any more.
    for (const { lanes } of this.#idle.filter((idle) => idle.table !== table)) lanes[Symbol.dispose]();
    const fitting = this.#idle.filter((idle) => idle.table === table);
    this.#idle.length = 0;
    const taken = fitting.pop();
    this.#idle.push(...fitting);
    if (taken) taken.lanes.renew(savePack);
    const lanes = taken?.lanes ?? this.#make(repository, savePack);
    this.#taken.set(lanes, table);
    return lanes;
  }

  #make(repository: Repository, savePack: SavePack): Lanes {
    const seed = {
      reader: repository.readerSeed(),
      table: repository.table.handle,
      writer: repository.writerSeed(),
      chunkerSecret: repository.secret("chunker"),
    };
    const startThread = () => this.#threadsAhead.pop() ?? startLaneThread();
    return new Lanes(seed, this.#ports, savePack, { threads: this.#threads, startThread });
  }

  /** Takes lanes back. False when they were still at work: then they are ended, but what they do may take a moment longer. */
  giveBack(lanes: Lanes): boolean {
    const table = this.#taken.get(lanes);
    const { quiet } = lanes;
    this.#taken.delete(lanes);
    if (table && quiet && !this.#ended && this.#idle.length < IDLE_MAX) this.#idle.push({ lanes, table });
    else lanes[Symbol.dispose]();
    return quiet;
  }

  /** Ends the threads of lanes that no run uses. */
  rest(): void {
    for (const { lanes } of this.#idle) lanes[Symbol.dispose]();
    for (const thread of this.#threadsAhead) thread.terminate();
    this.#idle.length = this.#threadsAhead.length = 0;
  }

  /** Ends all threads, and keeps none from now on. */
  [Symbol.dispose](): void {
    this.#ended = true;
    this.rest();
    for (const lanes of this.#taken.keys()) lanes[Symbol.dispose]();
  }
}
