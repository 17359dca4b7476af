// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { MemoryStorage, withReadOnly } from "../../../mod/storage/mod.ts";
import { listed, pattern, rejectsWith, stored } from "../../suite/storage.ts";

Deno.test("withReadOnly: reads, and refuses every change with SG1014", async () => {
  const memory = new MemoryStorage();
  const bytes = pattern(10);
  await memory.save(stored("data", bytes), bytes);
  const storage = withReadOnly(memory);
  assert.deepEqual(await storage.load(stored("data", bytes)), bytes);
  assert.equal((await storage.stat(stored("data", bytes))).size, 10);
  assert.equal((await listed(storage, "data")).length, 1);
  await rejectsWith("SG1014", storage.create());
  await rejectsWith("SG1014", storage.save(stored("index", bytes), bytes));
  await rejectsWith("SG1014", storage.remove(stored("data", bytes)));
  assert.equal((await listed(memory, "data")).length, 1);
  assert.equal((await listed(memory, "index")).length, 0);
});
