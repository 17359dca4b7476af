// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { RemovedFileRow } from "../../../mod/catalog/mod.ts";
import { removedFileQueries } from "../../../mod/catalog/removed_files.ts";
import { accountStage } from "../../kit/account_stage.ts";
import { assertByIndex } from "./query_plans.ts";

const row = (sequence: number, part: Partial<RemovedFileRow> = {}): RemovedFileRow => ({
  ...{ accountId: "pc", store: "home", type: "data", name: `n${sequence}`, size: 5, sequence },
  ...{ removedAt: sequence * 10, purgeAt: 1000 - sequence, purgedAt: null },
  ...part,
});

Deno.test("removed file queries: what is in the trash, due, gone, and in which order", async () => {
  await using stage = await accountStage();
  const { removedFiles, storedFiles } = stage.catalog;
  const removed = [row(1), row(2), row(3, { purgedAt: 40 }), row(4, { purgeAt: null, purgedAt: 40 }), row(5)];
  for (const store of ["home", "work"]) {
    await storedFiles.record([{ accountId: "pc", store, sequence: 5, stored: [], removed, leftTrash: [] }]);
  }
  const numbers = async (rows: Promise<RemovedFileRow[]>) => (await rows).map(({ sequence }) => sequence);
  assert.deepEqual(await numbers(removedFiles.following("pc", "home", 2, 2)), [3, 4]);
  assert.deepEqual(await numbers(removedFiles.inTrash("pc", "home", 9)), [1, 2, 5]);
  assert.deepEqual(await numbers(removedFiles.inTrash("pc", "home", 9, { since: 20 })), [2, 5]);
  assert.deepEqual(await numbers(removedFiles.inTrash("pc", "home", 9, { after: 2 })), [5]);
  assert.deepEqual(await numbers(removedFiles.due(998, 9)), [5, 5, 2, 2]);
  assert.deepEqual(await numbers(removedFiles.due(998, 1)), [5]);
  assert.deepEqual(await numbers(removedFiles.trashed("pc", "home", "data", "n2")), [2]);
  assert.deepEqual(await numbers(removedFiles.trashed("pc", "home", "data", "n3")), []);
});

Deno.test("removed file queries: go by an index", async () => {
  const { following, due, inTrash, trashed } = removedFileQueries.reads;
  await assertByIndex((database) => following(database, "pc", "home", 5, 10));
  await assertByIndex((database) => due(database, 5, 10));
  await assertByIndex((database) => inTrash(database, "pc", "home", 10, { since: 5, after: 6 }));
  await assertByIndex((database) => trashed(database, "pc", "home", "data", "n"));
});
