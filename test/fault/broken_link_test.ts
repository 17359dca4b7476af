// Copyright the SpareGrid authors. Apache-2.0.
// F14: the connection is cut at every frame, and at a byte by chance in every frame, in each of the ways in which connections
// end. What is tried again succeeds; what fails leaves nothing half done, and the next run is done.
import assert from "node:assert/strict";
import { randomBelow } from "../../mod/base/mod.ts";
import { sha256Hex } from "../../mod/crypto/mod.ts";
import { JobStage } from "../kit/job_stage.ts";
import { noise } from "../kit/memory_tree.ts";
import { NetworkBench } from "../kit/network_bench.ts";
import { assertNextRunIsDone, type Operation, OPERATIONS } from "../kit/network_operations.ts";
import { RunClock } from "../kit/run_clock.ts";
import { SeededRandom } from "../kit/seeded_random.ts";
import type { Frame, LinkFault, LinkFaultKind } from "../kit/tcp_proxy.ts";

const KINDS: readonly LinkFaultKind[] = ["reset", "close", "half-close", "reset", "close", "blackhole"];

/** The frames of an undisturbed run. */
async function framesOf(bench: NetworkBench, operation: Operation): Promise<readonly Frame[]> {
  await operation.place(bench);
  bench.proxy.reset();
  const outcome = await operation.run(bench);
  assert.ok(outcome.value, outcome.error?.message);
  return [...bench.proxy.frames];
}

function textOf(operation: Operation, fault: LinkFault): string {
  return `${operation.name}: ${fault.kind}${
    fault.everAfter ? " for ever" : ""
  } at byte ${fault.at} ${fault.direction}`;
}

for (const operation of OPERATIONS) {
  Deno.test(`${operation.name} outlives a connection that ends at any frame, or in the midst of one`, async () => {
    await using bench = await NetworkBench.open();
    const random = new SeededRandom(1401);
    for (const [i, { direction, from, to }] of (await framesOf(bench, operation)).entries()) {
      const midst = from + randomBelow(random, to - from);
      for (const [j, at] of (i % 2 === 0 ? [from, midst] : [from]).entries()) {
        const fault: LinkFault = { kind: KINDS[(i + 3 * j) % KINDS.length]!, direction, at };
        await operation.place(bench);
        bench.idleMs = fault.kind === "blackhole" ? 200 : 8_000;
        bench.proxy.reset(fault);
        const outcome = await operation.run(bench);
        const said = textOf(operation, fault);
        assert.equal(outcome.error, undefined, said);
        await operation.judge(bench, outcome, said, "breaks");
        assert.ok(outcome.value, said);
      }
    }
  });

  Deno.test(`${operation.name} over a link that goes down for good ends with a code, and the next run is done`, async () => {
    await using bench = await NetworkBench.open();
    for (const [i, { direction, from, to }] of (await framesOf(bench, operation)).entries()) {
      if (i % 3 !== 0) continue;
      const kind = (["reset", "close"] as const)[i % 2]!;
      const fault: LinkFault = { kind, direction, at: (from + to) >> 1, everAfter: true };
      await operation.place(bench);
      bench.idleMs = 1_000;
      bench.proxy.reset(fault);
      const outcome = await operation.run(bench);
      const said = textOf(operation, fault);
      if (outcome.error) {
        assert.match(outcome.error.code, /^SG(0083|0136|1015|1018)$/, `${said}: ${outcome.error}`);
      }
      await operation.judge(bench, outcome, said, "lies");
      bench.idleMs = 8_000;
      await assertNextRunIsDone(bench, operation, said);
    }
  });
}

/** Checkpoints are due at every look at the clock. */
class HastyClock extends RunClock {
  override monotonicMs(): number {
    return this.ms += 60_000;
  }
}

Deno.test("backup sends nothing again that an index listed before the link went down", async () => {
  await using bench = await NetworkBench.open();
  const files = Array.from({ length: 200 }, (_, i) => [`/src/f${i}`, noise(3_000, 200 + i)] as const);
  const fill = (stage: JobStage) => {
    stage.tree.folder("/src");
    for (const [path, bytes] of files) stage.tree.write(path, bytes);
  };
  let resumed = 0;
  for (const at of [250_000, 400_000, 500_000, 600_000]) {
    await bench.place();
    bench.proxy.reset({ kind: "reset", direction: "up", at, everAfter: true });
    const broken = await bench.run((stage) => stage.backup(), fill, new HastyClock());
    assert.ok(broken.error, `the link went down at ${at}`);
    const known = new Set<string>();
    {
      await using session = await new JobStage({ storage: await bench.stored() }).open();
      await session.repository.loadIndex();
      const { table } = session.repository;
      table.eachEntry((entry) => known.add(table.idOf(entry)));
    }
    const missing = files.filter(([, bytes]) => !known.has(sha256Hex(bytes)));
    if (missing.length < files.length) resumed++;
    bench.proxy.reset();
    const done = await bench.run((stage) => stage.backup(), fill, new HastyClock());
    assert.equal(done.error, undefined);
    assert.equal(done.value!.summary.dataBlobs, missing.length, `cut at ${at}`);
    await bench.assertSound(bench.damage.snapshots, `cut at ${at}`);
  }
  assert.ok(resumed >= 1, `${resumed} of the runs found something`);
});
