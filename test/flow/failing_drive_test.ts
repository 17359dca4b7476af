// Copyright the SpareGrid authors. Apache-2.0.
// F9, F10, F11, F13 under the real command line: the n-th operation on the repository (or the target of a restore) finds the
// drive full, fails, does half of its work or bends a bit. The run stops with a code that says what and what to do, the
// snapshots that were there are whole, and the next run is done.
import assert from "node:assert/strict";
import { CODES, type SgCode } from "../../mod/errors/mod.ts";
import { FaultBench, type FaultyRun } from "../kit/fault_bench.ts";
import { type FaultMode, type FaultOperation, MUTATIONS } from "../kit/fault_shim.ts";

/** One series of cases: the same fault at the operations `from`, `from + step`, … */
interface Series {
  readonly mode: FaultMode;
  readonly operations: readonly FaultOperation[];
  readonly step: number;
  readonly everAfter?: boolean;
}

const LOOKING: readonly FaultOperation[] = ["read", "readdir", "open", "close", "stat"];

const BACKUP: readonly Series[] = [
  { mode: "enospc", operations: MUTATIONS, step: 1 },
  { mode: "enospc", operations: MUTATIONS, step: 4, everAfter: true },
  { mode: "eio", operations: MUTATIONS, step: 3 },
  { mode: "eio", operations: ["fsync"], step: 1 },
  { mode: "eio", operations: MUTATIONS, step: 8, everAfter: true },
  { mode: "eio", operations: LOOKING, step: 8 },
  { mode: "eio", operations: LOOKING, step: 27, everAfter: true },
  { mode: "short", operations: ["write", "read"], step: 1 },
  { mode: "torn", operations: ["write"], step: 1 },
];

const PRUNE: readonly Series[] = [
  { mode: "enospc", operations: MUTATIONS, step: 3 },
  { mode: "enospc", operations: MUTATIONS, step: 9, everAfter: true },
  { mode: "eio", operations: MUTATIONS, step: 3 },
  { mode: "eio", operations: LOOKING, step: 140 },
  { mode: "eio", operations: ["read"], step: 2 },
  { mode: "short", operations: ["write", "read"], step: 3 },
  { mode: "torn", operations: ["write"], step: 2 },
];

/** Fails unless the program said what went wrong and what to do, with one of the codes, or was done. */
function assertClear({ code, err, report }: FaultyRun, codes: readonly SgCode[], said: string): void {
  const all = `${said} (${report.first}) ended with ${code}:\n${err}`;
  assert.ok([0, 1, 3].includes(code), all);
  if (code === 0) return;
  const named = codes.filter((one) => err.includes(`[${one}]`));
  assert.ok(named.length > 0, `none of ${codes}: ${all}`);
  assert.ok(
    named.some((one) => err.includes(CODES[one].remedy)) || /^ {2}\S/m.test(err),
    `no remedy: ${all}`,
  );
}

const CODES_OF: Readonly<Partial<Record<FaultMode, readonly SgCode[]>>> = {
  enospc: ["SG0200"],
  eio: ["SG1015", "SG1005", "SG1006", "SG1028", "SG1018"],
  short: [],
};

/** Runs a series until the operation's number is beyond the last. Gives how many cases there were. */
async function eachCase(
  bench: FaultBench,
  template: string,
  args: readonly string[],
  series: Series,
  judge: (run: FaultyRun, said: string) => Promise<void>,
): Promise<number> {
  const { mode, operations, step, everAfter = false } = series;
  for (let at = 1, cases = 0;; at += step, cases++) {
    await bench.fresh(template);
    const trace = bench.at("trace");
    const paths = [bench.at("repo")];
    const run = await bench.run(args, { paths, mode, at, everAfter, operations, trace });
    const said = `${args[0]}: ${mode}${everAfter ? " from" : " at"} operation ${at} of ${operations}`;
    if (run.report.faults === 0) {
      assert.equal(run.code, 0, `${said}: ${run.err}`);
      return cases;
    }
    await assertNoSecondSync(run, trace, said);
    await judge(run, said);
  }
}

/** A failed fsync leaves pages that pass for clean: the file must be given up, not synced again, not named. */
async function assertNoSecondSync({ report }: FaultyRun, trace: string, said: string): Promise<void> {
  const lines = (await Deno.readTextFile(trace)).split("\n");
  await Deno.remove(trace);
  const [number, kind, path] = report.first.split(" ");
  if (kind !== "fsync" || !/-tmp-/.test(path!)) return;
  const after = lines.filter((line) =>
    Number(line.split(" ")[0]) > Number(number) && line.endsWith(` ${path}`)
  );
  assert.deepEqual(after.filter((line) => / (fsync|rename|link) /.test(line)), [], said);
}

Deno.test("a backup to a drive that fails at any operation stops cleanly, and the next one is done", async () => {
  await using bench = await FaultBench.open();
  let cases = 0;
  for (const series of BACKUP) {
    cases += await eachCase(bench, "template", ["backup", bench.at("source")], series, async (run, said) => {
      if (series.mode !== "torn") assertClear(run, CODES_OF[series.mode]!, said);
      const { first, second } = await bench.judge(said);
      assert.deepEqual(
        [first, second === 1 || (second === 0 && run.code !== 0)],
        [1, true],
        `${said}: ${run.err}`,
      );
      await bench.backupAgain();
      assert.deepEqual(await bench.judge(`after ${said}`), { first: 1, second: second + 1, third: 0 });
    });
  }
  assert.ok(cases > 70, `${cases} cases`);
});

Deno.test("a prune on a drive that fails at any operation harms nothing, and the next one is done", async () => {
  await using bench = await FaultBench.open();
  await bench.makePruneable();
  let cases = 0;
  for (const series of PRUNE) {
    cases += await eachCase(bench, "pruneable", ["prune", "--max-unused", "0"], series, async (run, said) => {
      if (series.mode !== "torn") assertClear(run, CODES_OF[series.mode]!, said);
      assert.deepEqual(await bench.judge(said), { first: 0, second: 1, third: 0 }, said);
      await bench.pruneAgain();
      assert.deepEqual(await bench.judge(`after ${said}`), { first: 0, second: 1, third: 0 });
    });
  }
  assert.ok(cases > 30, `${cases} cases`);
});

Deno.test("a bit that turns on its way to the drive is found by the next check, and never stands for a snapshot", async () => {
  await using bench = await FaultBench.open();
  for (let at = 1; at <= 5; at++) {
    await bench.fresh();
    const order = { paths: [bench.at("repo")], mode: "flip", at, operations: ["write"] } as const;
    const run = await bench.run(["backup", bench.at("source")], order);
    const hit = run.report.first;
    if (!/\/data\//.test(hit)) {
      assert.deepEqual([run.code, /\[SG1015\]/.test(run.err)], [1, true], `${hit}: ${run.err}`);
      assert.equal((await bench.judge(hit)).first, 1);
      continue;
    }
    const pack = /\/([0-9a-f]{64})-tmp-/.exec(hit)![1]!;
    const found = await bench.errors();
    assert.ok(found.some((message) => message.includes(pack)), `${hit}: ${found}`);
  }
});

Deno.test("a restore from a drive that fails or to one that is full gives whole files or names them", async () => {
  await using bench = await FaultBench.open();
  const args = ["restore", "latest", "--target", bench.at("out")];
  const series: readonly (Series & { readonly on: "repo" | "out" })[] = [
    { on: "out", mode: "enospc", operations: MUTATIONS, step: 7 },
    { on: "out", mode: "enospc", operations: ["write", "create", "mkdir"], step: 4, everAfter: true },
    { on: "out", mode: "eio", operations: MUTATIONS, step: 9 },
    { on: "out", mode: "short", operations: ["write"], step: 1 },
    { on: "repo", mode: "eio", operations: ["read"], step: 1 },
    { on: "repo", mode: "flip", operations: ["read"], step: 1 },
    { on: "repo", mode: "short", operations: ["read"], step: 1 },
    { on: "repo", mode: "eio", operations: ["open", "close", "stat", "readdir"], step: 14 },
  ];
  let cases = 0;
  for (const { on, mode, operations, step, everAfter = false } of series) {
    for (let at = 1;; at += step, cases++) {
      await bench.fresh();
      const run = await bench.run(args, { paths: [bench.at(on)], mode, at, everAfter, operations });
      const said = `restore: ${mode} at operation ${at} of ${operations} in ${on}`;
      if (run.report.faults === 0) break;
      assert.ok([0, 1, 3].includes(run.code), `${said}: ${run.code} ${run.err}`);
      if (run.code !== 0) assert.match(run.err, /\[SG\d{4}\]/, said);
      const missing = await bench.missingFrom(bench.at("out"), said);
      if (run.code === 0) assert.deepEqual(missing, [], `${said}: ${run.err}`);
      if (run.code === 3) {
        for (const path of missing) assert.ok(namesPath(run.err, path), `${path}: ${said}: ${run.err}`);
      }
    }
  }
  assert.ok(cases > 35, `${cases} cases`);
});

/** True when a line names the path or a folder above it. */
function namesPath(text: string, path: string): boolean {
  const parts = path.split("/");
  return parts.some((_, i) => i > 0 && text.includes(`/source${parts.slice(0, i + 1).join("/")}`)) ||
    /\/source(:|$)/m.test(text) || /Cannot restore \/(tmp|[^/ ]+)(\/[^/ ]+)?:/.test(text);
}
