// Copyright the SpareGrid authors. Apache-2.0.
// The client role is killed at the changes that it makes to its catalog, its caches and its repository, from its first start
// on (here at a share of them; all with SPAREGRID_KILL_ALL=1): the next start takes up each run that was ordered, no snapshot that was
// called done is lost, and restic finds the repository whole.
import assert from "node:assert/strict";
import { ClientStage } from "../kit/client_stage.ts";
import { resticDone } from "../kit/command_line.ts";
import { differences, quickScratch, tellTree } from "../kit/crash_place.ts";
import { drawn, together } from "../kit/crash_points.ts";
import { type FaultMode, FaultShim, takeReport } from "../kit/fault_shim.ts";
import { noise } from "../kit/restic_tree.ts";
import { SeededRandom } from "../kit/seeded_random.ts";

const VICTIM = new URL("../kit/client_first_day.ts", import.meta.url).pathname;
const POINTS = Deno.env.get("SPAREGRID_KILL_ALL") === "1" ? 0 : 40;

/** Lets a client live in a new folder until it is killed. Gives what it said. */
async function live(shim: FaultShim, folder: string, mode: FaultMode, at: number) {
  await Deno.mkdir(`${folder}/source/below`, { recursive: true });
  await Deno.writeFile(`${folder}/source/of today`, noise(1, 200_000));
  for (let i = 0; i < 5; i++) await Deno.writeFile(`${folder}/source/below/${i}`, noise(10 + i, 4_000));
  const report = `${folder}.report`;
  const { code, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--cached-only", VICTIM, folder],
    env: shim.env(report, {
      paths: ["data", "cache", "disk"].map((name) => `${folder}/${name}`),
      mode,
      at,
    }),
  }).output();
  assert.ok(code === 0 || signal === "SIGKILL", new TextDecoder().decode(stderr));
  const said = new TextDecoder().decode(stdout).trim().split("\n");
  return { ...await takeReport(report), said: new Set(said) };
}

/** Starts the client again and does what its user would. */
async function judge(folder: string, said: ReadonlySet<string>, withRestic: boolean): Promise<void> {
  const stage = ClientStage.over(folder);
  await stage.start();
  try {
    assert.equal(stage.catalog.setAside, undefined, "the catalog opens");
    const set = await homeOf(stage, said);
    await stage.runs.idle();
    for (const { id } of stage.runs.live()) await stage.until(id, "done", "failed", "incomplete");
    const states = (await stage.runs.page({}, true, { limit: 500 })).map(({ kind, state }) =>
      `${kind} ${state}`
    );
    for (const kind of ["backup", "forget", "prune"]) {
      if (said.has(`${kind} ordered`)) assert.ok(states.includes(`${kind} done`), `${kind}: ${states}`);
    }
    assert.deepEqual(states.filter((state) => !state.endsWith(" done")), []);
    const before = await countSnapshots(stage, set);
    const kept = said.has("forget ordered") || !said.has("first snapshot")
      ? 0
      : said.has("second snapshot")
      ? 2
      : 1;
    assert.ok(before >= kept, `${before} snapshots of ${kept}`);
    assert.ok(before > 0 || !said.has("backup ordered"), "the backup that was ordered has a snapshot");
    assert.equal((await stage.backUp(set)).state, "done");
    assert.equal(await countSnapshots(stage, set), before + 1);
    const [check] = await stage.runs.start({ kind: "check", set, full: true, orderedBy: "ann" });
    assert.equal((await stage.until(check!.id, "done", "failed")).report?.["errors"], 0);
    await assertRestored(stage, set);
    if (withRestic) await assertResticAgrees(stage, set);
  } finally {
    await stage.stop();
  }
}

/** The set; one that nobody was told of may have to be made. */
async function homeOf(stage: ClientStage, said: ReadonlySet<string>): Promise<string> {
  const known = await stage.sets.byName("home");
  if (known) return known.id;
  assert.ok(!said.has("set"), "a set that was made is there");
  const [disk] = await stage.destinations.page({ limit: 1 });
  const destination = disk?.id ?? await stage.folderDestination("disk");
  const order = { name: "home", sources: [`${stage.folder}/source`], destinations: [{ destination }] };
  return (await stage.sets.create(order)).id;
}

async function countSnapshots(stage: ClientStage, set: string): Promise<number> {
  await stage.client.refresh(set, stage.signal).catch((error) => {
    // Before the first backup there is no repository.
    if (error.code !== "SG1002") throw error;
  });
  return await stage.client.snapshots.count(set, undefined);
}

async function assertRestored(stage: ClientStage, set: string): Promise<void> {
  const target = `${stage.folder}/restored`;
  const { id } = await stage.runs.restore({ set, snapshot: "latest", target, orderedBy: "ann" });
  assert.equal((await stage.until(id, "done", "failed", "incomplete")).state, "done");
  const source = `${stage.folder}/source`;
  assert.deepEqual(differences(tellTree(target + source), tellTree(source)), []);
}

async function assertResticAgrees(stage: ClientStage, set: string): Promise<void> {
  const { destinations } = await stage.sets.get(set);
  const env = {
    RESTIC_PASSWORD: await stage.sets.password(set),
    RESTIC_REPOSITORY: `${stage.folder}/disk/${destinations[0]!.repository}`,
    RESTIC_CACHE_DIR: `${stage.folder}/restic-cache`,
  };
  await resticDone(["check", "--read-data"], { env });
}

Deno.test({
  name:
    "client: killed at any change from its first start on, it takes up what was ordered and loses nothing",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using shim = await FaultShim.build();
    await using top = await quickScratch();
    const whole = await live(shim, `${top.path}/whole`, "count", 0);
    assert.ok(whole.said.has("pruned") && whole.operations > 200, `${whole.operations} changes`);
    await judge(`${top.path}/whole`, whole.said, true);
    const points = drawn(new SeededRandom(5), whole.operations, POINTS);
    let killed = 0, tried = 0;
    await together(points, async (at) => {
      const number = ++tried;
      const mode = number % 2 === 0 ? "torn" : "kill";
      const folder = `${top.path}/at-${at}`;
      const life = await live(shim, folder, mode, at);
      if (!life.said.has("pruned")) killed++;
      try {
        await judge(folder, life.said, number % 4 === 0);
      } catch (error) {
        const said = [...life.said].join(", ");
        throw new Error(`${mode} at change ${at} of ${whole.operations} (${life.first}), after: ${said}`, {
          cause: error,
        });
      }
      await Deno.remove(folder, { recursive: true });
    });
    assert.equal(tried, points.length);
    // Runs differ in how many changes the catalog's pages take.
    assert.ok(killed > points.length / 2, `only ${killed} of ${points.length} were killed`);
  },
});
