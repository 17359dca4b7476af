// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { stage } from "../../kit/cli_stage.ts";

Deno.test("unlockCommand removes stale locks, or all, and counts", async () => {
  const engine = { unlock: () => Promise.resolve(1) };
  const { terminal, orders } = await stage(["-r", "/r", "unlock", "--remove-all"], { engine });
  assert.match(terminal.out, /1 lock removed/);
  assert.deepEqual(orders[0]!.order, { all: true });
});
