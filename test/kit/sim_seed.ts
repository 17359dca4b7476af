// Copyright the SpareGrid authors. Apache-2.0.
import type { SnapshotId } from "../../mod/base/mod.ts";
import { runBackup, Session } from "../../mod/job/mod.ts";
import { LocalStorage } from "../../mod/storage/mod.ts";
import { heardRun } from "./job_stage.ts";
import { MemoryFileSystem } from "./memory_file_system.ts";
import { initRepository, testPorts } from "./repository.ts";
import { RunClock } from "./run_clock.ts";
import { SESSION, SimHost, SimJob, type SimJobKind, type SimOutcome } from "./sim_jobs.ts";
import { type SimFiles, SimModel } from "./sim_model.ts";
import { SimRandom } from "./sim_random.ts";
import { CALM, type SimFate, type SimPause, SimProcess, SimSchedule } from "./sim_schedule.ts";
import { REPOSITORY, SimServer, SimStorage, type SimWrappers } from "./sim_server.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Longer than any lock of the dead is respected. */
const PATIENCE_MS = 45 * MINUTE;
const KINDS: readonly SimJobKind[] = ["backup", "backup", "backup", "forget", "forget", "prune", "check"];
const WRONG_CLOCKS_MS = [0, -60 * MINUTE, 60 * MINUTE, 120 * MINUTE];
/** How a job may end: well, not at all, kept out, thrown out, or without an answer. Never with damage that is none. */
const OUTCOMES: readonly SimOutcome[] = ["acked", "died", "SG1003", "SG1018", "SG0083"];
/** Lines of the story that a failure shows. */
const TRACE_LINES = 120;

/** How to run a seed. */
export interface SimOptions extends SimWrappers {
  /** Remembers what happens, for {@link SimReport.trace}. */
  readonly traced?: boolean;
}

/** What happened in a seed's run. */
export interface SimReport {
  readonly seed: number;
  /** How many jobs ended how, by `kind outcome`. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly events: number;
  readonly powerCuts: number;
  /** Virtual milliseconds. */
  readonly ms: number;
  readonly trace: readonly string[];
}

/** A seed's run in which something went wrong that never may. */
export class SimFailure extends Error {
  constructor(readonly seed: number, readonly what: string, readonly trace: readonly string[]) {
    super(`seed ${seed}: ${what}`);
  }
}

/** A repository with a past: where every story begins. */
interface Beginning {
  readonly disk: MemoryFileSystem;
  readonly acked: ReadonlyMap<SnapshotId, SimFiles>;
}

const HOSTS = ["server", "ada", "eve"];

let made: Promise<Beginning> | undefined;

/**
 * One story, wholly decided by the seed: clients of several machines back up, forget, prune and check one repository at the
 * same time, are paused, die, meet failing calls and power cuts. Throws a {@link SimFailure} when an acked snapshot cannot be
 * restored to the byte, a check finds an error, or the work cannot go on by itself.
 */
export async function runSeed(seed: number, options: SimOptions = {}): Promise<SimReport> {
  made ??= begin();
  const world = new World(seed, await made, options);
  try {
    await world.live();
  } catch (error) {
    if (error instanceof SimFailure) throw error;
    throw new SimFailure(
      seed,
      error instanceof Error ? error.stack ?? error.message : String(error),
      world.trace,
    );
  }
  return world.report();
}

/** A repository, all of it durable, with a snapshot of each machine and another one that was forgotten. */
async function begin(): Promise<Beginning> {
  const disk = new MemoryFileSystem();
  const random = new SimRandom(0, "beginning");
  const clock = new RunClock();
  const acked = new Map<SnapshotId, SimFiles>();
  await initRepository(new LocalStorage(disk, random, REPOSITORY), {}, testPorts({ random, clock }));
  for (const name of ["gone", ...HOSTS]) {
    const host = new SimHost(name, { local: false, skewMs: 0 }, random);
    const storage = new LocalStorage(disk, random, REPOSITORY);
    await using session = await Session.open(host.ports(clock, random), storage, SESSION);
    const { snapshotId } = await runBackup(session, { paths: [host.home], hostname: name }, heardRun());
    if (name === "gone") await session.repository.removeSnapshots([snapshotId!]);
    else acked.set(snapshotId!, host.files);
  }
  await disk.syncAllAsync(disk.openRoot("/"));
  return { disk, acked };
}

class World {
  readonly trace: string[] = [];
  readonly #seed: number;
  readonly #options: SimOptions;
  readonly #random: SimRandom;
  readonly #schedule = new SimSchedule();
  readonly #model: SimModel;
  readonly #server: SimServer;
  readonly #hosts: SimHost[];
  /** Clocks are hours apart: no lock is respected as it should be. Nothing may be lost, but much has to be waited for. */
  readonly #clocksApart: boolean;
  readonly #outcomes = new Map<string, number>();
  readonly #running = new Set<SimJob>();
  readonly #judge: SimProcess;
  #jobs = 0;
  #last: SimOutcome = "";
  /** The first end of a job that nothing in the story explains. */
  #wrong: string | undefined;

  constructor(seed: number, { disk, acked }: Beginning, options: SimOptions) {
    this.#seed = seed;
    this.#options = options;
    this.#random = new SimRandom(seed, "world");
    this.#model = new SimModel(acked);
    this.#schedule.nowMs = 10 * MINUTE;
    this.#server = new SimServer(disk.crash(this.#random), new SimRandom(seed, "server"), () => this.#cut());
    this.#clocksApart = this.#random.chance(0.1);
    this.#hosts = HOSTS.map((name, i) => {
      const skewMs = this.#clocksApart ? this.#random.pick(WRONG_CLOCKS_MS) : this.#random.below(4 * MINUTE);
      return new SimHost(name, { local: i === 0, skewMs }, this.#random);
    });
    this.#judge = this.#process({ hostname: "judge", pid: 1, skewMs: 0 }, CALM);
  }

  report(): SimReport {
    return {
      seed: this.#seed,
      outcomes: this.#outcomes,
      events: this.#schedule.events,
      powerCuts: this.#server.epoch,
      ms: this.#schedule.nowMs,
      trace: this.trace,
    };
  }

  async live(): Promise<void> {
    const random = this.#random;
    for (let round = random.pick([1, 1, 1, 2]); round > 0; round--) {
      random.pick([this.#crowd, this.#crowd, this.#sleeper, this.#sleeper, this.#outage]).call(this);
      await this.#untilQuiet();
      this.#server.cutAt = Infinity;
      await this.#judgeDisk(this.#server.disk, "when all was quiet");
      this.#schedule.nowMs += random.pick([SECOND, 10 * MINUTE, 35 * MINUTE]);
    }
    if (!this.#clocksApart && random.chance(0.2)) await this.#endWell();
  }

  /** Several start at the same moment, or soon after each other, and anything may befall them. */
  #crowd(): void {
    const random = this.#random;
    const spreadMs = random.pick([10, 30, 500, 20 * MINUTE]);
    for (let i = 2 + random.below(2); i > 0; i--) this.#start({ startMs: random.below(spreadMs) });
  }

  /** One stands still for longer than its lock is respected; others come meanwhile, and then it goes on. */
  #sleeper(): void {
    const random = this.#random;
    const fate = drawFate(random);
    const ms = MINUTE * random.pick([29, 31, 35, 60, 300]);
    const pause: SimPause = { at: 1 + random.below(45), ms, suspends: random.chance(0.5) };
    const kind = random.pick(["backup", "backup", "forget", "prune"] as const);
    this.#start({ kind, fate: { ...fate, pauses: [pause, ...fate.pauses] } });
    for (let i = 1 + random.below(2); i > 0; i--) {
      // Mostly when the lock is about to be stale, or the sleeper to wake: what comes before that only waits.
      const startMs = random.pick([
        28 * MINUTE + random.below(4 * MINUTE),
        Math.max(28 * MINUTE, random.below(ms)),
        ms - random.below(2 * SECOND),
        random.below(ms),
      ]);
      const calm = random.chance(0.7);
      this.#start({ startMs, retryLockMs: PATIENCE_MS, ...(calm ? { fate: CALM } : {}) });
    }
  }

  /** The power fails while one or two are at work. */
  #outage(): void {
    const random = this.#random;
    const jobs = 1 + random.below(2);
    this.#server.cutAt = this.#server.calls + 1 + random.below(random.pick([60, 200, 1500]) * jobs);
    for (let i = 0; i < jobs; i++) this.#start({ startMs: random.below(30) });
  }

  /** After all that, work goes on without anybody's help, and no garbage stays. */
  async #endWell(): Promise<void> {
    this.#schedule.nowMs = Math.max(this.#schedule.nowMs, this.#server.upAtMs);
    await this.#calm("backup");
    await this.#calm("prune");
    const { hints } = await this.#judgeDisk(this.#server.disk, "at the end", true);
    if (hints > 0) this.#fail(`prune left ${hints} files that nobody needs`);
  }

  /** A job that nothing befalls must succeed, whatever there was before. */
  async #calm(kind: SimJobKind): Promise<void> {
    this.#start({ kind, fate: CALM, retryLockMs: PATIENCE_MS, runs: 1 });
    await this.#untilQuiet();
    if (this.#last !== "acked") this.#fail(`a ${kind} beside which nothing happened failed: ${this.#last}`);
  }

  #start(
    { kind, fate, startMs = 0, retryLockMs, runs }: {
      readonly kind?: SimJobKind;
      readonly fate?: SimFate;
      readonly startMs?: number;
      readonly retryLockMs?: number;
      readonly runs?: number;
    },
  ): void {
    const random = this.#random;
    const host = random.pick(this.#hosts);
    const process = this.#processOn(host, fate ?? drawFate(random));
    this.#begin(new SimJob(kind ?? random.pick(KINDS), host, process, this.#model), {
      retryLockMs: retryLockMs ?? random.pick([0, 30 * SECOND, PATIENCE_MS]),
      startMs,
      runs: runs ?? random.pick([1, 1, 2, 4]),
    });
  }

  #begin(
    job: SimJob,
    { retryLockMs, startMs, runs }: { retryLockMs: number; startMs: number; runs: number },
  ): void {
    const { process, host, kind } = job;
    const name = `${kind} ${host.name}/${process.identity.pid}`;
    const say = (text: string) => this.#say(`${name}: ${text}`);
    const worker = host.local ? process : this.#process({ hostname: "server", pid: 1, skewMs: 0 }, CALM);
    const nowMs = () => this.#schedule.nowMs;
    const storage = new SimStorage(this.#server, { process, worker }, nowMs, this.#options, say);
    this.#running.add(job);
    const run = process.sleep(startMs).then(() => job.run(this.#schedule, storage, { retryLockMs, runs }));
    void Promise.race([run, process.death.promise]).then(
      (outcome) => {
        say(`ends: ${outcome}`);
        this.#ended(job, outcome);
      },
      (error) => this.#ended(job, error instanceof Error ? error.stack ?? error.message : String(error)),
    );
  }

  #ended(job: SimJob, outcome: SimOutcome): void {
    this.#last = outcome;
    this.#running.delete(job);
    // What it may have left to do is never done: the program has ended.
    job.process.kill();
    job.host.freePid(job.process.identity.pid);
    const key = `${job.kind} ${outcome}`;
    this.#outcomes.set(key, (this.#outcomes.get(key) ?? 0) + 1);
    if (!OUTCOMES.includes(outcome)) this.#wrong ??= `a ${job.kind} ended so: ${outcome}`;
  }

  async #untilQuiet(): Promise<void> {
    await this.#schedule.run(
      () => this.#running.size === 0,
      () => this.#server.images.length > 0 ? this.#judgeImages() : undefined,
    );
    await this.#judgeImages();
    if (this.#wrong) this.#fail(this.#wrong);
  }

  /** The power fails: what runs in the machine dies, the others find it gone for a while. */
  #cut(): void {
    this.#say("the power fails");
    this.#server.cutAt = Infinity;
    this.#server.upAtMs = this.#schedule.nowMs + this.#random.pick([2 * SECOND, MINUTE, 40 * MINUTE]);
    for (const { host, process } of this.#running) if (host.local) process.kill();
  }

  async #judgeImages(): Promise<void> {
    for (const image of this.#server.images.splice(0)) await this.#judgeDisk(image, "after a power cut");
  }

  async #judgeDisk(
    disk: MemoryFileSystem,
    when: string,
    whole = false,
  ): Promise<{ readonly hints: number }> {
    const findings = await this.#model.compare(disk, this.#judge, new SimRandom(this.#seed, "judge"), whole);
    if (findings.faults.length > 0) this.#fail(`${when}: ${findings.faults.slice(0, 5).join("; ")}`);
    return findings;
  }

  #processOn(host: SimHost, fate: SimFate): SimProcess {
    const { name: hostname, skewMs } = host;
    return this.#process({ hostname, pid: host.takePid(this.#random), skewMs }, fate);
  }

  #process(identity: { hostname: string; pid: number; skewMs: number }, fate: SimFate): SimProcess {
    return new SimProcess(
      this.#schedule,
      identity,
      fate,
      new SimRandom(this.#seed, `process ${this.#jobs++}`),
    );
  }

  #say(text: string): void {
    if (!this.#options.traced) return;
    this.trace.push(`${(this.#schedule.nowMs / 1000).toFixed(3).padStart(12)} ${text}`);
  }

  #fail(what: string): never {
    throw new SimFailure(this.#seed, what, this.trace.slice(-TRACE_LINES));
  }
}

/** What befalls a process: mostly nothing, now and then several things. */
function drawFate(random: SimRandom): SimFate {
  const pauses: SimPause[] = [];
  for (let i = random.pick([0, 0, 0, 1, 2]); i > 0; i--) {
    const ms = MINUTE * random.pick([2, 24, 29, 32, 50]);
    pauses.push({ at: 1 + random.below(random.pick([20, 60])), ms, suspends: random.chance(0.5) });
  }
  return {
    pauses,
    diesAt: random.chance(0.15) ? 1 + random.below(random.pick([40, 150, 1500])) : Infinity,
    failing: random.chance(0.2) ? random.pick([0.01, 0.05, 0.15]) : 0,
  };
}
