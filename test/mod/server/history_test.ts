// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { ServerStage, someBytes } from "../../kit/server_stage.ts";

const HOME = { account: "pc", repository: "home" };

Deno.test("changesSince: who follows the numbers gets everything, in order, in pages, and to the end", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  await stage.store("pc", "home", "data", someBytes(10));
  // More than a page, straight into the catalog.
  const stored = Array.from({ length: 15_000 }, (_, i) => ({
    ...{ type: "data", name: (i + 1).toString(16).padStart(64, "0"), size: i, sequence: i + 2, storedAt: 1 },
  }));
  const change = { accountId: "pc", store: "home", sequence: 15_001, removed: [], leftTrash: [] };
  await stage.rooms.catalog.storedFiles.record([{ ...change, stored }]);
  const sequences: number[] = [];
  let after = 0;
  for (let more = true; more;) {
    const page = await stage.stores.since(HOME, after);
    assert.ok(page.events.length <= 10_000);
    sequences.push(...page.events.map(({ sequence }) => sequence));
    ({ sequence: after, more } = page);
  }
  assert.deepEqual(sequences, Array.from({ length: 15_001 }, (_, i) => i + 1));
});
