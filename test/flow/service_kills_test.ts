// Copyright the SpareGrid authors. Apache-2.0.
// F2, F21 for real: server and client are killed at random moments while one backs up to the other, removes and prunes, and
// start again on what is left. At the end nothing that was acknowledged is lost, and the server counts what the disk holds.
import assert from "node:assert/strict";
import { GridStage } from "../kit/grid_stage.ts";
import { SeededRandom } from "../kit/seeded_random.ts";

const ROUNDS = Number(Deno.env.get("SPAREGRID_KILL_ROUNDS") ?? 10);
const OVER = ["DONE", "INCOMPLETE", "FAILED", "STOPPED"];

Deno.test(`service kills: ${ROUNDS} times a random one of server and client dies at a random moment; all runs end, and nothing is lost`, async () => {
  const seed = Number(Deno.env.get("SPAREGRID_SEED") ?? Date.now() % 1e9);
  const random = new SeededRandom(seed);
  const below = (limit: number) => new DataView(random.bytes(4).buffer).getUint32(0) % limit;
  await using grid = await GridStage.open();
  const set = await grid.addSet("documents");
  assert.equal((await grid.backUp(set)).state, "DONE");
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await grid.write("documents", `round-${round}`, 2_000_000 + below(6_000_000));
      if (round > 2 && below(2) === 0) {
        await Deno.remove(`${grid.folder}/documents/round-${round - 2}`).catch(() => {});
      }
      const run = await grid.start(below(4) === 0 ? "PRUNE" : "BACKUP", set);
      await new Promise((resolve) => setTimeout(resolve, below(1_200)));
      const victim = below(2) === 0 ? grid.server : grid.client;
      await victim.end("SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, below(300)));
      await victim.start();
      // A run outlives both: it goes on, or it failed with a reason and the next completes.
      const { state, code } = await grid.untilState(run, ...OVER);
      assert.ok(state === "DONE" || code !== null, `round ${round}: ${state}`);
    }
    await grid.mustBeWhole("documents", set);
    for (const service of [grid.server, grid.client]) {
      const { verifyAudit } = await service.ask<{ verifyAudit: { intact: boolean } }>(
        "{ verifyAudit { intact } }",
      );
      assert.equal(verifyAudit.intact, true);
    }
  } catch (error) {
    throw new Error(`with SPAREGRID_SEED=${seed}`, { cause: error });
  }
});
