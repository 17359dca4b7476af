// Copyright the SpareGrid authors. Apache-2.0.
import { freeBytes } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { SealedPack } from "../repository/mod.ts";
import { Lane, type LanePorts, type LaneSeed, type LaneSkill, type SharedCount } from "./lane.ts";
import { carryError, type FromLane, landError, type ToLane } from "./lane_messages.ts";

/** Saves a pack that a lane sealed; resolves when it is durable. */
export type SavePack = (pack: SealedPack) => Promise<void>;

/** The threads that lanes run on. */
export interface LaneThreads {
  /** How many there are at most; 0: none, the one lane is on the calling thread. */
  readonly threads: number;
  /** Where one comes from; {@link startLaneThread} where left out. */
  readonly startThread?: () => Worker;
}

/** Starts a thread for a lane. It takes a tenth of a second until it can work. */
export function startLaneThread(): Worker {
  return new Worker(import.meta.resolve("./lane_worker.ts"), { type: "module" });
}

/** One lane as the pool sees it: a worker thread, or the same code on this thread. */
interface LaneHandle {
  /** Questions asked and not answered yet. */
  pending: number;
  /** False when it is still at work: a question open, a pack on its way, its thread failed. */
  readonly quiet: boolean;
  /** Ready for another run. */
  renew(): void;
  ask(skill: LaneSkill, args: readonly unknown[], transfer: ArrayBuffer[]): Promise<unknown>;
  abort(): void;
  close(): void;
}

/**
 * The lanes: the threads that read, cut, hash, compress, seal, open and write. The main thread keeps the
 * storage, the index files and the plan; a lane gets bytes or descriptors and gives bytes back, moved, not copied.
 *
 * With `threads: 0` the one lane runs on the calling thread, with the caller's own ports: so a test can hold the
 * clock, the file system and the randomness of the whole engine.
 */
export class Lanes {
  /** Lanes there are to be. */
  readonly count: number;
  readonly #open: () => LaneHandle;
  readonly #lanes: LaneHandle[] = [];
  readonly #bytesRead: SharedCount = new SharedArrayBuffer(8);
  #savePack: SavePack;
  #ended = false;

  constructor(
    seed: LaneSeed,
    ports: Omit<LanePorts, "bytesRead">,
    savePack: SavePack,
    { threads, startThread = startLaneThread }: LaneThreads,
  ) {
    this.count = Math.max(1, threads);
    this.#savePack = savePack;
    const bytesRead = this.#bytesRead;
    const save: SavePack = (pack) => this.#savePack(pack);
    this.#open = threads === 0
      ? () => new InlineLane(seed, { ...ports, bytesRead }, save)
      : () => new WorkerLane(startThread(), seedOf(seed, this.#lanes.length, threads), bytesRead, save);
  }

  /** True when no lane is at work: then nothing of the last run comes any more, and another may begin. */
  get quiet(): boolean {
    return !this.#ended && this.#lanes.every((lane) => lane.quiet);
  }

  /** From now on `savePack` says where sealed packs go. */
  saveInto(savePack: SavePack): void {
    this.#savePack = savePack;
  }

  /** Makes quiet lanes ready for another run, whose packs `savePack` takes. What the last one left behind is dropped. */
  renew(savePack: SavePack): void {
    this.#savePack = savePack;
    Atomics.store(new BigInt64Array(this.#bytesRead), 0, 0n);
    for (const lane of this.#lanes) lane.renew();
  }

  /** Bytes of source files that the lanes have read so far. */
  get bytesRead(): number {
    return Number(Atomics.load(new BigInt64Array(this.#bytesRead), 0));
  }

  /** Asks the lane with the least to do. The buffers in `transfer` belong to the lane afterwards. */
  ask(skill: LaneSkill, args: readonly unknown[], transfer: ArrayBuffer[] = []): Promise<unknown> {
    return this.#leastBusy().ask(skill, args, transfer);
  }

  /** Asks one certain lane, for what must stay together. */
  askFirst(skill: LaneSkill, args: readonly unknown[], transfer: ArrayBuffer[] = []): Promise<unknown> {
    return (this.#lanes[0] ?? this.#start()).ask(skill, args, transfer);
  }

  /** Asks every lane that has begun to work, for what it has not handed over yet. */
  async flush(): Promise<SealedPack[]> {
    const packs = await Promise.all(this.#lanes.map((lane) => lane.ask("flush", [], [])));
    return packs.filter((pack) => pack !== undefined) as SealedPack[];
  }

  /** Tells every lane to stop what it does; pending questions fail with SG1016. */
  abort(): void {
    for (const lane of this.#lanes) lane.abort();
  }

  /** Ends the threads. */
  [Symbol.dispose](): void {
    this.#ended = true;
    for (const lane of this.#lanes) lane.close();
    this.#lanes.length = 0;
  }

  /** A thread is started when all others have work: a run that finds nothing new needs none. */
  #leastBusy(): LaneHandle {
    let best: LaneHandle | undefined;
    for (const lane of this.#lanes) if (!best || lane.pending < best.pending) best = lane;
    return best && (best.pending === 0 || this.#lanes.length === this.count) ? best : this.#start();
  }

  #start(): LaneHandle {
    if (this.#ended) throw new SgError("SG1023", "The lanes were asked to work after their end");
    const lane = this.#open();
    this.#lanes.push(lane);
    return lane;
  }
}

/** The seed of lane `index`: each is to have its packs full at another time. */
function seedOf({ writer, ...seed }: LaneSeed, index: number, count: number): LaneSeed {
  return writer ? { ...seed, writer: { ...writer, firstPackPart: (index + 1) / count } } : seed;
}

/** A lane on the calling thread. */
class InlineLane implements LaneHandle {
  pending = 0;
  #packs = 0;
  readonly #lane: Lane;

  constructor(seed: LaneSeed, ports: LanePorts, savePack: SavePack) {
    this.#lane = new Lane(seed, ports, async (pack) => {
      this.#packs++;
      try {
        await storeAndFree(pack, savePack);
      } finally {
        this.#packs--;
      }
    });
  }

  get quiet(): boolean {
    return this.pending === 0 && this.#packs === 0;
  }

  renew(): void {
    this.#lane.renew();
  }

  async ask(skill: LaneSkill, args: readonly unknown[]): Promise<unknown> {
    this.pending++;
    try {
      return await this.#lane.perform(skill, args);
    } finally {
      this.pending--;
    }
  }

  abort(): void {
    this.#lane.abort();
  }

  close(): void {
    this.#lane.abort();
  }
}

/** A lane in a worker thread. */
class WorkerLane implements LaneHandle {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #savePack: SavePack;
  #nextId = 1;
  #packs = 0;
  #broken: SgError | undefined;

  constructor(worker: Worker, seed: LaneSeed, bytesRead: SharedCount, savePack: SavePack) {
    this.#worker = worker;
    this.#savePack = savePack;
    this.#worker.onmessage = (event: MessageEvent<FromLane>) => this.#receive(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new SgError("SG1023", `A worker thread failed: ${event.message}`));
    };
    this.#send({ kind: "seed", seed, bytesRead });
  }

  get pending(): number {
    return this.#waiting.size;
  }

  get quiet(): boolean {
    return this.pending === 0 && this.#packs === 0 && !this.#broken;
  }

  renew(): void {
    this.#send({ kind: "renew" });
  }

  ask(skill: LaneSkill, args: readonly unknown[], transfer: ArrayBuffer[]): Promise<unknown> {
    if (this.#broken) return Promise.reject(this.#broken);
    const id = this.#nextId++;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    this.#send({ kind: "ask", id, skill, args }, transfer);
    return answer.promise;
  }

  abort(): void {
    if (!this.#broken) this.#send({ kind: "abort" });
  }

  close(): void {
    this.#fail(new SgError("SG1016", "The worker thread was ended"));
    this.#worker.terminate();
  }

  #send(message: ToLane, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #receive(message: FromLane): void {
    if (message.kind === "pack") return void this.#take(message.number, message.pack);
    const answer = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "answer") answer?.resolve(message.result);
    else answer?.reject(landError(message.error));
  }

  async #take(number: number, pack: SealedPack): Promise<void> {
    this.#packs++;
    try {
      await storeAndFree(pack, this.#savePack);
      this.#send({ kind: "packSaved", number });
    } catch (error) {
      this.#send({ kind: "packLost", number, failure: carryError(error) });
    } finally {
      this.#packs--;
    }
  }

  #fail(error: SgError): void {
    this.#broken ??= error;
    for (const answer of this.#waiting.values()) answer.reject(this.#broken);
    this.#waiting.clear();
  }
}

/** Stores a pack, and then frees its memory. */
async function storeAndFree(pack: SealedPack, savePack: SavePack): Promise<void> {
  await savePack(pack);
  freeBytes(pack.bytes);
}
