// Copyright the SpareGrid authors. Apache-2.0.
import { FileSaver, type SavedStream, StreamSaver } from "../archiver/mod.ts";
import { freeBytes, type PackId, type Random } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
import {
  BlobReader,
  blobsOf,
  BlobTable,
  type BlobTableHandle,
  BlobWriter,
  type ReaderSeed,
  type SealedPack,
  verifyPack,
  type WriterSeed,
} from "../repository/mod.ts";
import { FileWriter } from "../restorer/mod.ts";

/** What a lane needs to know; crosses threads, so data only. It holds keys: never log it. */
export interface LaneSeed {
  readonly reader: ReaderSeed;
  /** What is stored where. */
  readonly table: BlobTableHandle;
  /** Left out where the session only reads. */
  readonly writer?: WriterSeed;
  /** Secret that the chunker's table is made from. */
  readonly chunkerSecret: Uint8Array;
}

/** What a lane can be asked to do. */
export type LaneSkill = "saveFiles" | "savePart" | "endStream" | "flush" | "writeFiles" | "verifyPack";

/** A count of bytes that all threads add to: one 64-bit number. */
export type SharedCount = SharedArrayBuffer;

/** Stores a sealed pack, whose buffers it takes over; resolves when it is durable. */
export type HandOver = (pack: SealedPack) => Promise<void>;

/** The ports of a lane. */
export interface LanePorts {
  readonly fs: FileSystem;
  readonly random: Random;
  /** Bytes of source files read so far. */
  readonly bytesRead: SharedCount;
}

/**
 * One lane's work: read, cut, hash, ask the shared table, compress, pack and seal on the way in; open, verify and
 * write on the way out. Knows no storage. A sealed pack is handed over while the next one is filled; there is never
 * more than one on its way, which bounds the memory.
 */
export class Lane {
  readonly #reader: BlobReader;
  readonly #table: BlobTable;
  readonly #files: FileWriter;
  readonly #newSaving: (() => Saving) | undefined;
  #saving: Saving | undefined;
  #stop = new AbortController();
  /** What is begun of the present run must not reach the next: a blob half put in, a pack half full, a failure. */
  #spoilt = false;
  /** Saving shares one chunk buffer and one open pack, so its questions are answered one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(seed: LaneSeed, ports: LanePorts, handOver: HandOver) {
    const reader = new BlobReader(seed.reader);
    this.#reader = reader;
    this.#table = BlobTable.attach(seed.table);
    this.#files = new FileWriter({
      fs: ports.fs,
      random: ports.random,
      openBlob: (id, sealed, uncompressedLength) =>
        reader.openBriefly("data", id, sealed, uncompressedLength),
    });
    const { writer, chunkerSecret } = seed;
    if (writer) this.#newSaving = () => new Saving(writer, chunkerSecret, ports, handOver);
  }

  /** Answers one question. */
  perform(skill: LaneSkill, args: readonly unknown[]): Promise<unknown> {
    switch (skill) {
      case "writeFiles":
        return this.#now(() => this.#write(args[0] as Uint8Array, args[1] as Uint8Array<ArrayBuffer>));
      case "verifyPack":
        return this.#now(() =>
          this.#verify(args[0] as PackId, args[1] as Uint8Array<ArrayBuffer>, args[2] as Uint32Array)
        );
      default:
        return this.#inTurn(() => this.#save(skill, args));
    }
  }

  /** Makes what is under way, and everything asked later, fail with SG1016. */
  abort(): void {
    this.#stop.abort(new SgError("SG1016", "The command was interrupted"));
  }

  /** Makes the lane ready for another run; only when every question of the last one was answered. */
  renew(): void {
    const { aborted } = this.#stop.signal;
    if (aborted) this.#stop = new AbortController();
    if (aborted || this.#spoilt || this.#saving?.dirty) this.#saving = undefined;
    this.#spoilt = false;
    this.#last = Promise.resolve();
  }

  async #now<T>(work: () => T | Promise<T>): Promise<T> {
    this.#stop.signal.throwIfAborted();
    return await work();
  }

  #write(job: Uint8Array, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    try {
      return this.#files.run(job, bytes);
    } finally {
      // They belong to the lane.
      freeBytes(bytes);
    }
  }

  async #verify(id: PackId, bytes: Uint8Array<ArrayBuffer>, entries: Uint32Array): Promise<string[]> {
    try {
      return await verifyPack(this.#reader, id, bytes, blobsOf(this.#table, entries));
    } finally {
      freeBytes(bytes);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #save(skill: LaneSkill, args: readonly unknown[]): Promise<unknown> {
    try {
      return await this.#saveOrFail(skill, args);
    } catch (error) {
      this.#spoilt = true;
      throw error;
    }
  }

  async #saveOrFail(skill: LaneSkill, args: readonly unknown[]): Promise<unknown> {
    const saving = this.#saving ??= this.#newSaving?.();
    if (!saving) throw new SgError("SG1023", "A lane that only reads was asked to save");
    // Flushing is what a clean stop does, so an abort does not forbid it.
    if (skill === "flush") return await saving.flush();
    this.#stop.signal.throwIfAborted();
    if (skill === "saveFiles") {
      const batch = args[0] as Uint8Array<ArrayBuffer>;
      try {
        return await saving.files.save(batch, this.#stop.signal);
      } finally {
        freeBytes(batch);
      }
    }
    if (skill === "savePart") return await this.#addPart(saving, args[0] as Uint8Array<ArrayBuffer>);
    if (skill === "endStream") return await saving.endStream();
    throw new SgError("SG1023", `A lane does not know how to ${skill}`);
  }

  async #addPart(saving: Saving, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await saving.addPart(bytes);
    } finally {
      // A stream may be a thousand times as large as the memory.
      freeBytes(bytes);
    }
  }
}

/** The half of a lane that saves. */
class Saving {
  readonly files: FileSaver;
  readonly #stream: StreamSaver;
  #unflushed = false;
  #inStream = false;
  readonly #writer: BlobWriter;
  readonly #handOver: HandOver;
  /** Rejects for good once a pack could not be saved: its blobs are claimed, so nothing after it may count. */
  #onItsWay: Promise<void> = Promise.resolve();

  constructor(
    seed: WriterSeed,
    chunkerSecret: Uint8Array,
    ports: LanePorts,
    handOver: HandOver,
  ) {
    this.#writer = new BlobWriter(
      { ...seed, table: BlobTable.attach(seed.table), type: "data" },
      ports.random,
    );
    this.#handOver = handOver;
    const sink = { put: (id: Uint8Array, plain: Uint8Array) => this.#put(id, plain) };
    const bytesRead = new BigInt64Array(ports.bytesRead);
    const onRead = (bytes: number) => void Atomics.add(bytesRead, 0, BigInt(bytes));
    this.files = new FileSaver({ fs: ports.fs, chunkerSecret, sink, onRead });
    this.#stream = new StreamSaver({ chunkerSecret, sink });
  }

  /** True when there is more than was flushed. */
  get dirty(): boolean {
    return this.#unflushed || this.#inStream;
  }

  async addPart(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#inStream = true;
    await this.#stream.add(bytes);
  }

  async endStream(): Promise<SavedStream> {
    const saved = await this.#stream.end();
    this.#inStream = false;
    return saved;
  }

  /**
   * Resolves when all packs handed over are durable, with the one that was not full yet: the small packs of all lanes
   * are joined before they are stored.
   */
  async flush(): Promise<SealedPack | undefined> {
    await this.#onItsWay;
    const pack = await this.#writer.seal();
    this.#unflushed = false;
    return pack;
  }

  #put(id: Uint8Array, plain: Uint8Array): void | Promise<void> {
    this.#unflushed = true;
    this.#writer.put(id, plain);
    if (this.#writer.full) return this.#ship();
  }

  async #ship(): Promise<void> {
    const pack = await this.#writer.seal();
    await this.#onItsWay;
    if (!pack) return;
    this.#onItsWay = this.#handOver(pack);
    // The failure is met at the next pack or flush; until then it must not count as unhandled.
    this.#onItsWay.catch(() => {});
  }
}
