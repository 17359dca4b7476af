// Copyright the SpareGrid authors. Apache-2.0.
// What the lines of the search index hold is proved in test/mod/client/search_index_test.ts, against walks of snapshots.
import assert from "node:assert/strict";
import { searchLineQueries } from "../../../mod/catalog/search_lines.ts";
import { assertByIndex, plansOf } from "./query_plans.ts";

Deno.test("search line queries: what a folder's head holds is found by indexes", async () => {
  const { open, openNamed, folder, countOpen } = searchLineQueries.reads;
  await assertByIndex((database) => open(database, 1, 100, 7));
  await assertByIndex((database) => folder(database, 1, "/a"));
  await assertByIndex((database) => countOpen(database, 1));
  const named = await plansOf((database) => openNamed(database, 1, ["a"]));
  assert.deepEqual(named.slice(1), [
    "SEARCH n USING COVERING INDEX entry_name_text (name=?)",
    "SEARCH v USING INDEX entry_version_name (name_id=? AND folder_id=?)",
  ]);
});
