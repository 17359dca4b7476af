// Copyright the SpareGrid authors. Apache-2.0.
// The comparison with restic: `deno task bench [--runs 5] [--only source,large,small] [--corpora FOLDER]`.
// Both programs do the same work in turn in one run, page cache warm; medians go to RESULTS.md.
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
  readonly theirs: Cost;
  readonly copy?: Cost;
}

interface CorpusResult {
  readonly corpus: Corpus;
  readonly rows: readonly Row[];
  readonly repositoryBytes: { readonly ours: number; readonly theirs: number };
  readonly stages: readonly StageShare[];
}

const PASSWORD = { SPAREGRID_PASSWORD: "bench", RESTIC_PASSWORD: "bench" };
const MAIN = new URL("../../main.ts", import.meta.url).pathname;

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

const ours = (...args: string[]): Program => ({
  argv: [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", MAIN, ...args],
  env: PASSWORD,
});
const theirs = (...args: string[]): Program => ({ argv: ["restic", ...args], env: PASSWORD });

async function measureCorpus(corpus: Corpus, { runs, corpora }: Options): Promise<CorpusResult> {
  const work = await Deno.makeTempDir({ dir: corpora, prefix: "work-" });
  const remove = async (...names: string[]) =>
    await must(["rm", "-rf", ...names.map((name) => `${work}/${name}`)]);
  const rows: Row[] = [];
  const row = async (operation: string, before: () => Promise<void>, a: Program, b: Program, c?: Program) => {
    const costs: Cost[][] = [[], [], []];
    for (let i = 0; i < runs; i++) {
      await before();
      for (const [at, program] of [a, b, c].entries()) {
        if (!program) continue;
        await must(["sync"]);
        costs[at]!.push(await run(program));
      }
    }
    const [mine, his, copy] = costs.map((list) => list.length ? median(list) : undefined);
    const done: Row = {
      corpus: corpus.name,
      operation,
      ours: mine!,
      theirs: his!,
      ...(copy ? { copy } : {}),
    };
    rows.push(done);
    print(done);
  };
  const repos = ["-r", `${work}/ours`], other = ["-r", `${work}/theirs`];
  try {
    await must(["sh", "-c", `find '${corpus.folder}' -type f -print0 | xargs -0 cat > /dev/null`]);
    const init = async () => {
      await remove("ours", "theirs");
      await run(ours(...repos, "init", "--quiet"));
      await run(theirs(...other, "init", "--quiet"));
    };
    await row(
      "first backup",
      init,
      ours(...repos, "backup", "--quiet", corpus.folder),
      theirs(...other, "backup", "--quiet", corpus.folder),
    );
    await row(
      "unchanged backup",
      async () => {},
      ours(...repos, "backup", "--quiet", corpus.folder),
      theirs(...other, "backup", "--quiet", corpus.folder),
    );
    await row(
      "restore",
      async () => await remove("out1", "out2", "out3"),
      ours(...repos, "restore", "latest", "--quiet", "--target", `${work}/out1`),
      theirs(...other, "restore", "latest", "--quiet", "--target", `${work}/out2`),
      { argv: ["cp", "-a", corpus.folder, `${work}/out3`] },
    );
    await remove("out1", "out2", "out3");
    await row(
      "check --read-data",
      async () => {},
      ours(...repos, "check", "--quiet", "--read-data"),
      theirs(...other, "check", "--quiet", "--read-data"),
    );
    const size = async (name: string) => {
      const { stdout } = await new Deno.Command("du", { args: ["-sb", `${work}/${name}`] }).output();
      return Number(new TextDecoder().decode(stdout).split("\t")[0]);
    };
    return {
      corpus,
      rows,
      repositoryBytes: { ours: await size("ours"), theirs: await size("theirs") },
      stages: await stageShares(corpus.folder),
    };
  } finally {
    await must(["rm", "-rf", work]);
  }
}

const seconds = (n: number) => n.toFixed(2);
const ratio = (a: number, b: number) => (a / b).toFixed(2);

function print({ corpus, operation, ours, theirs, copy }: Row): void {
  console.log(
    `${corpus}, ${operation}: ${seconds(ours.wall)} s, restic ${seconds(theirs.wall)} s, ` +
      `ratio ${ratio(ours.wall, theirs.wall)}${copy ? `, cp -a ${seconds(copy.wall)} s` : ""}; ` +
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
    `Wall-clock medians of ${runs} runs, both programs in turn in the same run, page cache warm, repositories on the same drive; memory is the`,
    "highest peak of all runs. restic at its default compression. `cp -a` of the same folder in the same run stands beside restore.",
    "",
    `Start-up (\`sparegrid version\`): ${seconds(start.wall)} s, ${Math.round(start.memory)} MB.`,
    "",
    "| corpus | operation | SpareGrid s | restic s | ratio | cp -a s | CPU s | restic CPU s | memory MB | restic MB |",
    "|---|---|---|---|---|---|---|---|---|---|",
  ];
  for (const { rows } of results) {
    for (const { corpus, operation, ours, theirs, copy } of rows) {
      lines.push(
        `| ${corpus} | ${operation} | ${seconds(ours.wall)} | ${seconds(theirs.wall)} | ${
          ratio(ours.wall, theirs.wall)
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

async function machine(): Promise<string> {
  const text = async (...argv: string[]) =>
    new TextDecoder().decode((await new Deno.Command(argv[0]!, { args: argv.slice(1) }).output()).stdout)
      .trim();
  const model = (await Deno.readTextFile("/proc/cpuinfo")).match(/model name\s*:\s*(.*)/)?.[1] ??
    "unknown processor";
  const memory = Number((await Deno.readTextFile("/proc/meminfo")).match(/MemTotal:\s*(\d+)/)?.[1] ?? 0);
  return `${navigator.hardwareConcurrency} cores (${model}), ${
    Math.round(memory / 1048576)
  } GiB, Linux ${await text("uname", "-r")}, ` +
    `Deno ${Deno.version.deno}, ${(await text("restic", "version")).split(" compiled")[0]}, ${
      new Date().toISOString().slice(0, 10)
    }.`;
}

const chosen = options();
await Deno.mkdir(chosen.corpora, { recursive: true });
const makers = { source: linuxSource, large: largeFiles, small: smallFiles };
const results: CorpusResult[] = [];
const starts: Cost[] = [];
for (let i = 0; i < Math.max(chosen.runs, 3); i++) starts.push(await run(ours("version")));
for (const [name, make] of Object.entries(makers)) {
  if (chosen.only.has(name)) results.push(await measureCorpus(await make(chosen.corpora), chosen));
}
const text = report(results, median(starts), chosen, await machine());
console.log(text);
if (chosen.write) await Deno.writeTextFile(new URL("RESULTS.md", import.meta.url), text);
