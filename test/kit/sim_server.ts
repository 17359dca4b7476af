// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../../mod/errors/mod.ts";
import { type Fd, type FileSystem, osError } from "../../mod/platform/mod.ts";
import {
  type FileHandle,
  type FileType,
  type LoadRange,
  LocalStorage,
  type Storage,
  type StorageCall,
  type StoredFile,
} from "../../mod/storage/mod.ts";
import type { MemoryFileSystem } from "./memory_file_system.ts";
import type { SimRandom } from "./sim_random.ts";
import type { SimProcess } from "./sim_schedule.ts";

/** Where the repository lies on the simulated drive. */
export const REPOSITORY = "/srv/repo";
/** Another image of the same power cut is looked at, too. */
const IMAGES_PER_CUT = 2;

/** Wrappers of ports, for tests that take a safeguard away. */
export interface SimWrappers {
  readonly fileSystem?: (fs: FileSystem) => FileSystem;
  /** One for each process. */
  readonly storage?: (storage: Storage) => Storage;
}

/**
 * The machine that holds the repository: its drive, and the power cut that it may meet at any call. Each process reaches
 * the drive through a view of its own, where it may die.
 */
export class SimServer {
  disk: MemoryFileSystem;
  /** Counts power cuts: what was opened before one is gone. */
  epoch = 0;
  /** The virtual time at which it answers again. */
  upAtMs = 0;
  /** The call of the file system at which the power fails. */
  cutAt = Infinity;
  /** Calls of the file system so far. */
  calls = 0;
  /** Drives as power cuts may have left them; whoever looks at them takes them out. */
  readonly images: MemoryFileSystem[] = [];
  readonly #random: SimRandom;
  readonly #onCut: () => void;

  constructor(disk: MemoryFileSystem, random: SimRandom, onCut: () => void) {
    this.disk = disk;
    this.#random = random;
    this.#onCut = onCut;
  }

  /** The drive as a process sees it. */
  view(process: SimProcess): FileSystem {
    const { disk, epoch } = this;
    const enter = (call: string, args: unknown[]) => {
      if (process.dead || epoch !== this.epoch) throw osError("EIO", call);
      const dies = ++process.diskCalls === process.fate.diesAt;
      const cut = ++this.calls === this.cutAt;
      if (!dies && !cut) return;
      // A write may have got half way.
      if (call.startsWith("writeAt")) {
        disk.writeAt(args[0] as Fd, halfOf(args[1] as Uint8Array), args[2] as number);
      }
      if (dies) process.kill();
      else this.#cutPower();
      throw osError("EIO", call);
    };
    return new Proxy(disk, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member !== "function" || typeof property !== "string") return member;
        if (property === "close") return member.bind(target);
        if (!property.endsWith("Async")) {
          return (...args: unknown[]) => {
            enter(property, args);
            return member.apply(target, args);
          };
        }
        return async (...args: unknown[]) => {
          await process.step();
          enter(property, args);
          return await member.apply(target, args);
        };
      },
    });
  }

  #cutPower(): void {
    const before = this.disk;
    this.epoch++;
    this.disk = before.crash(this.#random);
    for (let i = 1; i < IMAGES_PER_CUT; i++) this.images.push(before.crash(this.#random));
    this.images.push(this.disk);
    this.#onCut();
  }
}

function halfOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length >> 1);
}

/**
 * The repository's storage as one process reaches it: on a drive of its own machine, or through a server, which carries out
 * what it was sent even if the sender sleeps or dies. Each call takes its way there and back, may fail undone or done, and
 * breaks off when the power fails. The answer to a dead process never comes.
 */
export class SimStorage implements Storage {
  readonly location = REPOSITORY;
  readonly connections = 3;
  readonly #server: SimServer;
  readonly #process: SimProcess;
  /** Who does the work: the process itself where the drive is its own, else one of the server's. */
  readonly #worker: SimProcess;
  readonly #nowMs: () => number;
  readonly #wrappers: SimWrappers;
  readonly #trace: (text: string) => void;
  #epoch = -1;
  #inner: Storage | undefined;
  /** Until the repository is open, calls are answered at once: reading keys is no part of any protocol. */
  #opening = true;

  constructor(
    server: SimServer,
    { process, worker }: { readonly process: SimProcess; readonly worker: SimProcess },
    nowMs: () => number,
    wrappers: SimWrappers,
    trace: (text: string) => void,
  ) {
    this.#server = server;
    this.#process = process;
    this.#worker = worker;
    this.#nowMs = nowMs;
    this.#wrappers = wrappers;
    this.#trace = trace;
  }

  /** From now on calls take their time, and their risks. */
  ready(): void {
    this.#opening = false;
  }

  create(call?: StorageCall): Promise<void> {
    return this.#do("create", (inner, sent) => inner.create(sent), call);
  }

  save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
    return this.#do(`save ${shown(file)}`, (inner, sent) => inner.save(file, bytes, sent), call);
  }

  load(file: FileHandle, range?: LoadRange): Promise<Uint8Array<ArrayBuffer>> {
    return this.#do(`load ${shown(file)}`, (inner, sent) => inner.load(file, { ...range, ...sent }), range);
  }

  stat(file: FileHandle, call?: StorageCall): Promise<StoredFile> {
    return this.#do(`stat ${shown(file)}`, (inner, sent) => inner.stat(file, sent), call);
  }

  async *list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile> {
    yield* await this.#do(`list ${type}`, (inner, sent) => Array.fromAsync(inner.list(type, sent)), call);
  }

  remove(file: FileHandle, call?: StorageCall): Promise<void> {
    return this.#do(`remove ${shown(file)}`, (inner, sent) => inner.remove(file, sent), call);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #do<T>(
    what: string,
    act: (inner: Storage, call: StorageCall | undefined) => Promise<T>,
    call?: StorageCall,
  ): Promise<T> {
    const process = this.#process;
    const server = this.#server;
    if (this.#opening) return await act(new LocalStorage(server.disk, process.random, REPOSITORY), call);
    await process.step();
    if (server.upAtMs > this.#nowMs()) return await this.#fails(what, "down");
    const { epoch } = server;
    const luck = process.fate.failing > 0 ? process.random.fraction() / process.fate.failing : 1;
    if (luck < 0.5) return await this.#fails(what, "not done");
    let result: T;
    try {
      result = await act(this.#opened(), this.#sent(call));
    } catch (error) {
      if (epoch !== server.epoch) return await this.#fails(what, "broke off");
      this.#trace(`${what}: ${error instanceof SgError ? error.code : error}`);
      // Whoever sleeps, or is dead, hears it later, or never.
      await process.step();
      throw error;
    }
    if (epoch !== server.epoch) return await this.#fails(what, "broke off");
    if (luck < 1) return await this.#fails(what, "done, answer lost");
    this.#trace(what);
    await process.step();
    return result;
  }

  /** What goes to the server: who sends asks the guard; the server knows of none, nor of any abort. */
  #sent(call: StorageCall | undefined): StorageCall | undefined {
    if (this.#worker === this.#process) return call;
    call?.guard?.();
    return undefined;
  }

  #opened(): Storage {
    const server = this.#server;
    if (this.#inner === undefined || this.#epoch !== server.epoch) {
      const { fileSystem = (fs) => fs, storage = (inner) => inner } = this.#wrappers;
      this.#epoch = server.epoch;
      const view = fileSystem(server.view(this.#worker));
      this.#inner = storage(new LocalStorage(view, this.#worker.random, REPOSITORY));
    }
    return this.#inner;
  }

  async #fails(what: string, how: string): Promise<never> {
    this.#trace(`${what}: ${how}`);
    await this.#process.step();
    throw new SgError("SG0083", `Cannot ${what}: ${how}`);
  }
}

function shown({ type, name }: FileHandle): string {
  return `${type}/${name.slice(0, 6)}`;
}
