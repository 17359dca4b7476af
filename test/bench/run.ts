// Copyright the SpareGrid authors. Apache-2.0.
// The comparison with restic: `deno task bench [--runs 5] [--only source,large,small] [--corpora FOLDER] [--dry]`. Each corpus's
// figures are kept in the folder of the corpora: with --only the others are reported as they were measured last.
// All programs do the same work in turn in one run, page cache warm; medians go to RESULTS.md. Beside the system's restic
// stands today's release where Go is on the machine to build it from its module.
import { sparegridArgv } from "../kit/command_line.ts";
import { type Corpus, largeFiles, linuxSource, must, smallFiles } from "./corpora.ts";
import { type Cost, median, type Program, run } from "./measure.ts";
import { type StageShare, stageShares } from "./stages.ts";

interface Options {
  readonly runs: number;
  readonly only: ReadonlySet<string>;
  readonly corpora: string;
  readonly write: boolean;
}

/** One row of the table: an operation with the cost of each program. */
interface Row {
  readonly corpus: string;
  readonly operation: string;
  readonly ours: Cost;
  /** Of the system's restic. */
  readonly theirs: Cost;
  /** Of today's restic, where there is one. */
  readonly today?: Cost;
  readonly copy?: Cost;
}

/** Paths of restic's releases to compare with. */
interface Rivals {
  readonly system: string;
  readonly today?: string;
}

interface CorpusResult {
  readonly corpus: Corpus;
  readonly rows: readonly Row[];
  readonly repositoryBytes: { readonly ours: number; readonly theirs: number };
  readonly stages: readonly StageShare[];
}

/** The most that a wall time may be of restic's: what issue 4 asks for. A restore may take 1.15 of a `cp -a` that takes longer than that. */
const TARGETS: Readonly<Record<string, number>> = {
  "source tree, first backup": 0.6,
  "source tree, unchanged backup": 0.3,
  "source tree, restore": 0.7,
  "source tree, check --read-data": 0.9,
  "large files, first backup": 0.5,
  "large files, restore": 0.8,
  "small files, first backup": 0.6,
  "small files, unchanged backup": 0.3,
};
const COPY_TARGET = 1.15;

const PASSWORD = { SPAREGRID_PASSWORD: "bench", RESTIC_PASSWORD: "bench" };
/** Today's release of restic, as a Go module. */
const TODAY_MODULE = "github.com/restic/restic/cmd/restic@v0.18.1";

function options(): Options {
  const value = (name: string) => {
    const at = Deno.args.indexOf(`--${name}`);
    return at < 0 ? undefined : Deno.args[at + 1];
  };
  return {
    runs: Number(value("runs") ?? 5),
    only: new Set((value("only") ?? "source,large,small").split(",")),
    corpora: value("corpora") ?? new URL(".corpus", import.meta.url).pathname,
    write: !Deno.args.includes("--dry"),
  };
}

const ours = (...args: string[]): Program => ({ argv: sparegridArgv(...args), env: PASSWORD });
const restic = (path: string, ...args: string[]): Program => ({ argv: [path, ...args], env: PASSWORD });

/** The system's restic, and today's, built once into the folder of the corpora. */
async function findRivals(corpora: string): Promise<Rivals> {
  const today = `${corpora}/bin/restic`;
  try {
    await Deno.lstat(today);
  } catch {
    try {
      await must(["env", `GOBIN=${corpora}/bin`, "go", "install", TODAY_MODULE]);
    } catch (error) {
      console.log(`Without today's restic: ${error instanceof Error ? error.message : error}`);
      return { system: "restic" };
    }
  }
  return { system: "restic", today };
}

type Measured = Pick<Row, "ours" | "theirs" | "today" | "copy">;
type Contest = { readonly [K in keyof Measured]: Program };

/**
 * Runs the programs of a contest `runs` times in turn. Each time another one begins: what a file system still has to
 * do of the work before would else always fall on the same one.
 */
async function measure(contest: Contest, runs: number, before: () => Promise<void>): Promise<Measured> {
  const names = Object.keys(contest) as (keyof Measured)[];
  const costs = new Map(names.map((name) => [name, [] as Cost[]]));
  for (let i = 0; i < runs; i++) {
    await before();
    for (let j = 0; j < names.length; j++) {
      const name = names[(i + j) % names.length]!;
      await must(["sync"]);
      costs.get(name)!.push(await run(contest[name]!));
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(costs.get(name)!)])) as unknown as Measured;
}

async function measureCorpus(corpus: Corpus, rivals: Rivals, options: Options): Promise<CorpusResult> {
  const { runs, corpora } = options;
  const work = await Deno.makeTempDir({ dir: corpora, prefix: "work-" });
  const remove = async (...names: string[]) =>
    await must(["rm", "-rf", ...names.map((name) => `${work}/${name}`)]);
  const rows: Row[] = [];
  /** The same arguments for each, with its own repository; `target` is where it restores to. */
  const contest = (args: (repo: string, target: string) => string[]): Contest => ({
    ours: ours(...args(`${work}/ours`, `${work}/out-ours`)),
    theirs: restic(rivals.system, ...args(`${work}/theirs`, `${work}/out-theirs`)),
    ...(rivals.today && { today: restic(rivals.today, ...args(`${work}/today`, `${work}/out-today`)) }),
  });
  const row = async (operation: string, programs: Contest, before = () => Promise.resolve()) => {
    const done: Row = { corpus: corpus.name, operation, ...await measure(programs, runs, before) };
    rows.push(done);
    print(done);
  };
  const init = contest((repo) => ["-r", repo, "init", "--quiet"]);
  const backup = contest((repo) => ["-r", repo, "backup", "--quiet", corpus.folder]);
  try {
    await warm(corpus);
    await row("first backup", backup, async () => {
      await remove("ours", "theirs", "today");
      for (const program of Object.values(init)) await run(program);
    });
    await row("unchanged backup", backup);
    const outputs = ["out-ours", "out-theirs", ...(rivals.today ? ["out-today"] : []), "out-copy"];
    const restore = contest((repo, to) => ["-r", repo, "restore", "latest", "--quiet", "--target", to]);
    const copy: Program = { argv: ["cp", "-a", corpus.folder, `${work}/out-copy`] };
    let round = 0;
    // Not removed before the end: for minutes after many files went, ext4 looks for inodes in vain, and who restores next pays.
    await row("restore", { ...restore, copy }, async () => {
      const old = `${work}/old-${++round}`;
      await Deno.mkdir(old);
      for (const output of outputs) {
        if (round > 1) await Deno.rename(`${work}/${output}`, `${old}/${output}`);
      }
    });
    await row("check --read-data", contest((repo) => ["-r", repo, "check", "--quiet", "--read-data"]));
    // What was restored meanwhile may have taken its place in the page cache.
    await warm(corpus);
    return {
      corpus,
      rows,
      repositoryBytes: { ours: await sizeOf(`${work}/ours`), theirs: await sizeOf(`${work}/theirs`) },
      stages: await stageShares(corpus.folder),
    };
  } finally {
    await must(["rm", "-rf", work]);
  }
}

/** Reads all of a corpus into the page cache. */
async function warm({ folder }: Corpus): Promise<void> {
  await must(["sh", "-c", `find '${folder}' -type f -print0 | xargs -0 cat > /dev/null`]);
}

async function sizeOf(folder: string): Promise<number> {
  const { stdout } = await new Deno.Command("du", { args: ["-sb", folder] }).output();
  return Number(new TextDecoder().decode(stdout).split("\t")[0]);
}

const seconds = (n: number) => n.toFixed(2);
const ratio = (a: number, b: number) => (a / b).toFixed(2);

function print({ corpus, operation, ours, theirs, today, copy }: Row): void {
  console.log(
    `${corpus}, ${operation}: ${seconds(ours.wall)} s, restic ${seconds(theirs.wall)} s, ` +
      `ratio ${ratio(ours.wall, theirs.wall)}${today ? `, today's ${seconds(today.wall)} s` : ""}` +
      `${copy ? `, cp -a ${seconds(copy.wall)} s` : ""}; ` +
      `cpu ${seconds(ours.cpu)} / ${seconds(theirs.cpu)} s; memory ${Math.round(ours.memory)} / ${
        Math.round(theirs.memory)
      } MB`,
  );
}

function report(results: readonly CorpusResult[], start: Cost, { runs }: Options, versions: string): string {
  const lines = [
    "# Benchmark results",
    "",
    `Written by \`deno task bench\`. ${versions}`,
    "",
    `Wall-clock medians of ${runs} runs, all programs in turn in the same run, another one first each time, page cache warm, repositories`,
    "on the same drive; memory is the highest peak of all runs. restic at its default compression, as the system has it and as built",
    "today from its module. `cp -a` of the same folder in the same run stands beside restore.",
    "",
    `Start-up (\`sparegrid version\`): ${seconds(start.wall)} s, ${Math.round(start.memory)} MB.`,
    "",
    "| corpus | operation | SpareGrid s | restic s | ratio | target | today's restic s | ratio | cp -a s | CPU s | restic CPU s | memory MB | restic MB |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
  ];
  for (const { rows } of results) {
    for (const { corpus, operation, ours, theirs, today, copy } of rows) {
      lines.push(
        `| ${corpus} | ${operation} | ${seconds(ours.wall)} | ${seconds(theirs.wall)} | ${
          ratio(ours.wall, theirs.wall)
        } | ${verdict({ corpus, operation, ours, theirs, ...(copy ? { copy } : {}) })} | ${
          today ? `${seconds(today.wall)} | ${ratio(ours.wall, today.wall)}` : " | "
        } | ` +
          `${copy ? seconds(copy.wall) : ""} | ${seconds(ours.cpu)} | ${seconds(theirs.cpu)} | ${
            Math.round(ours.memory)
          } | ${Math.round(theirs.memory)} |`,
      );
    }
  }
  lines.push(
    "",
    "| corpus | content | repository, bytes | restic's, bytes | ratio |",
    "|---|---|---|---|---|",
  );
  for (const { corpus, repositoryBytes: { ours, theirs } } of results) {
    lines.push(
      `| ${corpus.name} | ${corpus.content} | ${ours} | ${theirs} | ${(ours / theirs).toFixed(3)} |`,
    );
  }
  lines.push(
    "",
    "Share of each stage of a first backup, each run alone over the whole corpus on one thread:",
    "",
  );
  for (const { corpus, stages } of results) {
    const sum = stages.reduce((total, stage) => total + stage.seconds, 0);
    lines.push(`| ${corpus.name} | seconds | share |`, "|---|---|---|");
    for (const stage of stages) {
      lines.push(
        `| ${stage.name} | ${seconds(stage.seconds)} | ${Math.round(100 * stage.seconds / sum)} % |`,
      );
    }
    lines.push("");
  }
  return lines.join("\n");
}

/** The target and whether it was met. */
function verdict({ corpus, operation, ours, theirs, copy }: Row): string {
  const target = TARGETS[`${corpus}, ${operation}`];
  if (target === undefined) return "";
  const most = target * theirs.wall;
  const slowCopy = copy !== undefined && copy.wall > most;
  const met = ours.wall <= (slowCopy ? COPY_TARGET * copy.wall : most);
  return `${target} ${met ? "met" : "**missed**"}`;
}

async function machine({ system, today }: Rivals): Promise<string> {
  const text = async (...argv: string[]) =>
    new TextDecoder().decode((await new Deno.Command(argv[0]!, { args: argv.slice(1) }).output()).stdout)
      .trim();
  const model = (await Deno.readTextFile("/proc/cpuinfo")).match(/model name\s*:\s*(.*)/)?.[1] ??
    "unknown processor";
  const memory = Number((await Deno.readTextFile("/proc/meminfo")).match(/MemTotal:\s*(\d+)/)?.[1] ?? 0);
  return `${navigator.hardwareConcurrency} cores (${model}), ${
    Math.round(memory / 1048576)
  } GiB, Linux ${await text("uname", "-r")}, ` +
    `Deno ${Deno.version.deno}, ${(await text(system, "version")).split(" compiled")[0]}` +
    `${today ? ` and ${(await text(today, "version")).split(" compiled")[0]}` : ""}, ${
      new Date().toISOString().slice(0, 10)
    }.`;
}

const chosen = options();
await Deno.mkdir(chosen.corpora, { recursive: true });
const rivals = await findRivals(chosen.corpora);
const makers = { source: linuxSource, large: largeFiles, small: smallFiles };
const results: CorpusResult[] = [];
const starts: Cost[] = [];
await run(ours("version")); // a fresh clone is compiled then
for (let i = 0; i < Math.max(chosen.runs, 3); i++) starts.push(await run(ours("version")));
for (const [name, make] of Object.entries(makers)) {
  const kept = `${chosen.corpora}/results-${name}.json`;
  if (chosen.only.has(name)) {
    results.push(await measureCorpus(await make(chosen.corpora), rivals, chosen));
    await Deno.writeTextFile(kept, JSON.stringify(results.at(-1)));
  } else {
    const text = await Deno.readTextFile(kept).catch(() => undefined);
    if (text !== undefined) results.push(JSON.parse(text) as CorpusResult);
  }
}
const text = report(results, median(starts), chosen, await machine(rivals));
console.log(text);
if (chosen.write) await Deno.writeTextFile(new URL("RESULTS.md", import.meta.url), text);
