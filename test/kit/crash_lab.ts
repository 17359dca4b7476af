// Copyright the SpareGrid authors. Apache-2.0.
// Kills runs at their n-th file operation and judges what they leave. Used by test/crash and its campaign.
import assert from "node:assert/strict";
import { act, type Action, type Doing, type Outcome } from "./crash_engine.ts";
import { type Account, copyPlace, quickScratch, tellTree } from "./crash_place.ts";
import { sparegridArgv } from "./command_line.ts";
import { type FaultOrder, type FaultReport, FaultShim, takeReport } from "./fault_shim.ts";
import { PASSWORD } from "./repository.ts";

/** A kind of run, from a state that it starts in to how one goes on after it was killed. */
export interface Scenario {
  readonly name: string;
  /** Fills the ground: its source, its place, what was promised about it. */
  prepare(ground: Ground): Promise<void>;
  /** What the run does. */
  action(ground: Ground, place: string): Action;
  /** Done by the command line with these arguments behind the repository's, instead of by {@link action} alone. */
  readonly commandLine?: (ground: Ground, place: string) => readonly string[];
  readonly how?: Pick<Doing, "threads" | "packBytes" | "checkpoints" | "defect">;
  /** What a user does next, whatever happened; the same again where left out. */
  readonly next?: (ground: Ground, place: string) => readonly Action[];
  /** The repository is damaged to begin with, and valid only after {@link next}. */
  readonly damaged?: boolean;
}

/** Where a scenario begins. */
export interface Ground {
  readonly scenario: Scenario;
  /** The state that every run gets a copy of: `repo`, `cache`, and perhaps `target`. */
  readonly place: string;
  /** What is backed up; the same for all runs. */
  readonly source: string;
  /** Snapshots that were reported as stored and must not be lost, and what they hold. */
  readonly acked: Map<string, Account>;
  /** What other snapshots may hold: the run's own, or those that are being forgotten. */
  readonly others: Account[];
  /** What `target` must hold in the end, where the scenario restores. */
  restored?: Account;
  /** A pack that the scenario has damaged: its ID, and its bytes. */
  damagedPack?: { readonly id: string; readonly bytes: Uint8Array };
}

/** A run under the shim, ended. */
export interface CrashRun {
  readonly place: string;
  readonly killed: boolean;
  readonly report: FaultReport;
  /** What it said it did; undefined when it did not come to that. */
  readonly outcome?: Outcome;
  readonly said: string;
}

/** A run that takes longer hangs. */
const DEADLINE_MS = 60_000;
const VICTIM = new URL("crash_victim.ts", import.meta.url).pathname;

/** Runs of scenarios, in a temporary folder. */
export class CrashLab implements AsyncDisposable {
  #next = 0;

  private constructor(
    readonly shim: FaultShim,
    private readonly folder: AsyncDisposable & { readonly path: string },
  ) {}

  /** Builds the shim and makes the folder. */
  static async open(): Promise<CrashLab> {
    return new CrashLab(await FaultShim.build(), await quickScratch());
  }

  /** A path that nobody else uses. */
  fresh(name: string): string {
    return `${this.folder.path}/${name}-${++this.#next}`;
  }

  /** Makes the state that a scenario starts in. */
  async prepare(scenario: Scenario): Promise<Ground> {
    const top = this.fresh("ground");
    const ground: Ground = {
      ...{ scenario, place: `${top}/place`, source: `${top}/source`, acked: new Map(), others: [] },
    };
    for (const folder of ["", "/source", "/place", "/place/cache", "/place/canary"]) {
      Deno.mkdirSync(top + folder);
    }
    Deno.writeTextFileSync(`${top}/place/canary/file`, "untouched");
    await scenario.prepare(ground);
    return ground;
  }

  /** A copy of the ground's state, or of another place of it. */
  copy(from: string): string {
    const place = this.fresh("place");
    copyPlace(from, place);
    return place;
  }

  /** How the run, or another action of its kind, is started in a place. */
  command(ground: Ground, place: string, order: Omit<FaultOrder, "paths">, action?: Action): {
    readonly process: Deno.Command;
    readonly report: string;
  } {
    const report = this.fresh("report");
    const { scenario } = ground;
    const env = {
      ...this.shim.env(report, { ...order, paths: [place] }),
      ...{ SPAREGRID_PASSWORD: PASSWORD, SPAREGRID_CACHE_DIR: `${place}/cache`, DENO_NO_UPDATE_CHECK: "1" },
    };
    const doing: Doing = { ...scenario.how, place, action: action ?? scenario.action(ground, place) };
    const argv = scenario.commandLine && !action
      ? sparegridArgv("-r", `${place}/repo`, "--json", ...scenario.commandLine(ground, place))
      : [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", VICTIM, JSON.stringify(doing)];
    const options = {
      args: argv.slice(1),
      env,
      cwd: place,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    } as const;
    return { process: new Deno.Command(argv[0]!, options), report };
  }

  /** Runs it in a copy of the ground's state, or in the given place itself; does `action` instead where one is given. */
  async run(
    ground: Ground,
    order: Omit<FaultOrder, "paths">,
    place: string = this.copy(ground.place),
    action?: Action,
  ): Promise<CrashRun> {
    const { process, report } = this.command(ground, place, order, action);
    const child = process.spawn();
    const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
    const begun = performance.now();
    const { signal, code, stdout, stderr } = await child.output();
    clearTimeout(timer);
    assert.ok(performance.now() - begun < DEADLINE_MS, "the run hangs");
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
    const killed = signal === "SIGKILL";
    assert.ok(killed || code === 0, `the run ended with ${code}: ${out}${err}`);
    const outcome = outcomeOf(out);
    return { place, killed, report: await takeReport(report), ...outcome && { outcome }, said: out + err };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
    await this.shim[Symbol.asyncDispose]();
  }
}

/** The outcome that a process told, by the victim's one line or by the summary of the command line. */
export function outcomeOf(out: string): Outcome | undefined {
  for (const line of out.trim().split("\n").reverse()) {
    if (!line.startsWith("{") || !line.endsWith("}")) continue;
    const said = JSON.parse(line) as Outcome & { snapshot_id?: string };
    if (said.problems !== undefined) return said;
    if (said.snapshot_id !== undefined) return { snapshotId: said.snapshot_id, problems: [] };
  }
  return undefined;
}

/** Does something to the ground's own place, in this process; it must succeed. Gives the snapshot's ID. */
export async function done(ground: Ground, action: Action, place: string = ground.place): Promise<string> {
  const { problems, snapshotId } = await act({
    ...ground.scenario.how,
    defect: undefined!,
    threads: 0,
    place,
    action,
  });
  assert.deepEqual(problems, []);
  return snapshotId ?? "";
}

/** Backs the source up in the ground's place, and remembers that this was promised. */
export async function backedUp(ground: Ground): Promise<string> {
  const id = await done(ground, { kind: "backup", paths: [ground.source] });
  ground.acked.set(id, tellTree(ground.source));
  return id;
}
