// Copyright the SpareGrid authors. Apache-2.0.
// How time and memory grow: `deno task growth [--files 10000,100000,1000000] [--flat 100000,1000000] [--gigabytes 1,10,50]
// [--work FOLDER] [--dry]`; --flat: all files in one folder. Figures go to GROWTH.md. Files are made in memory (/dev/shm) where there is room: the engine is
// measured, not the drive. Generated data is different everywhere and compresses to some 6 %, so that 50 GB fit any disk.
import { sparegridArgv } from "../kit/command_line.ts";
import { must } from "./corpora.ts";
import { type Cost, type Program, run } from "./measure.ts";

/** One step of one size. */
interface Step {
  readonly size: number;
  readonly operation: string;
  readonly cost: Cost;
}

const ENVIRONMENT = { SPAREGRID_PASSWORD: "growth" };
const FILES_PER_FOLDER = 1000;
const GIGABYTE = 1_000_000_000;

const ours = (...args: string[]): Program => ({ argv: sparegridArgv(...args), env: ENVIRONMENT });

/** Makes `count` files of some hundred bytes, each its own. */
function makeFiles(folder: string, count: number, perFolder: number): void {
  const encoder = new TextEncoder();
  for (let from = 0; from < count; from += perFolder) {
    const inner = `${folder}/${from / perFolder}`;
    Deno.mkdirSync(inner, { recursive: true });
    for (let i = from; i < Math.min(count, from + perFolder); i++) {
      Deno.writeFileSync(
        `${inner}/file-${i}.txt`,
        encoder.encode(`the file of number ${i} `.repeat(1 + i % 8)),
      );
    }
  }
}

/** Costs of a first backup, an unchanged one, a check, and a prune of half of it, for `count` files. */
async function growByFiles(work: string, count: number, perFolder = FILES_PER_FOLDER): Promise<Step[]> {
  const source = await Deno.makeTempDir({ dir: await roomyMemory(count, work), prefix: "growth-" });
  const repo = ["-r", `${work}/repo`];
  try {
    makeFiles(`${source}/files`, count, perFolder);
    await run(ours(...repo, "init", "--quiet"));
    const backup = ours(...repo, "backup", "--quiet", `${source}/files`);
    const steps = [await step(count, "first backup", backup), await step(count, "unchanged backup", backup)];
    steps.push(await step(count, "check", ours(...repo, "check", "--quiet")));
    await must(["sh", "-c", `find '${source}' -name '*[02468].txt' -delete`]);
    await run(backup);
    await run(ours(...repo, "forget", "--quiet", "--keep-last", "1"));
    steps.push(await step(count, "prune of a half", ours(...repo, "prune", "--quiet")));
    return steps;
  } finally {
    await must(["rm", "-rf", source, `${work}/repo`]);
  }
}

/** Costs of a backup of a stream, a check that reads all, and a prune of a half, for `gigabytes` of generated data. */
async function growByData(work: string, gigabytes: number): Promise<Step[]> {
  const repo = ["-r", `${work}/repo`];
  const generate = (
    from: number,
    to: number,
  ) => [Deno.execPath(), "run", "-A", "--no-check", GENERATOR, `${from}`, `${to}`];
  const backup = (name: string, from: number, to: number) =>
    ours(
      ...repo,
      "backup",
      "--quiet",
      "--stdin-filename",
      name,
      "--stdin-from-command",
      "--",
      ...generate(from, to),
    );
  try {
    await run(ours(...repo, "init", "--quiet"));
    const half = gigabytes / 2;
    const steps = [await step(gigabytes, "backup of half the data", backup("a", 0, half))];
    await run(backup("b", half, gigabytes));
    steps.push(await step(gigabytes, "check --read-data", ours(...repo, "check", "--quiet", "--read-data")));
    await run(ours(...repo, "forget", "--quiet", "--group-by", "", "--keep-last", "1"));
    steps.push(await step(gigabytes, "prune of a half", ours(...repo, "prune", "--quiet")));
    return steps;
  } finally {
    await must(["rm", "-rf", `${work}/repo`]);
  }
}

const GENERATOR = new URL("generated_data.ts", import.meta.url).pathname;

async function step(size: number, operation: string, program: Program): Promise<Step> {
  const cost = await run(program);
  console.log(`${size}, ${operation}: ${cost.wall.toFixed(1)} s, ${Math.round(cost.memory)} MB`);
  return { size, operation, cost };
}

/** A folder in memory when it has room for so many files, else the work folder. */
async function roomyMemory(count: number, work: string): Promise<string> {
  const { success, stdout } = await new Deno.Command("df", { args: ["--output=avail", "-B1", "/dev/shm"] })
    .output();
  const free = success ? Number(new TextDecoder().decode(stdout).trim().split("\n").at(-1)) : 0;
  return free > count * 6000 ? "/dev/shm" : work;
}

function table(unit: string, steps: readonly Step[]): string[] {
  const lines = [
    `| ${unit} | operation | s | s for each ${unit} of the smallest | memory MB |`,
    "|---|---|---|---|---|",
  ];
  for (const { size, operation, cost } of steps) {
    const first = steps.find((other) => other.operation === operation)!;
    const growth = (cost.wall / size) / (first.cost.wall / first.size);
    lines.push(
      `| ${size.toLocaleString("en")} | ${operation} | ${cost.wall.toFixed(1)} | ${growth.toFixed(2)} | ${
        Math.round(cost.memory)
      } |`,
    );
  }
  return [...lines, ""];
}

function list(name: string, fallback: string): number[] {
  const at = Deno.args.indexOf(`--${name}`);
  return (at < 0 ? fallback : Deno.args[at + 1]!).split(",").filter((item) => item !== "").map(Number);
}

const workAt = Deno.args.indexOf("--work");
const work = await Deno.makeTempDir({
  prefix: "growth-",
  ...(workAt < 0 ? {} : { dir: Deno.args[workAt + 1]! }),
});
const byFiles: Step[] = [], flat: Step[] = [], byData: Step[] = [];
try {
  for (const count of list("files", "10000,100000,1000000")) byFiles.push(...await growByFiles(work, count));
  for (const count of list("flat", "100000,1000000")) flat.push(...await growByFiles(work, count, count));
  for (const size of list("gigabytes", "1,10,50")) byData.push(...await growByData(work, size));
} finally {
  await must(["rm", "-rf", work]);
}
const text = [
  "# Growth",
  "",
  `Written by \`deno task growth\`, ${
    new Date().toISOString().slice(0, 10)
  }: single runs, ${navigator.hardwareConcurrency} cores. The`,
  "fourth column is the time for a unit, as a multiple of the smallest size's: at most 1 means no faster than linear.",
  "",
  ...table("files", byFiles),
  "All files in one folder:",
  "",
  ...table("files", flat),
  `Generated data (GB of ${
    GIGABYTE.toLocaleString("en")
  } bytes), different everywhere, stored in some 6 % of its size:`,
  "",
  ...table("GB", byData),
].join("\n");
console.log(text);
if (!Deno.args.includes("--dry")) await Deno.writeTextFile(new URL("GROWTH.md", import.meta.url), text);
