// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { type Queued, startable } from "../../../mod/client/queue.ts";

const runs = (text: string): Queued[] =>
  text.split(" ").filter(Boolean).map((word) => {
    const [kind, place] = word.split("@");
    return { kind: kind as Queued["kind"], place: place! };
  });
const started = (ready: string, running = "", limit = 9) =>
  startable(runs(ready), runs(running), limit).map(({ kind, place }) => `${kind}@${place}`).join(" ");

Deno.test("startable: one backup at a repository, readers beside it, up to the limit over all", () => {
  assert.equal(started("backup@a backup@a backup@b"), "backup@a backup@b");
  assert.equal(started("restore@a check@a drill@a", "backup@a"), "restore@a check@a drill@a");
  assert.equal(started("backup@a", "restore@a check@a"), "backup@a");
  assert.equal(started("backup@a backup@b backup@c", "check@d", 3), "backup@a backup@b");
  assert.equal(started("backup@a", "check@d", 1), "");
});

Deno.test("startable: prune and forget are alone at their repository, and get their turn", () => {
  assert.equal(started("prune@a", "restore@a"), "");
  assert.equal(started("restore@a backup@a", "prune@a"), "");
  assert.equal(started("prune@a forget@a"), "prune@a");
  // What comes behind a prune that waits does not pass it, elsewhere it does.
  assert.equal(started("prune@a restore@a backup@b", "backup@a"), "backup@b");
  assert.equal(started("backup@a restore@a", "backup@a"), "restore@a");
});
