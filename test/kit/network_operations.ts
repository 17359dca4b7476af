// Copyright the SpareGrid authors. Apache-2.0.
// What the engine does over a link, and what may have come of it when the link did harm.
import assert from "node:assert/strict";
import type { SgCode } from "../../mod/errors/mod.ts";
import { runCheck, runPrune } from "../../mod/job/mod.ts";
import { changeSource, checked, fillSource, restoredBy, sameBytes } from "./damage_bench.ts";
import { heardRun, JobStage } from "./job_stage.ts";
import { noise } from "./memory_tree.ts";
import { assertExact, filesIn, type NetworkBench, type Outcome } from "./network_bench.ts";
import type { LinkPace } from "./tcp_proxy.ts";

/** How the link harms: `breaks` loses bytes and says so, `lies` gives other bytes than were sent. */
export type Harm = "breaks" | "lies";

/** Something that the engine does over the link. */
export interface Operation {
  readonly name: string;
  /** Puts the repository there as it is to be before. */
  readonly place: (bench: NetworkBench) => Promise<void>;
  /** Runs it over the link. */
  readonly run: (bench: NetworkBench) => Promise<Outcome<unknown>>;
  /** Fails unless the outcome is right or an error, and nothing that was stored is harmed. */
  readonly judge: (bench: NetworkBench, outcome: Outcome<unknown>, said: string, harm: Harm) => Promise<void>;
}

const placeAll = (bench: NetworkBench) => bench.place();

/** A new snapshot of the changed folder and a file that fills several packs. */
const backup: Operation = {
  name: "backup",
  place: placeAll,
  run: (bench) => bench.run((stage) => stage.backup(), prepareSource),
  async judge(bench, { value }, said) {
    const before = bench.damage.snapshots;
    await bench.assertSound(before, said);
    const stage = new JobStage({ storage: await bench.stored() });
    const known = new Set<string>(before.map(({ id }) => id));
    const fresh = (await Array.fromAsync(stage.storage.list("snapshots"))).filter(({ name }) =>
      !known.has(name)
    );
    assert.ok(fresh.length <= 1, `${fresh.length} new snapshots: ${said}`);
    if (value) assert.equal(fresh.length, 1, `it said to be done: ${said}`);
    for (const { name } of fresh) {
      const { files, problems } = await restoredBy(stage, name as (typeof before)[number]["id"], "/out");
      assert.deepEqual(problems, [], said);
      assertExact(files, sourceOf(new JobStage()), said);
    }
  },
};

function prepareSource(stage: JobStage): Map<string, { bytes: Uint8Array }> {
  const files = changeSource(stage, fillSource(stage));
  files.set("/src/large", noise(30_000, 9));
  stage.tree.write("/src/large", files.get("/src/large")!);
  return new Map([...files].map(([path, bytes]) => [path, { bytes }]));
}

const sourceOf = prepareSource;

/** The second snapshot. */
const restore: Operation = {
  name: "restore",
  place: placeAll,
  run: (bench) => bench.run((stage) => restoredBy(stage, bench.damage.snapshots[1]!.id, "/out")),
  async judge(bench, outcome, said, harm) {
    const { files, problems, thrown } = outcome.value as Awaited<ReturnType<typeof restoredBy>>;
    const expected = bench.damage.snapshots[1]!.files;
    for (const [path, bytes] of files) {
      assert.ok(sameBytes(bytes, expected.get(path)!.bytes), `${path} has wrong bytes: ${said}`);
    }
    if (problems.length === 0 && thrown === undefined) assertExact(files, expected, said);
    for (const path of harm === "lies" && !thrown ? expected.keys() : []) {
      const told = problems.some(({ path: about }) =>
        `${path}/`.startsWith(`${new TextDecoder().decode(about)}/`)
      );
      assert.ok(files.has(path) || told, `${path} is missing and nobody says so: ${said}`);
    }
    await assertUntouched(bench, said);
  },
};

/** A check of all data. */
const check: Operation = {
  name: "check",
  place: placeAll,
  run: (bench) =>
    bench.run(async (stage) => {
      await using session = await stage.open();
      return await runCheck(session, { readData: true }, heardRun());
    }),
  async judge(bench, { value }, said, harm) {
    const { findings } = (value ?? { findings: [] }) as Awaited<ReturnType<typeof runCheck>>;
    if (harm === "breaks") assert.deepEqual(findings, [], said);
    await assertUntouched(bench, said);
  },
};

/** The first snapshot is gone, and what only it needs goes. */
const prune: Operation = {
  name: "prune",
  place: (bench) => bench.place([`snapshots/${bench.damage.snapshots[0]!.id}`]),
  run: (bench) =>
    bench.run(async (stage) => {
      await using session = await stage.open();
      return await runPrune(session, { maxUnused: { bytes: 0 }, repackSmall: true }, heardRun());
    }),
  judge: async (bench, _outcome, said) => await bench.assertSound(bench.damage.snapshots.slice(1), said),
};

/** All of them. */
export const OPERATIONS: readonly Operation[] = [backup, restore, check, prune];

/** What only reads leaves every file as it was. */
async function assertUntouched(bench: NetworkBench, said: string): Promise<void> {
  const now = await filesIn(await bench.stored());
  assert.deepEqual([...now.keys()].sort(), [...bench.damage.files.keys()].sort(), said);
  for (const [file, bytes] of now) {
    assert.ok(sameBytes(bytes, bench.damage.files.get(file)!), `${file}: ${said}`);
  }
}

/** Links on which nothing is wrong: bytes come one by one, or take their time. */
const PACES: readonly LinkPace[] = [{ segmentBytes: 1 }, { delayMs: 3 }];

/** Runs the operation over each of them; fails unless it is done. */
export async function assertDoneAtAnyPace(
  bench: NetworkBench,
  operation: Operation,
  paces: readonly LinkPace[] = PACES,
): Promise<void> {
  for (const pace of paces) {
    await operation.place(bench);
    bench.proxy.reset();
    bench.proxy.pace = pace;
    const outcome = await operation.run(bench);
    assert.ok(outcome.value, outcome.error?.message);
    await operation.judge(bench, outcome, JSON.stringify(pace), "breaks");
  }
}

/** Runs the operation again over a sound link, as the user would; fails unless it is done, or refused with `refusal`. */
export async function assertNextRunIsDone(
  bench: NetworkBench,
  operation: Operation,
  said: string,
  refusal?: SgCode,
): Promise<void> {
  // The processes that held them would be gone.
  await bench.far.removeLocks();
  bench.proxy.reset();
  const again = await operation.run(bench);
  if (again.error?.code !== refusal) assert.equal(again.error, undefined, `the next run: ${said}`);
  const stage = new JobStage({ storage: await bench.stored() });
  assert.deepEqual((await checked(stage)).filter(({ hint }) => !hint), [], `the next run: ${said}`);
}
