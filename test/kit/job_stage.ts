// Copyright the SpareGrid authors. Apache-2.0.
// A whole engine in one process: a repository in memory, files in memory, a clock and randomness that repeat.
import { type Clock, type Random, silentLog, utf8Text } from "../../mod/base/mod.ts";
import { sha256Hex } from "../../mod/crypto/mod.ts";
import {
  type BackupOrder,
  type BackupReport,
  type EntryFate,
  type Ports,
  type Problem,
  type Progress,
  runBackup,
  type RunOptions,
  Session,
  type SessionOptions,
} from "../../mod/job/mod.ts";
import type { FileSystem } from "../../mod/platform/mod.ts";
import { FILE_TYPES, MemoryStorage, type Storage } from "../../mod/storage/mod.ts";
import { MemoryTree } from "./memory_tree.ts";
import { CHEAP_KDF, PASSWORD } from "./repository.ts";
import { RunClock } from "./run_clock.ts";
import { SeededRandom } from "./seeded_random.ts";

/** What a stage is made of; each has a default. */
export interface StageParts {
  readonly storage?: Storage;
  readonly clock?: Clock;
  readonly random?: Random;
  /** In place of the stage's own files in memory. */
  readonly fs?: FileSystem;
  readonly session?: Partial<SessionOptions>;
}

/** A run's options, and what its observer heard. */
export interface HeardRun extends RunOptions {
  readonly problems: Problem[];
  readonly notes: string[];
  /** `fate path` of each entry, in the order they came. */
  readonly fates: string[];
  /** The progress at this moment; undefined before the run gave one. */
  readonly progress: () => Progress | undefined;
}

/** Options of a run that remembers what it is told. */
export function heardRun(signal: AbortSignal = new AbortController().signal): HeardRun {
  const problems: Problem[] = [], notes: string[] = [], fates: string[] = [];
  let ask: (() => Progress) | undefined;
  return {
    ...{ signal, problems, notes, fates },
    observer: {
      problem: (problem) => void problems.push(problem),
      note: (message) => void notes.push(message),
      entry: ({ fate, path }: EntryFate) => void fates.push(`${fate} ${utf8Text(path)}`),
    },
    onStart: (progress) => ask = progress,
    progress: () => ask?.(),
  };
}

/** The engine's surroundings; sessions come and go. All lanes are on this thread unless told otherwise. */
export class JobStage {
  readonly storage: Storage;
  readonly clock: RunClock | Clock;
  readonly tree = new MemoryTree();
  readonly ports: Ports;
  readonly #session: SessionOptions & { readonly password: string };

  constructor({ storage, clock, random, fs, session }: StageParts = {}) {
    this.storage = storage ?? new MemoryStorage();
    this.clock = clock ?? new RunClock();
    this.ports = {
      clock: this.clock,
      random: random ?? new SeededRandom(1),
      fs: fs ?? this.tree.fs,
      log: silentLog,
    };
    const signal = new AbortController().signal;
    this.#session = { password: PASSWORD, signal, note: () => {}, threads: 0, ...session };
  }

  /** A stage whose repository is made already. */
  static async made(parts: StageParts = {}): Promise<JobStage> {
    const stage = new JobStage(parts);
    await stage.init();
    return stage;
  }

  /** Makes the repository, at next to no cost of the password's key. */
  async init(): Promise<void> {
    // Not disposed: a storage in memory would be closed with the session.
    await Session.init(this.ports, keptOpen(this.storage), this.options({ kdf: CHEAP_KDF }));
  }

  /** Options of a session, as {@link open} takes them. */
  get sessionOptions(): SessionOptions & { readonly password: string } {
    return this.#session;
  }

  /** Opens the repository with exactly these options. */
  openWith(options: SessionOptions): Promise<Session> {
    return Session.open(this.ports, keptOpen(this.storage), options);
  }

  /** Opens the repository. */
  open(options: Partial<SessionOptions> = {}): Promise<Session> {
    return Session.open(this.ports, keptOpen(this.storage), this.options(options));
  }

  /** Backs up in a session of its own; a path of the files in memory, or what the order says. */
  async backup(
    order: Partial<BackupOrder> | string = {},
    run: RunOptions = heardRun(),
    options: Partial<SessionOptions> = {},
  ): Promise<BackupReport> {
    await using session = await this.open(options);
    this.#tick();
    return await runBackup(session, {
      paths: ["/src"],
      ...typeof order === "string" ? { paths: [order] } : order,
    }, run);
  }

  /** Every stored file: `type/name` and the hash of its bytes. */
  async stored(): Promise<ReadonlyMap<string, string>> {
    const all = new Map<string, string>();
    for (const type of [...FILE_TYPES].sort()) {
      const names: string[] = [];
      for await (const { name } of this.storage.list(type)) names.push(name);
      for (const name of names.sort()) {
        all.set(`${type}/${name}`, sha256Hex(await this.storage.load({ type, name })));
      }
    }
    return all;
  }

  /** How many files of a type are stored. */
  async count(type: Parameters<Storage["list"]>[0]): Promise<number> {
    return (await Array.fromAsync(this.storage.list(type))).length;
  }

  private options<T extends object>(options: T): SessionOptions & { readonly password: string } & T {
    return { ...this.#session, ...options };
  }

  /** Two snapshots never share a time. */
  #tick(): void {
    if (this.clock instanceof RunClock) this.clock.ms += 1000;
  }
}

/** The storage without its end: a session closes what it was given, and a test opens several in turn. */
function keptOpen(storage: Storage): Storage {
  return new Proxy(storage, {
    get(target, property) {
      if (property === "close") return () => Promise.resolve();
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
