// Copyright the SpareGrid authors. Apache-2.0.
// A small real repository and source on this machine's drive, the real command line with the shim over it, and a judge.
import assert from "node:assert/strict";
import { systemRandom } from "../../mod/base/mod.ts";
import { runPrune } from "../../mod/job/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";
import { LocalStorage } from "../../mod/storage/mod.ts";
import { copyTree, remove } from "./both_programs.ts";
import { type Ended, sparegrid } from "./command_line.ts";
import { checked, restoredBy, sameBytes } from "./damage_bench.ts";
import { type FaultOrder, type FaultReport, FaultShim, takeReport } from "./fault_shim.ts";
import { heardRun, JobStage } from "./job_stage.ts";
import { noise } from "./memory_tree.ts";
import { folderToStorage, PASSWORD } from "./repository.ts";
import { scratch } from "./scratch.ts";

/** How a run under the shim ended. */
export interface FaultyRun extends Ended {
  readonly report: FaultReport;
}

/** Contents of the source at each state, by path below it. */
type Contents = ReadonlyMap<string, Uint8Array>;

const FIRST: Contents = new Map([
  ["/a", noise(2_000, 1)],
  ["/sub/b", noise(30_000, 2)],
  ["/sub/deep/c", noise(100, 3)],
  ["/large", noise(900_000, 4)],
]);
const SECOND: Contents = new Map([...FIRST, ["/sub/b", noise(31_000, 5)], ["/new/d", noise(40_000, 6)]]);
const THIRD: Contents = new Map([...SECOND, ["/new/e", noise(300_000, 7)]]);

/** Snapshots of each state of the source. */
export interface States {
  readonly first: number;
  readonly second: number;
  readonly third: number;
}

/** Places of a case, made anew for each. */
export class FaultBench implements AsyncDisposable {
  #runs = 0;

  private constructor(
    readonly folder: AsyncDisposable & { readonly path: string },
    readonly shim: FaultShim,
  ) {}

  /** Makes the template: a repository with a snapshot of the source's first state. */
  static async open(): Promise<FaultBench> {
    const bench = new FaultBench(await scratch("sparegrid-fault-"), await FaultShim.build());
    await bench.#write(FIRST);
    const stage = bench.#stage(bench.at("template"));
    await stage.init();
    await stage.backup({ paths: [bench.at("source")] });
    await bench.#write(SECOND);
    await bench.fresh();
    return bench;
  }

  /** A path of the bench. */
  at(name: string): string {
    return `${this.folder.path}/${name}`;
  }

  /** Puts the repository there as a template has it. */
  async fresh(template = "template"): Promise<void> {
    for (const name of ["repo", "cache", "out"]) await remove(this.at(name));
    await copyTree(this.at(template), this.at("repo"));
  }

  /** A template `wasteful`: the first snapshot, and data that none needs; the source is in its third state then. */
  async makeWasteful(): Promise<void> {
    await this.makePruneable();
    await copyTree(this.at("pruneable"), this.at("wasteful"));
    await remove(this.at("wasteful/snapshots"));
    await copyTree(this.at("template/snapshots"), this.at("wasteful/snapshots"));
    await this.#write(THIRD);
  }

  /** A template `pruneable` with both snapshots, of which the first is forgotten and its data is to go. */
  async makePruneable(): Promise<void> {
    await this.fresh();
    await this.backupAgain();
    const snapshots = await Array.fromAsync(Deno.readDir(this.at("repo/snapshots")));
    const template = await Array.fromAsync(Deno.readDir(this.at("template/snapshots")));
    assert.equal(snapshots.length, 2);
    await Deno.remove(this.at(`repo/snapshots/${template[0]!.name}`));
    await copyTree(this.at("repo"), this.at("pruneable"));
  }

  /** Runs the command line with the shim in it. */
  async run(args: readonly string[], order: FaultOrder): Promise<FaultyRun> {
    const report = this.at(`report-${++this.#runs}`);
    const ended = await sparegrid(["-r", this.at("repo"), ...args], {
      // Nothing may hang, whatever fails.
      under: ["timeout", "--kill-after=5", "60"],
      env: {
        SPAREGRID_PASSWORD: PASSWORD,
        SPAREGRID_CACHE_DIR: this.at("cache"),
        ...this.shim.env(report, order),
      },
    });
    return { ...ended, report: await takeReport(report) };
  }

  /** The next run, without any fault. */
  async backupAgain(): Promise<void> {
    const run = heardRun();
    const { complete } = await this.#stage(this.at("repo")).backup({ paths: [this.at("source")] }, run);
    assert.ok(complete, run.problems.map(({ message }) => message).join("\n"));
  }

  /** The next prune, without any fault. */
  async pruneAgain(): Promise<void> {
    await using session = await this.#stage(this.at("repo")).open();
    await runPrune(session, { maxUnused: { bytes: 0 } }, heardRun());
  }

  /** What a check of the repository with all its data finds wrong. */
  async errors(): Promise<string[]> {
    const storage = await folderToStorage(this.at("repo"));
    const findings = await checked(new JobStage({ storage }));
    return findings.filter(({ hint }) => !hint).map(({ message }) => message);
  }

  /** Fails unless the repository is sound and each snapshot is one of the states, whole. Gives how many of each. */
  async judge(said: string): Promise<States> {
    const storage = await folderToStorage(this.at("repo"));
    for await (const { name } of storage.list("locks")) await storage.remove({ type: "locks", name });
    const stage = new JobStage({ storage });
    assert.deepEqual(await this.errors(), [], said);
    const found = { first: 0, second: 0, third: 0 };
    await using session = await stage.open();
    for (const { id } of await session.repository.listSnapshots()) {
      const { files, problems, thrown } = await restoredBy(stage, id, `/${id}`);
      assert.deepEqual([problems, thrown], [[], undefined], said);
      const below = new Map([...files].map(([path, bytes]) => [path.slice(this.at("source").length), bytes]));
      if (holds(below, FIRST)) found.first++;
      else if (holds(below, SECOND)) found.second++;
      else if (holds(below, THIRD)) found.third++;
      else assert.fail(`snapshot ${id} is of no state that there was: ${said}`);
    }
    return found;
  }

  /** Fails unless every file of a restore into `out` is exact; gives those that are missing. */
  async missingFrom(out: string, said: string): Promise<string[]> {
    const root = `${out}${this.at("source")}`;
    const missing: string[] = [];
    for (const [path, bytes] of FIRST) {
      const found = await Deno.readFile(root + path).catch(() => undefined);
      if (found === undefined) missing.push(path);
      else assert.ok(sameBytes(found, bytes), `${path} has wrong bytes: ${said}`);
    }
    return missing;
  }

  #stage(repository: string): JobStage {
    const fs = openFileSystem();
    return new JobStage({
      storage: new LocalStorage(fs, systemRandom, repository),
      random: systemRandom,
      fs,
    });
  }

  async #write(contents: Contents): Promise<void> {
    for (const [path, bytes] of contents) {
      await Deno.mkdir(this.at(`source${path.slice(0, path.lastIndexOf("/"))}`), { recursive: true });
      await Deno.writeFile(this.at(`source${path}`), bytes);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shim[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

function holds(files: ReadonlyMap<string, Uint8Array>, contents: Contents): boolean {
  return files.size === contents.size &&
    [...contents].every(([path, bytes]) => files.has(path) && sameBytes(files.get(path)!, bytes));
}
