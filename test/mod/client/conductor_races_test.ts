// Copyright the SpareGrid authors. Apache-2.0.
// Orders that meet at any moment of a run, from a seed.
import assert from "node:assert/strict";
import { randomBelow } from "../../../mod/base/mod.ts";
import type { Run } from "../../../mod/client/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { ClientStage } from "../../kit/client_stage.ts";
import { SeededRandom } from "../../kit/seeded_random.ts";

/** Looks at all news: never too many runs at a time, never two at a repository that do not go together. */
class Watcher {
  readonly #running = new Map<string, Run>();
  readonly last = new Map<string, Run>();
  most = 0;

  async follow(stage: ClientStage, signal: AbortSignal): Promise<void> {
    for await (const run of stage.runs.watch(signal)) {
      this.last.set(run.id, run);
      if (run.state === "running") this.#running.set(run.id, run);
      else this.#running.delete(run.id);
      const now = [...this.#running.values()];
      this.most = Math.max(this.most, now.length);
      for (const [at, a] of now.entries()) {
        for (const b of now.slice(at + 1)) {
          const together = a.setId !== b.setId ||
            !(a.kind === "prune" || b.kind === "prune" || (a.kind === "backup" && b.kind === "backup"));
          assert.ok(together, `${a.kind} ${a.id} and ${b.kind} ${b.id} run at one repository`);
        }
      }
    }
  }
}

for (const seed of [1, 2, 3]) {
  Deno.test(`Conductor: orders at any moment leave every run in a true state, and nothing hangs (seed ${seed})`, async () => {
    await using stage = await ClientStage.open({ client: { runsAtOnce: () => 2 } });
    const random = new SeededRandom(seed);
    const sets = [await stage.set("one", { "a": "alpha" }), await stage.set("two", { "b": "beta" })];
    for (const set of sets) await stage.backUp(set);
    const over = new AbortController();
    const watcher = new Watcher();
    const watching = watcher.follow(stage, over.signal);
    const ids: string[] = [];
    const kinds = ["backup", "backup", "check", "prune"] as const;
    const act = async () => {
      const set = sets[randomBelow(random, sets.length)]!;
      const id = ids[randomBelow(random, Math.max(1, ids.length))];
      const dice = randomBelow(random, 10);
      if (dice < 4 || id === undefined) {
        const kind = kinds[randomBelow(random, kinds.length)]!;
        ids.push(...(await stage.runs.start({ kind, set, orderedBy: "x" })).map((run) => run.id));
      } else if (dice < 6) await stage.runs.suspend(id);
      else if (dice < 9) await stage.runs.resume(id);
      else await stage.runs.stop(id);
    };
    const acts: Promise<void>[] = [];
    for (let times = 0; times < 60; times++) {
      // A run that is over takes no orders; that is an answer, too.
      acts.push(act().catch((error) => assert.ok(isSgError(error, "SG1040"), String(error))));
      if (randomBelow(random, 3) === 0) {
        await new Promise((resolve) => setTimeout(resolve, randomBelow(random, 40)));
      }
    }
    await Promise.all(acts);
    for (const id of new Set(ids)) await stage.runs.resume(id).catch(() => {});
    await stage.runs.idle();
    assert.deepEqual(stage.runs.live(), []);
    assert.deepEqual(await stage.catalog.runs.open(), []);
    for (const id of new Set(ids)) {
      const run = await stage.runs.get(id);
      assert.ok(["done", "stopped"].includes(run.state), `${run.kind} ${run.state} ${run.message}`);
      assert.ok(run.endedAt !== undefined);
    }
    over.abort();
    await watching;
    for (const id of new Set(ids)) {
      assert.deepEqual(watcher.last.get(id)?.state, (await stage.runs.get(id)).state);
    }
    assert.ok(watcher.most <= 2);
    for (const set of sets) assert.equal((await stage.backUp(set)).state, "done");
  });
}
