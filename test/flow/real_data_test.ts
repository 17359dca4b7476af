// Copyright the SpareGrid authors. Apache-2.0.
// The whole of Debian's Linux source tree: backed up, changed, backed up again, restored; and interrupted and resumed.
import assert from "node:assert/strict";
import { must, seeded } from "../bench/corpora.ts";
import { resticDone, sparegridArgv, sparegridDone } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";
import { assertSameTree } from "../kit/tree_oracle.ts";

const ARCHIVE = linuxArchive();

/** Debian's archive of the Linux source tree; undefined where the package linux-source is not installed. */
function linuxArchive(): string | undefined {
  try {
    return [...Deno.readDirSync("/usr/src")].map((entry) => `/usr/src/${entry.name}`)
      .find((path) => /\/linux-source-.*\.tar\.xz$/.test(path));
  } catch {
    return undefined;
  }
}

Deno.test({
  name: "the Linux source tree comes back byte for byte, as it was and as it was changed",
  ignore: ARCHIVE === undefined,
  async fn(test) {
    await using folder = await scratch();
    const path = (name: string) => `${folder.path}/${name}`;
    const [source, repo] = [path("linux"), path("repo")];
    await Deno.mkdir(source);
    await must(["tar", "xf", ARCHIVE!, "-C", source, "--strip-components=1"]);
    await sparegridDone(["-r", repo, "init"]);
    await sparegridDone(["-r", repo, "backup", source]);
    await must(["cp", "-a", source, path("before")]);
    await change(source);
    const second = await sparegridDone(["-r", repo, "backup", "--json", source]);

    await test.step("the second run stores the edits only", () => {
      const summary = lastSummary(second.out);
      assert.equal(summary.files_changed, 100);
      assert.equal(summary.files_new, 50);
      assert.ok(summary.data_added < 20_000_000, `${summary.data_added} bytes added`);
    });
    await test.step("both snapshots restore to what they were taken of", async () => {
      const { out } = await sparegridDone(["-r", repo, "snapshots", "--json"]);
      const ids = out.trim().split("\n").map((line) => (JSON.parse(line) as { id: string }).id);
      assert.equal(ids.length, 2);
      await sparegridDone(["-r", repo, "restore", ids[0]!, "--target", path("first")]);
      await assertSameTree(path("first") + source, path("before"));
      await must(["rm", "-rf", path("first"), path("before")]);
      await sparegridDone(["-r", repo, "restore", ids[1]!, "--target", path("second"), "--verify"]);
      await assertSameTree(path("second") + source, source);
      await must(["rm", "-rf", path("second")]);
    });
    await test.step("restic finds nothing to complain of", async () => {
      await resticDone(["-r", repo, "check", "--read-data"]);
    });
    await test.step("runs stopped by Ctrl-C are continued, not repeated", async () => {
      await interruptedRuns(source, path("interrupted"), repo);
    });
  },
});

/** Edits 100 files, renames 50, deletes a folder; the same ones each time. */
async function change(source: string): Promise<void> {
  const { stdout } = await new Deno.Command("find", { args: [source, "-type", "f", "-size", "+1k"] })
    .output();
  const files = new TextDecoder().decode(stdout).trim().split("\n").sort()
    .filter((file) => !file.startsWith(`${source}/sound/`));
  const next = seeded(7);
  const picked = new Set<string>();
  while (picked.size < 150) picked.add(files[next() % files.length]!);
  for (const [at, file] of [...picked].entries()) {
    if (at >= 100) Deno.renameSync(file, `${file}.renamed`);
    else {
      using edited = Deno.openSync(file, { read: true, write: true });
      edited.seekSync(100, Deno.SeekMode.Start);
      edited.writeSync(new TextEncoder().encode(`edit ${at}`));
    }
  }
  await must(["rm", "-rf", `${source}/sound`]);
}

interface Summary {
  readonly files_new: number;
  readonly files_changed: number;
  readonly data_added: number;
}

function lastSummary(out: string): Summary {
  const lines = out.trim().split("\n").map((line) => JSON.parse(line) as { message_type: string });
  return lines.findLast((line) => line.message_type === "summary") as unknown as Summary;
}

/** Stops a first run so often, each time at another moment. */
const INTERRUPTIONS = 5;

/** Stops a first run at random moments, then lets one come through; all of them together must read the tree about once. */
async function interruptedRuns(source: string, repo: string, wholeRepo: string): Promise<void> {
  await sparegridDone(["-r", repo, "init"]);
  const idle = (await counted(["-r", repo, "snapshots"])).bytesRead;
  const sourceBytes = Number((await output(["du", "-sb", "--apparent-size", source])).split("\t")[0]);
  const next = seeded(11);
  let bytesRead = 0, runs = 0, done = false;
  while (!done && runs < INTERRUPTIONS) {
    const run = await counted(["-r", repo, "backup", source], 1000 + next() % 3000);
    bytesRead += run.bytesRead - idle;
    runs++;
    done = run.code === 0;
    if (done) break;
    assert.equal(run.code, 130, `an interrupted run ends with 130: ${run.err}`);
    assert.ok(run.secondsAfterSignal < 2, `ends within 2 s of Ctrl-C: ${run.secondsAfterSignal} s`);
    await resticDone(["-r", repo, "check"]);
  }
  assert.ok(runs > 1, "the first run was interrupted");
  if (!done) {
    const last = await counted(["-r", repo, "backup", source]);
    assert.equal(last.code, 0, last.err);
    bytesRead += last.bytesRead - idle;
    runs++;
  }
  // Each run reads the program's cache, indexes and journal besides; a run that began anew would read the whole tree.
  const limit = sourceBytes * 1.15 + 25e6 * runs;
  assert.ok(bytesRead < limit, `${runs} runs read ${bytesRead} bytes, the tree has ${sourceBytes}`);
  const [size, whole] = await Promise.all([sizeOf(repo), sizeOf(wholeRepo)]);
  assert.ok(
    size < whole * 1.05,
    `the repository of interrupted runs has ${size} bytes, that of a whole run ${whole}`,
  );
  await resticDone(["-r", repo, "check", "--read-data"]);
}

async function output(argv: string[]): Promise<string> {
  return new TextDecoder().decode(
    (await new Deno.Command(argv[0]!, { args: argv.slice(1) }).output()).stdout,
  );
}

async function sizeOf(folder: string): Promise<number> {
  return Number((await output(["du", "-sb", folder])).split("\t")[0]);
}

/**
 * Runs SpareGrid and lets the kernel count what it read: a shell that waits for it inherits its figures. With
 * `interruptAfterMs` it gets a SIGINT then.
 */
async function counted(args: string[], interruptAfterMs?: number) {
  const child = new Deno.Command("bash", {
    args: [
      "-c",
      '"$@" >/dev/null & wait $! || wait $!; code=$?; cat /proc/$$/io; exit $code',
      "bash",
      ...sparegridArgv(...args),
    ],
    env: { SPAREGRID_PASSWORD: "test" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let signalled = 0;
  const timer = interruptAfterMs === undefined ? undefined : setTimeout(() => {
    signalled = performance.now();
    // The program itself, as a terminal would: the only child of the shell.
    new Deno.Command("pkill", { args: ["-INT", "-P", String(child.pid)] }).outputSync();
  }, interruptAfterMs);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const bytesRead = Number(new TextDecoder().decode(stdout).match(/rchar: (\d+)/)?.[1]);
  return {
    code,
    bytesRead,
    err: new TextDecoder().decode(stderr),
    secondsAfterSignal: signalled ? (performance.now() - signalled) / 1000 : 0,
  };
}
