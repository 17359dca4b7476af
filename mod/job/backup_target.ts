// Copyright the SpareGrid authors. Apache-2.0.
import type { LongTree } from "../archiver/mod.ts";
import { type BlobId, type Clock, freeBytes } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import {
  BlobWriter,
  countPack,
  type LongBlob,
  noCounts,
  type SavedCounts,
  type SealedPack,
} from "../repository/mod.ts";
import type { StorageCall } from "../storage/mod.ts";
import type { Lanes } from "./lanes.ts";
import type { SessionRun } from "./session_run.ts";

/** The system takes so much to send before any of it has gone over the link: bytes that a destination has not got yet. */
const HELD_BYTES = 4 * 1024 * 1024;
/** After an interruption the storage has so long to take what is on its way; then that is given up. */
const GRACE_MS = 1100;

/** How a {@link BackupTarget} shall work. */
export interface BackupTargetOptions {
  /** Seal and count everything, store nothing. */
  readonly dryRun: boolean;
  /** The run's signal. */
  readonly signal: AbortSignal;
}

/** Where a backup's blobs go: into the repository, or nowhere in a dry run, which counts them all the same. */
export class BackupTarget implements Disposable {
  readonly lanes: Lanes;
  readonly #session: SessionRun;
  readonly #grace: Grace;
  readonly #call: { readonly signal: AbortSignal };
  readonly #dry: DryRun | undefined;
  /** What each save under way has still to bring to the destination, bytes. */
  readonly #underWay = new Set<{ bytes: number }>();

  constructor(session: SessionRun, { dryRun, signal }: BackupTargetOptions) {
    this.#session = session;
    this.#grace = new Grace(signal, session.ports.clock);
    this.#call = { signal: this.#grace.signal };
    this.#dry = dryRun ? new DryRun(session) : undefined;
    this.lanes = session.lanes((pack) => this.#save(pack));
  }

  /** What was stored, or would have been. Complete after `checkpoint`. */
  get saved(): SavedCounts {
    return { ...this.#dry?.counts ?? this.#session.repository.saved };
  }

  /** Bytes of sealed packs that the destination has not got yet. */
  get bytesUnderWay(): number {
    return this.#underWay.values().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Stores an encoded tree unless it is known; takes the bytes. */
  async saveTree(bytes: Uint8Array<ArrayBuffer>): Promise<BlobId> {
    try {
      return await this.#saveTree(bytes);
    } finally {
      freeBytes(bytes);
    }
  }

  /** Begins a tree of very many bytes. */
  beginTree(): LongTree {
    const blob = this.#dry ? this.#dry.beginTree() : this.#session.repository.beginTree();
    return { add: (piece) => blob.add(piece), save: () => this.#saveTree(blob) };
  }

  /** Makes everything handed over so far durable and listed in an index. */
  async checkpoint(): Promise<void> {
    await (this.#dry ? this.#dry.flush() : this.#session.repository.flush(this.#call));
  }

  /** Stores packs that are not full, joined to fewer ones. */
  async savePacks(packs: readonly SealedPack[]): Promise<void> {
    if (!this.#dry) {
      const bytes = packs.reduce((sum, pack) => sum + pack.bytes.length, 0);
      return await this.#send(bytes, (call) => this.#session.repository.savePacks(packs, call));
    }
    for (const pack of packs) await this.#dry.take(pack);
  }

  /** Stops listening to the run's signal. */
  [Symbol.dispose](): void {
    this.#grace[Symbol.dispose]();
  }

  #saveTree(tree: Uint8Array | LongBlob): Promise<BlobId> {
    return this.#dry ? this.#dry.saveTree(tree) : this.#session.repository.saveTree(tree, this.#call);
  }

  #save(pack: SealedPack): Promise<void> {
    if (this.#dry) return this.#dry.take(pack);
    return this.#send(pack.bytes.length, (call) => this.#session.repository.savePack(pack, call));
  }

  /** Saves so many bytes, and counts those that are left. */
  async #send(bytes: number, save: (call: StorageCall) => Promise<void>): Promise<void> {
    const left = { bytes };
    let handedOver = 0;
    const pace = (piece: number) => {
      handedOver += piece;
      left.bytes = Math.max(0, Math.min(bytes, bytes - handedOver + HELD_BYTES));
      return Promise.resolve();
    };
    this.#underWay.add(left);
    try {
      await save({ ...this.#call, pace });
    } finally {
      this.#underWay.delete(left);
    }
  }
}

/** Aborts a while after `signal` does, so that an interrupted run can bring home what it has. */
class Grace implements Disposable {
  readonly #late = new AbortController();
  readonly #source: AbortSignal;
  readonly #onAbort: () => void;

  constructor(source: AbortSignal, clock: Clock) {
    this.#source = source;
    this.#onAbort = () => {
      const { reason } = source;
      const why = isSgError(reason) ? reason : new SgError("SG1016", "The command was interrupted");
      void clock.sleep(GRACE_MS).then(() => this.#late.abort(why));
    };
    source.addEventListener("abort", this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#late.signal;
  }

  /** A signal outlives many runs: whoever goes on listening is kept with it. */
  [Symbol.dispose](): void {
    this.#source.removeEventListener("abort", this.#onAbort);
  }
}

/** Counts what a run would store. */
class DryRun {
  readonly counts = noCounts();
  readonly #writer: BlobWriter;
  readonly #session: SessionRun;

  constructor(session: SessionRun) {
    const { repository, ports } = session;
    this.#session = session;
    this.#writer = new BlobWriter(
      { ...repository.writerSeed(), table: repository.table, type: "tree" },
      ports.random,
    );
  }

  beginTree(): LongBlob {
    return this.#writer.beginLong();
  }

  async saveTree(tree: Uint8Array | LongBlob): Promise<BlobId> {
    const id = this.#writer.add(tree);
    if (this.#writer.full) await this.flush();
    return id;
  }

  async flush(): Promise<void> {
    const pack = await this.#writer.seal();
    if (pack) await this.take(pack);
  }

  take(pack: SealedPack): Promise<void> {
    countPack(this.counts, pack, pack.bytes.length);
    return Promise.resolve();
  }
}
