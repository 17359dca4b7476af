// Copyright the SpareGrid authors. Apache-2.0.
// `sparegrid serve` is killed at every change that its first start makes to the data folder (here at a share of them; all with
// SPAREGRID_KILL_ALL=1): the next start works, has one identity, one certificate and a whole catalog.
import assert from "node:assert/strict";
import { sparegridDone } from "../kit/command_line.ts";
import { type FaultMode, FaultShim, takeReport } from "../kit/fault_shim.ts";
import { scratch } from "../kit/scratch.ts";
import { startService } from "../kit/service_process.ts";

const POINTS = Deno.env.get("SPAREGRID_KILL_ALL") === "1" ? Infinity : 8;

/** Starts the service until its `at`-th change of the folder; answers how many it made, or would have. */
async function live(shim: FaultShim, data: string, mode: FaultMode, at: number): Promise<number> {
  const report = `${data}.report`;
  const env = shim.env(report, { paths: [data], mode, at });
  try {
    await using service = await startService(data, [], { env });
    // It came through: what was to be hit is not on this way.
    await service.end("SIGTERM");
  } catch (error) {
    if (mode === "count") throw error;
    assert.match(String(error), /the service did not start/);
  }
  return (await takeReport(report)).operations;
}

/** What is left works, and is the same from then on. */
async function judge(data: string): Promise<void> {
  const starts: [string, string][] = [];
  for (let i = 0; i < 2; i++) {
    await using service = await startService(data);
    assert.deepEqual(service.start.notices, []);
    assert.ok(service.start.setUpCode);
    starts.push([service.start.gridId, service.start.fingerprint]);
    if (i === 0) {
      const env = { SPAREGRID_TOKEN: "", SPAREGRID_ADDRESS: "" };
      const verdict = await sparegridDone(["audit", "verify", "--data", data], { env });
      assert.match(verdict.out, /all intact/);
    }
    assert.equal((await service.end("SIGTERM")).code, 0);
  }
  assert.deepEqual(starts[1], starts[0]);
  const left = [...Deno.readDirSync(data)].map(({ name }) => name).filter((name) =>
    /^\.|-[0-9a-f]{16}$/.test(name)
  );
  assert.deepEqual(left, [], "half-written files are swept up");
}

Deno.test({
  name: "first start: killed at every change of the data folder, the next start works",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using shim = await FaultShim.build();
    await using top = await scratch("sparegrid-first-start-");
    const operations = await live(shim, `${top.path}/whole`, "count", 0);
    assert.ok(operations > 30, `only ${operations} changes`);
    const step = Math.max(1, operations / POINTS);
    let points = 0;
    for (let at = 1; at <= operations; at += step) {
      const mode = points % 2 === 0 ? "kill" : "torn";
      const data = `${top.path}/${Math.floor(at)}`;
      await live(shim, data, mode, Math.floor(at));
      try {
        await judge(data);
      } catch (cause) {
        throw new Error(`${mode} at change ${Math.floor(at)} of ${operations}`, { cause });
      }
      points++;
    }
    console.log(`first start: ${points} of ${operations} changes`);
    assert.ok(points >= Math.min(POINTS, operations));
  },
});
