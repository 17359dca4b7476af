// Copyright the SpareGrid authors. Apache-2.0.
// F9 for real: a file system with so little room, or so few inodes, that the backup fills it up, at many sizes. It ends with 1 and
// says what to do; what was stored is whole; a restore and a prune work on the full drive.
import assert from "node:assert/strict";
import { type Ended, sparegridArgv, start } from "../kit/command_line.ts";
import { FaultBench } from "../kit/fault_bench.ts";
import { PASSWORD } from "../kit/repository.ts";

const mayMount = Deno.uid() === 0 && (await start(["unshare", "--mount", "true"])).code === 0;
const PAGE = 4096;

/** What came of one file system. */
interface Filled {
  readonly backup: number;
  readonly restore: number;
  readonly prune: number;
  /** What the packs took before the prune. */
  readonly dataBytes: number;
  readonly ended: Ended;
}

/**
 * Mounts a tmpfs with these options, copies the template `wasteful` there, backs up, restores to another drive and prunes; copies what
 * is there after the backup to `repo`, and after the prune to `pruned`.
 */
async function fill(bench: FaultBench, options: string): Promise<Filled> {
  const small = bench.at("small");
  await Deno.mkdir(small, { recursive: true });
  await start(["rm", "-rf", bench.at("repo"), bench.at("pruned"), bench.at("out"), bench.at("cache")]);
  const own = (...args: string[]) => sparegridArgv("-r", `${small}/repo`, ...args).join(" ");
  const script = `mount -t tmpfs -o ${options} none ${small} && cp -a ${
    bench.at("wasteful")
  } ${small}/repo || exit 99
    ${own("backup", bench.at("source"))}; backup=$?
    cp -a ${small}/repo ${bench.at("repo")}
    ${own("restore", "latest", "--target", bench.at("out"))} >&2; restore=$?
    ${own("prune", "--max-unused", "0")} >&2; prune=$?
    cp -a ${small}/repo ${bench.at("pruned")}
    echo "backup=$backup restore=$restore prune=$prune"`;
  const env = { SPAREGRID_PASSWORD: PASSWORD, SPAREGRID_CACHE_DIR: bench.at("cache") };
  const ended = await start(["unshare", "--mount", "bash", "-c", script], { env });
  const found = /backup=(\d+) restore=(\d+) prune=(\d+)/.exec(ended.out);
  assert.ok(found, `${options}: ${ended.code} ${ended.out} ${ended.err}`);
  const [backup, restore, prune] = found.slice(1).map(Number) as [number, number, number];
  const { bytes: dataBytes } = await takes(bench.at("repo/data"));
  return { backup, restore, prune, dataBytes, ended };
}

/** Bytes, in pages, and inodes that a tree takes in a tmpfs. */
async function takes(path: string): Promise<{ bytes: number; inodes: number }> {
  const find = await start(["find", path, "-printf", "%y %s\\n"]);
  const lines = find.out.trim().split("\n");
  const bytes = lines.reduce((sum, line) => {
    const [kind, size] = line.split(" ");
    return kind === "f" ? sum + Math.ceil(Number(size) / PAGE) * PAGE : sum;
  }, 0);
  return { bytes, inodes: lines.length };
}

async function judgeFull(
  bench: FaultBench,
  filled: Filled,
  roomToPrune: boolean,
  said: string,
): Promise<void> {
  const all = `${said}: ${JSON.stringify({ ...filled, ended: undefined })}\n${filled.ended.err}`;
  assert.ok([0, 1].includes(filled.backup), all);
  assert.equal(filled.restore, 0, all);
  // With no room at all there is none for the lock that keeps a prune alone, or for the index without what goes.
  const refused = filled.prune === 1 && !roomToPrune &&
    /Cannot save (locks|index)\/.*\[SG0200\]/.test(filled.ended.err);
  assert.equal(filled.prune, refused ? 1 : 0, all);
  if (filled.backup === 1) {
    assert.match(filled.ended.err, /sparegrid: Cannot .*\[SG0200\]\n {2}Free some space there/, all);
  }
  const after = await bench.judge(said);
  assert.deepEqual(after, { first: 1, second: 0, third: filled.backup === 0 ? 1 : 0 }, all);
  await start(["rm", "-rf", bench.at("repo")]);
  await Deno.rename(bench.at("pruned"), bench.at("repo"));
  assert.deepEqual(await bench.judge(`pruned, ${said}`), after, all);
  if (!refused) {
    assert.ok((await takes(bench.at("repo/data"))).bytes < filled.dataBytes, `nothing was pruned: ${all}`);
  }
  await bench.backupAgain();
}

Deno.test(
  "a drive that fills up at any point of a backup leaves all that was, and can be pruned (needs the right to mount)",
  {
    ignore: !mayMount,
  },
  async () => {
    await using bench = await FaultBench.open();
    await bench.makeWasteful();
    const before = await takes(bench.at("wasteful"));
    await bench.fresh("wasteful");
    await bench.backupAgain();
    const after = await takes(bench.at("repo"));
    const pages = (after.bytes - before.bytes) / PAGE;
    let full = 0;
    for (const share of [0, 0.02, 0.1, 0.3, 0.6, 0.9, 0.97, 1]) {
      const size = before.bytes + PAGE * Math.round(pages * share);
      const filled = await fill(bench, `size=${size}`);
      if (filled.backup === 1) full++;
      await judgeFull(bench, filled, share > 0, `${Math.round(pages * share)} of ${pages} pages are free`);
    }
    assert.ok(full >= 5, `only ${full} were full`);
  },
);

Deno.test(
  "a drive that runs out of inodes leaves all that was, and can be pruned (needs the right to mount)",
  {
    ignore: !mayMount,
  },
  async () => {
    await using bench = await FaultBench.open();
    await bench.makeWasteful();
    const { inodes } = await takes(bench.at("wasteful"));
    let full = 0, pruned = 0;
    for (let free = 0; free < 6; free++) {
      // One more for the root of the file system.
      const filled = await fill(bench, `size=64m,nr_inodes=${inodes + 1 + free}`);
      if (filled.backup === 1) full++;
      if (filled.prune === 0) pruned++;
      await judgeFull(bench, filled, false, `${free} inodes are free`);
    }
    assert.ok(full >= 4 && pruned >= 3, `only ${full} were full, ${pruned} could be pruned`);
  },
);
