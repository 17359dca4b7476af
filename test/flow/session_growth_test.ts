// Copyright the SpareGrid authors. Apache-2.0.
// A service runs for months: a thousand runs in one session must leave no more behind than ten do.
import assert from "node:assert/strict";
import { systemRandom } from "../../mod/base/mod.ts";
import { runBackup, runCheck, runPrune, runRestore } from "../../mod/job/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";
import { LocalStorage } from "../../mod/storage/mod.ts";
import { heardRun, JobStage } from "../kit/job_stage.ts";
import { noise } from "../kit/memory_tree.ts";
import { RunClock } from "../kit/run_clock.ts";
import { scratch } from "../kit/scratch.ts";

const RUNS = 1000;
const WARM_UP = 200;
/** What a process may take more after many runs: its heap breathes. */
const BREATH_BYTES = 40 * 2 ** 20;

interface Footprint {
  readonly descriptors: number;
  /** Descriptors of the repository's folders: one each, held open. */
  readonly folders: number;
  readonly threads: number;
  readonly bytes: number;
}

function footprint(below: string): Footprint {
  const entries = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => `${path}/${name}`);
  const folders = entries("/proc/self/fd").filter((link) => {
    try {
      return Deno.readLinkSync(link).startsWith(below);
    } catch {
      // The one that the folder was read by.
      return false;
    }
  }).length;
  return {
    folders,
    descriptors: entries("/proc/self/fd").length - folders,
    threads: entries("/proc/self/task").length,
    bytes: Deno.memoryUsage().rss,
  };
}

Deno.test({
  name:
    `Session: ${RUNS} runs, some stopped and some failing, leave no descriptor, no thread and no memory behind`,
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await scratch();
    const fs = openFileSystem();
    const storage = new LocalStorage(fs, systemRandom, `${folder.path}/repository`);
    const clock = new RunClock();
    const stage = await JobStage.made({
      fs,
      storage,
      clock,
      session: { threads: 2, packBytesTarget: 200_000 },
    });
    const source = `${folder.path}/source`;
    await Deno.mkdir(source);
    const change = async (seed: number) => {
      for (const name of ["a", "b", "c"]) {
        await Deno.writeFile(`${source}/${name}`, noise(150_000, seed + name.length));
      }
    };
    await change(1);
    // One signal for all runs, as a service has it.
    const stop = new AbortController();
    const run = () => heardRun(stop.signal);
    await using session = await stage.openWith({
      ...stage.sessionOptions,
      cacheFolder: `${folder.path}/cache`,
    });
    const tables = new Set<unknown>();
    let warm: Footprint | undefined;
    for (let number = 0; number < RUNS; number++) {
      clock.ms += 1000;
      const order = { paths: [source] };
      if (number % 10 === 3) await change(number % 40);
      if (number % 10 === 7) {
        await change(1000 + number);
        const early = new AbortController();
        const begun = runBackup(session, order, heardRun(early.signal));
        if (number % 20 === 7) early.abort();
        else queueMicrotask(() => queueMicrotask(() => early.abort()));
        await begun.catch(() => {});
        await change(number % 40);
      } else await runBackup(session, order, run());
      if (number % 100 === 50) {
        await runRestore(session, { snapshot: "latest", target: `${folder.path}/out` }, run());
        for (const { id } of (await session.repository.listSnapshots()).slice(0, -2)) {
          await session.repository.removeSnapshots([id]);
        }
        await runPrune(session, {}, run());
      }
      await using probe = await session.begin({ exclusive: false }, run());
      await probe.loadIndex();
      tables.add(probe.repository.table.handle.entries);
      assert.ok(probe.repository.table.count < 500, `${probe.repository.table.count} entries`);
      if (number === WARM_UP) warm = footprint(folder.path);
    }
    const end = footprint(folder.path);
    assert.equal((await runCheck(session, { readData: true }, run())).errors, 0);
    assert.ok(
      end.descriptors <= warm!.descriptors + 4,
      `${warm!.descriptors} descriptors became ${end.descriptors}`,
    );
    assert.ok(end.folders <= 262, `${end.folders} folders are held open`);
    assert.equal(tables.size, 1, "the index's memory is used again");
    assert.ok(end.threads <= warm!.threads + 2, `${warm!.threads} threads became ${end.threads}`);
    assert.ok(end.bytes < warm!.bytes + BREATH_BYTES, `${warm!.bytes} bytes became ${end.bytes}`);
    session.rest();
    assert.equal(footprint(folder.path).folders, 0);
  },
});
