// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, type Clock, toHex } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { BlobWriter, type SavedCounts, type SealedPack } from "../repository/mod.ts";
import type { Lanes } from "./lanes.ts";
import type { Session } from "./session.ts";

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
export class BackupTarget {
  readonly lanes: Lanes;
  readonly #session: Session;
  readonly #call: { readonly signal: AbortSignal };
  readonly #dry: DryRun | undefined;

  constructor(session: Session, { dryRun, signal }: BackupTargetOptions) {
    this.#session = session;
    this.#call = { signal: withGrace(signal, session.ports.clock) };
    this.#dry = dryRun ? new DryRun(session) : undefined;
    this.lanes = session.lanes((pack) => this.#save(pack));
  }

  /** What was stored, or would have been. Complete after `checkpoint`. */
  get saved(): SavedCounts {
    return { ...this.#dry?.counts ?? this.#session.repository.saved };
  }

  /** Stores an encoded tree unless it is known. */
  saveTree(bytes: Uint8Array): Promise<BlobId> {
    return this.#dry ? this.#dry.saveTree(bytes) : this.#session.repository.saveTree(bytes, this.#call);
  }

  /** Makes everything handed over so far durable and listed in an index. */
  async checkpoint(): Promise<void> {
    await (this.#dry ? this.#dry.flush() : this.#session.repository.flush(this.#call));
  }

  /** Stores packs that are not full, joined to fewer ones. */
  async savePacks(packs: readonly SealedPack[]): Promise<void> {
    if (!this.#dry) return await this.#session.repository.savePacks(packs, this.#call);
    for (const pack of packs) await this.#dry.take(pack);
  }

  #save(pack: SealedPack): Promise<void> {
    return this.#dry ? this.#dry.take(pack) : this.#session.repository.savePack(pack, this.#call);
  }
}

/** Aborts a while after `signal` does, so that an interrupted run can bring home what it has. */
function withGrace(signal: AbortSignal, clock: Clock): AbortSignal {
  const late = new AbortController();
  signal.addEventListener("abort", () => {
    const { reason } = signal;
    const why = isSgError(reason) ? reason : new SgError("SG1016", "The command was interrupted");
    void clock.sleep(GRACE_MS).then(() => late.abort(why));
  }, { once: true });
  return late.signal;
}

/** Counts what a run would store. */
class DryRun {
  readonly counts = { dataBlobs: 0, treeBlobs: 0, dataBytes: 0, treeBytes: 0, packedBytes: 0, packs: 0 };
  readonly #writer: BlobWriter;
  readonly #session: Session;

  constructor(session: Session) {
    const { repository, ports } = session;
    this.#session = session;
    this.#writer = new BlobWriter(
      { ...repository.writerSeed(), table: repository.table, type: "tree" },
      ports.random,
    );
  }

  async saveTree(bytes: Uint8Array): Promise<BlobId> {
    const id = this.#session.repository.blobId(bytes);
    this.#writer.put(id, bytes);
    if (this.#writer.full) await this.flush();
    return toHex(id) as BlobId;
  }

  async flush(): Promise<void> {
    const pack = await this.#writer.seal();
    if (pack) await this.take(pack);
  }

  take({ type, bytes, lengths, uncompressed }: SealedPack): Promise<void> {
    const plain = lengths.reduce((sum, length, i) => sum + (uncompressed[i]! || length - 32), 0);
    this.counts[type === "data" ? "dataBlobs" : "treeBlobs"] += lengths.length;
    this.counts[type === "data" ? "dataBytes" : "treeBytes"] += plain;
    this.counts.packedBytes += bytes.length;
    this.counts.packs++;
    return Promise.resolve();
  }
}
