// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Arguments } from "../../../mod/cli/arguments.ts";
import { PRUNE_OPTIONS, pruneOrder, sayPruned } from "../../../mod/cli/prune.ts";
import { stage } from "../../kit/cli_stage.ts";

const report = {
  packsKept: 5,
  packsRepacked: 2,
  packsRemoved: 3,
  bytesRemoved: 1024,
  bytesRepacked: 2048,
  bytesUnusedLeft: 0,
  bytesTotal: 4096,
};

Deno.test("pruneCommand sums up, also what it would do", async () => {
  const engine = { prune: () => Promise.resolve(report) };
  const { terminal } = await stage(["-r", "/r", "prune", "-n"], { engine });
  assert.match(terminal.out, /1\.000 KiB would be freed, 2\.000 KiB would be rewritten/);
  const [summary] = (await stage(["-r", "/r", "prune", "--json"], { engine })).json();
  assert.equal(summary!["packs_removed"], 3);
});

Deno.test("pruneOrder reads --max-unused as percentage, size or word", () => {
  const order = (text: string) =>
    pruneOrder(new Arguments("prune", [], new Map([["max-unused", [text]]]))).maxUnused;
  assert.deepEqual(order("10%"), { part: 0.1 });
  assert.deepEqual(order("1G"), { bytes: 1024 ** 3 });
  assert.equal(order("unlimited"), "unlimited");
  assert.throws(() => order("some"));
  assert.throws(() => order("100%"));
});

Deno.test("PRUNE_OPTIONS and sayPruned serve forget too", async () => {
  assert.deepEqual(PRUNE_OPTIONS.map(({ name }) => name).slice(0, 2), ["max-unused", "max-repack-size"]);
  const engine = { forget: () => Promise.resolve({ groups: [], removed: [], prune: report }) };
  const { terminal } = await stage(["-r", "/r", "forget", "--keep-last=1", "--prune"], { engine });
  assert.match(terminal.out, /1\.000 KiB freed/);
  assert.equal(sayPruned.length, 3);
});
