// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";
import type { RestoreCounters } from "../../../mod/restorer/mod.ts";
import { newCounters } from "../../../mod/restorer/options.ts";
import { file, restoreNodes, ToyStore } from "./toy_store.ts";

Deno.test("newCounters begins at nothing, and restoreTree counts in what onStart was given", async () => {
  const { current, ...numbers } = newCounters();
  assert.equal(current, undefined);
  assert.ok(Object.values(numbers).every((value) => value === 0));
  const store = new ToyStore();
  let live: Readonly<RestoreCounters> | undefined;
  const { counters } = await restoreNodes(new MemoryFileSystem(), store, [file(store, "f", "12345")], "/t", {
    onStart: (now) => {
      live = now;
      assert.equal(now.filesDone, 0);
    },
  });
  assert.equal(live, counters);
  assert.deepEqual([counters.filesFound, counters.filesDone, counters.bytesTotal, counters.bytesDone], [
    1,
    1,
    5,
    5,
  ]);
});
