// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { someId, stage } from "../../kit/cli_stage.ts";

const report = { changed: 2, notes: ["removed x\x1b"] };
const engine = {
  repairIndex: () => Promise.resolve(report),
  repairPacks: () => Promise.resolve(report),
  repairSnapshots: () => Promise.resolve(report),
};

Deno.test("repairIndexCommand, repairPacksCommand and repairSnapshotsCommand pass their orders on", async () => {
  const order = async (...argv: string[]) =>
    (await stage(["-r", "/r", "repair", ...argv], { engine })).orders[0];
  assert.deepEqual(await order("index", "--read-all-packs"), {
    name: "repairIndex",
    order: { readAllPacks: true },
  });
  assert.deepEqual(await order("packs", someId("a")), { name: "repairPacks", order: { ids: [someId("a")] } });
  const snapshots = { ids: ["abc"], filter: {}, forget: true, dryRun: false };
  assert.deepEqual(await order("snapshots", "--forget", "abc"), {
    name: "repairSnapshots",
    order: snapshots,
  });
});

Deno.test("repairPacksCommand takes whole IDs only", async () => {
  assert.equal((await stage(["-r", "/r", "repair", "packs", "abc"], { engine })).status, 2);
  assert.equal((await stage(["-r", "/r", "repair", "packs"], { engine })).status, 2);
});

Deno.test("repairIndexCommand says what was done", async () => {
  const { terminal } = await stage(["-r", "/r", "repair", "index"], { engine });
  assert.match(terminal.out, /removed x\\x1b\n2 changes made/);
});
