// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import type { Database } from "../../../mod/catalog/database.ts";
import { searchQueries } from "../../../mod/catalog/search.ts";
import type { NameTest } from "../../../mod/catalog/mod.ts";
import { plansOf } from "./query_plans.ts";

const TEST: NameTest = { glob: "*ab.txt", folded: false, any: false, trigrams: ["ab."] };

/** A line with one name in it, so that all steps of a search are taken. */
async function fill(database: Database): Promise<void> {
  await database.run(sql`INSERT INTO entry_name (id, name, folded) VALUES (1, 'ab.txt', 'ab.txt')`);
  await database.run(sql`INSERT INTO file_name (rowid, folded) VALUES (1, 'ab.txt')`);
}

async function plans(test: NameTest, setId?: string): Promise<string[]> {
  const { find } = searchQueries.reads;
  return await plansOf(async (database) => {
    await fill(database);
    await find(database, test, setId, 50);
    await find(database, test, setId, 50, { part: 0, a: 1, b: 1, c: 1 });
    await find(database, test, setId, 50, { part: 1, a: 1, b: 1, c: 1 });
  });
}

Deno.test("search queries: a search goes by the trigrams and the names, in order, and sorts nothing", async () => {
  for (const setId of [undefined, "s"]) {
    const steps = await plans(TEST, setId);
    const what = steps.join("\n");
    assert.ok(steps.some((step) => step.startsWith("SCAN x VIRTUAL TABLE INDEX")), what);
    assert.ok(steps.some((step) => /^SEARCH v USING INDEX entry_version_name \(name_id=\?/.test(step)), what);
    assert.ok(
      steps.some((step) => /^SEARCH v USING INDEX entry_version_folder \(folder_id=\?/.test(step)),
      what,
    );
    assert.ok(!steps.some((step) => step.includes("TEMP B-TREE FOR ORDER BY")), what);
    assert.ok(!steps.some((step) => /^SCAN (?:v|s|n)\b(?!.*USING)/.test(step)), what);
  }
});

Deno.test("search queries: without a part to narrow by, the names are read in order of their numbers", async () => {
  const steps = await plans({ ...TEST, trigrams: [], glob: "?b*" });
  assert.ok(steps.includes("SEARCH n USING INTEGER PRIMARY KEY (rowid>?)"), steps.join("\n"));
  assert.ok(!steps.some((step) => step.includes("TEMP B-TREE FOR ORDER BY")), steps.join("\n"));
});

Deno.test("search queries: a history goes by indexes", async () => {
  const steps = await plansOf((database) => searchQueries.reads.history(database, "s", "/a", "b"));
  assert.ok(!steps.some((step) => /^SCAN (?!j\b)/.test(step)), steps.join("\n"));
});
