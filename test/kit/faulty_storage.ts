// Copyright the SpareGrid authors. Apache-2.0.
import { type SgCode, SgError } from "../../mod/errors/mod.ts";
import type {
  FileHandle,
  FileType,
  LoadRange,
  Storage,
  StorageCall,
  StoredFile,
} from "../../mod/storage/mod.ts";

/** The calls of a storage. */
export type StorageVerb = "create" | "save" | "load" | "stat" | "list" | "remove";

/** A call, as a fault's predicate sees it; `count` counts calls that matched its verb, from 1. */
export interface StorageAct {
  readonly verb: StorageVerb;
  readonly type?: FileType;
  readonly name?: string;
  readonly range?: LoadRange;
}

/**
 * A fault to commit on calls that fit.
 *
 * - `fail`: nothing is done, the call fails with `code`;
 * - `lost`: it is done, then fails with `code` (the answer got lost);
 * - `tear`: a save stores `bytes` of its bytes under the name and fails; a list breaks off after `bytes` entries;
 * - `flip`: a load gives its bytes with one bit wrong;
 * - `wait`: the call waits for `until` first.
 */
export interface StorageFault {
  readonly on: (act: StorageAct) => boolean;
  readonly kind: "fail" | "lost" | "tear" | "flip" | "wait";
  /** Fitting calls to let pass first. */
  after?: number;
  /** Fitting calls to spoil then; all without it. */
  times?: number;
  readonly code?: SgCode;
  readonly context?: Record<string, string | number>;
  readonly bytes?: number;
  readonly until?: Promise<unknown>;
}

/** A storage that misbehaves on demand and remembers every call, in order. */
export class FaultyStorage implements Storage {
  readonly calls: StorageAct[] = [];
  readonly faults: StorageFault[];
  readonly #inner: Storage;

  constructor(inner: Storage, faults: StorageFault[] = []) {
    this.#inner = inner;
    this.faults = faults;
  }

  get location(): string {
    return this.#inner.location;
  }

  get connections(): number {
    return this.#inner.connections;
  }

  get paces(): boolean {
    return this.#inner.paces ?? false;
  }

  /** How many calls of a verb there were. */
  count(verb: StorageVerb): number {
    return this.calls.filter((act) => act.verb === verb).length;
  }

  create(call?: StorageCall): Promise<void> {
    return this.#do({ verb: "create" }, () => this.#inner.create(call));
  }

  async save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
    const act = { verb: "save", ...file } as const;
    await this.#do(act, () => this.#inner.save(file, bytes, call), async (fault) => {
      await this.#inner.save(file, bytes.slice(0, fault.bytes ?? 0), call);
      throw failure(fault, act);
    });
  }

  async load(file: FileHandle, range?: LoadRange): Promise<Uint8Array<ArrayBuffer>> {
    const act = { verb: "load", ...file, ...(range ? { range } : {}) } as const;
    return await this.#do(act, () => this.#inner.load(file, range), async () => {
      const bytes = await this.#inner.load(file, range);
      bytes[bytes.length >> 1]! ^= 0x10;
      return bytes;
    });
  }

  stat(file: FileHandle, call?: StorageCall): Promise<StoredFile> {
    return this.#do({ verb: "stat", ...file }, () => this.#inner.stat(file, call));
  }

  async *list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile> {
    const act = { verb: "list", type } as const;
    const fault = this.#take(act);
    if (fault?.kind === "wait") await fault.until;
    if (fault?.kind === "fail") throw failure(fault, act);
    let left = fault?.kind === "tear" ? fault.bytes ?? 0 : Infinity;
    for await (const file of this.#inner.list(type, call)) {
      if (left-- <= 0) break;
      yield file;
    }
    if (fault && fault.kind !== "wait") throw failure(fault, act);
  }

  remove(file: FileHandle, call?: StorageCall): Promise<void> {
    return this.#do({ verb: "remove", ...file }, () => this.#inner.remove(file, call));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #take(act: StorageAct): StorageFault | undefined {
    this.calls.push(act);
    const fault = this.faults.find((f) => f.on(act) && (f.times ?? 1) > 0);
    if (!fault) return undefined;
    if ((fault.after ?? 0) > 0) {
      fault.after!--;
      return undefined;
    }
    if (fault.times !== undefined) fault.times--;
    return fault;
  }

  async #do<T>(
    act: StorageAct,
    run: () => Promise<T>,
    spoil?: (fault: StorageFault) => Promise<T>,
  ): Promise<T> {
    const fault = this.#take(act);
    if (fault?.kind === "fail") throw failure(fault, act);
    if (fault?.kind === "tear" || fault?.kind === "flip") return await (spoil ?? run)(fault);
    if (fault?.kind === "wait") await fault.until;
    const result = await run();
    if (fault?.kind === "lost") throw failure(fault, act);
    return result;
  }
}

function failure(fault: StorageFault, act: StorageAct): SgError {
  return new SgError(
    fault.code ?? "SG0083",
    `Cannot ${act.verb} ${act.type}/${act.name}: a fault of the test`,
    {
      context: fault.context ?? {},
    },
  );
}
