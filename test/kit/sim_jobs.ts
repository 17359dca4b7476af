// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, silentLog, type SnapshotId } from "../../mod/base/mod.ts";
import { isSgError } from "../../mod/errors/mod.ts";
import {
  type Ports,
  runBackup,
  runCheck,
  runForget,
  runPrune,
  Session,
  type SessionOptions,
} from "../../mod/job/mod.ts";
import { type Storage, withRetry } from "../../mod/storage/mod.ts";
import { heardRun } from "./job_stage.ts";
import { MemoryTree, noise } from "./memory_tree.ts";
import { PASSWORD } from "./repository.ts";
import type { SimFiles, SimModel } from "./sim_model.ts";
import { SimRandom } from "./sim_random.ts";
import type { SimProcess, SimSchedule } from "./sim_schedule.ts";
import type { SimStorage } from "./sim_server.ts";

/** What a process may be asked to do. */
export type SimJobKind = "backup" | "forget" | "prune" | "check";

/** How a job ended: `acked`, `died`, or an error's code. */
export type SimOutcome = string;

/** What all files are made of: few contents, so that clients share them and what was forgotten comes back. */
const CONTENTS: readonly Uint8Array[] = Array.from({ length: 12 }, (_, i) => noise(60 + 45 * i, i + 1));
const FOLDERS = ["", "/deep", "/deep/er"];
const FILES_MAX = 6;
/** How every session works. Packs hold two or three blobs, so that there is always something to repack. */
export const SESSION: SessionOptions = {
  password: PASSWORD,
  signal: new AbortController().signal,
  note: () => {},
  threads: 0,
  packBytesTarget: 1024,
};

/** A machine with files to back up; its processes come and go. */
export class SimHost {
  readonly name: string;
  readonly skewMs: number;
  /** True where the repository's drive is in this machine: it shares its power. */
  readonly local: boolean;
  readonly #tree = new MemoryTree();
  readonly #files = new Map<string, Uint8Array>();
  readonly #cached: boolean;
  readonly #running = new Set<number>();
  /** Processes that read the files now: meanwhile nobody changes them. */
  readonly #reading = new Set<number>();

  /** `skewMs` is what its clock is ahead. */
  constructor(name: string, { local, skewMs }: Pick<SimHost, "local" | "skewMs">, random: SimRandom) {
    this.name = name;
    this.local = local;
    this.skewMs = skewMs;
    this.#cached = random.chance(0.3);
    for (const folder of FOLDERS) this.#tree.folder(this.#path(folder));
    // The same in every story: what the first snapshots hold.
    this.#change(new SimRandom(0, name));
  }

  /** A process's number: used again when its bearer is gone. */
  takePid(random: SimRandom): number {
    for (;;) {
      const pid = 100 + random.below(8);
      if (this.#running.has(pid)) continue;
      this.#running.add(pid);
      return pid;
    }
  }

  freePid(pid: number): void {
    this.#running.delete(pid);
    this.#reading.delete(pid);
  }

  /** The process reads its files no more. */
  doneReading({ identity: { pid } }: SimProcess): void {
    this.#reading.delete(pid);
  }

  runs(pid: number): boolean {
    return this.#running.has(pid);
  }

  /** What it holds now. */
  get files(): SimFiles {
    return new Map(this.#files);
  }

  /** Changes some files, unless somebody reads them, and says what they are while this process reads them. */
  filesFor({ identity: { pid }, random }: SimProcess): SimFiles {
    if (this.#reading.size === 0) this.#change(random);
    this.#reading.add(pid);
    return this.files;
  }

  #change(random: SimRandom): void {
    for (let i = random.below(4) + (this.#files.size === 0 ? 3 : 0); i > 0; i--) {
      const path = this.#path(`${random.pick(FOLDERS)}/${random.below(FILES_MAX)}`);
      if (this.#files.has(path) && random.chance(0.3)) {
        this.#tree.remove(path);
        this.#files.delete(path);
      } else {
        const content = random.pick(CONTENTS);
        this.#tree.write(path, content);
        this.#files.set(path, content);
      }
    }
  }

  /** The folder that is backed up. */
  get home(): string {
    return this.#path("");
  }

  /** Opens a session as a process of this machine. */
  async open(process: SimProcess, storage: Storage, retryLockMs: number): Promise<Session> {
    const reached = this.local ? storage : withRetry(storage, process, process.random, { attempts: 5 });
    const session = await Session.open(this.ports(process, process.random), reached, {
      ...SESSION,
      retryLockMs,
      ...(this.#cached ? { cacheFolder: "/cache", cacheStorage: true } : {}),
    });
    const { hostname, pid } = process.identity;
    const owner = { hostname, username: "user", pid };
    // Who a process is, the session asks of the system; here it is the simulation's to say.
    Object.assign(session.repository.ports, { owner, processAlive: (other: number) => this.runs(other) });
    return session;
  }

  /** The ports of a process of this machine. */
  ports(clock: Clock, random: SimRandom): Ports {
    return { clock, random, fs: this.#tree.fs, log: silentLog };
  }

  #path(below: string): string {
    return `/${this.name}${below}`;
  }
}

const KINDS: readonly SimJobKind[] = ["backup", "backup", "backup", "backup", "forget", "prune", "check"];
/** Ends of a run after which a service goes on with the next. */
const GO_ON: readonly SimOutcome[] = ["acked", "SG1003", "SG1018", "SG0083"];
/** What a service waits between two runs, milliseconds. */
const BETWEEN_MS = [0, 10, 800, 10 * 60_000, 45 * 60_000];

/**
 * One process: a command with its one run, or a service that keeps its session open and does run after run in it, whatever
 * becomes of each.
 */
export class SimJob {
  readonly kind: SimJobKind;
  readonly host: SimHost;
  readonly process: SimProcess;
  readonly #model: SimModel;

  constructor(kind: SimJobKind, host: SimHost, process: SimProcess, model: SimModel) {
    this.kind = kind;
    this.host = host;
    this.process = process;
    this.#model = model;
  }

  /** Runs to its end, good or bad; never ends when the process dies. A command has one run, a service several. */
  async run(
    schedule: SimSchedule,
    storage: SimStorage,
    { retryLockMs, runs }: { readonly retryLockMs: number; readonly runs: number },
  ): Promise<SimOutcome> {
    const { random } = this.process;
    const opening = this.host.open(this.process, storage, retryLockMs);
    schedule.holdFor(opening);
    await using session = await opening;
    storage.ready();
    let outcome = await this.#once(session, this.kind);
    for (let run = 1; run < runs && GO_ON.includes(outcome); run++) {
      if (random.chance(0.2)) session.rest();
      await this.process.sleep(random.pick(BETWEEN_MS));
      outcome = await this.#once(session, random.pick(KINDS));
    }
    return outcome;
  }

  async #once(session: Session, kind: SimJobKind): Promise<SimOutcome> {
    try {
      if (kind === "backup") await this.#backUp(session);
      else if (kind === "forget") await this.#forget(session);
      else if (kind === "prune") await runPrune(session, { maxUnused: { bytes: 0 } }, heardRun());
      else await this.#check(session);
      return "acked";
    } catch (error) {
      if (isSgError(error)) return error.code;
      throw error;
    } finally {
      this.host.doneReading(this.process);
    }
  }

  async #backUp(session: Session): Promise<void> {
    const { host } = this;
    const files = host.filesFor(this.process);
    const { snapshotId } = await runBackup(session, { paths: [host.home], hostname: host.name }, heardRun());
    if (snapshotId !== undefined) this.#model.acked.set(snapshotId, files);
  }

  async #forget(session: Session): Promise<void> {
    const { acked } = this.#model;
    const { random } = this.process;
    const ids: SnapshotId[] = [...acked.keys()].filter(() => random.chance(0.5));
    if (ids.length === 0) return;
    // From here on nobody can say whether they are still there.
    for (const id of ids) acked.delete(id);
    const prune = random.chance(0.7) ? { prune: { maxUnused: { bytes: 0 } } } : {};
    const order = { policy: {}, groupBy: [], filter: {}, ids, dryRun: false, allowRemoveAll: true, ...prune };
    await runForget(session, order, heardRun());
  }

  async #check(session: Session): Promise<void> {
    const { errors } = await runCheck(session, { readData: true }, heardRun());
    if (errors > 0) throw new Error("a check found errors");
  }
}
