// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { StoreChanges } from "../../../mod/catalog/mod.ts";
import { storedFileQueries } from "../../../mod/catalog/stored_files.ts";
import { accountStage } from "../../kit/account_stage.ts";
import { assertByIndex } from "./query_plans.ts";

const name = (n: number) => n.toString(16).padStart(64, "0");
const stored = (n: number, sequence = n, type = "data") => ({
  ...{ type, name: name(n), size: n * 10, sequence, storedAt: n * 100 },
});
const changes = (part: Partial<StoreChanges>): StoreChanges => ({
  ...{ accountId: "pc", store: "home", sequence: 0, stored: [], removed: [], leftTrash: [] },
  ...part,
});

Deno.test("stored file queries: what is recorded is found by type, name and number; all of a go or nothing", async () => {
  await using stage = await accountStage();
  const { storedFiles, removedFiles, stores } = stage.catalog;
  await stage.accounts.adopt("pc");
  await stores.create({ accountId: "pc", name: "home", createdAt: 1 });
  await storedFiles.record([changes({ sequence: 9, stored: [1, 2, 3, 4].map((n) => stored(n)) })]);
  await storedFiles.record([changes({ sequence: 10, stored: [stored(5, 10, "index")] })]);
  const names = async (rows: Promise<{ name: string }[]>) =>
    (await rows).map((row) => Number(`0x${row.name}`));
  assert.deepEqual(await names(storedFiles.page("pc", "home", "data", 2)), [1, 2]);
  assert.deepEqual(await names(storedFiles.page("pc", "home", "data", 9, name(2))), [3, 4]);
  assert.deepEqual(await names(storedFiles.following("pc", "home", 3, 9)), [4, 5]);
  assert.equal((await storedFiles.byName("pc", "home", "data", name(3)))?.size, 30);
  assert.equal(await storedFiles.firstSince("pc", "home", 300), 3);
  assert.equal(await storedFiles.firstSince("pc", "home", 501), undefined);
  assert.equal((await stores.all())[0]!.sequence, 10);

  const removed = [{ ...stored(2, 11), removedAt: 1, purgeAt: 2, purgedAt: null }];
  await storedFiles.record([changes({ sequence: 12, removed, stored: [stored(3, 12)] })]);
  assert.deepEqual(await names(storedFiles.page("pc", "home", "data", 9)), [1, 3, 4]);
  assert.equal((await storedFiles.byName("pc", "home", "data", name(3)))?.sequence, 12);
  const bad = changes({
    store: "x",
    sequence: 1,
    stored: [{ ...stored(1), size: null as unknown as number }],
  });
  await assert.rejects(storedFiles.record([changes({ sequence: 99, stored: [stored(9)] }), bad]));
  assert.equal((await stores.all())[0]!.sequence, 12);
  await storedFiles.record([changes({ sequence: 13, leftTrash: [{ sequence: 11, at: 77 }] })]);
  assert.equal((await removedFiles.following("pc", "home", 0, 9))[0]!.purgedAt, 77);
});

Deno.test("stored file queries: what is verified, damaged and mended", async () => {
  await using stage = await accountStage();
  const { storedFiles } = stage.catalog;
  await storedFiles.record([changes({ sequence: 4, stored: [1, 2, 3, 4].map((n) => stored(n)) })]);
  const looked = (n: number, verifiedAt: number, damage: string | null = null) => ({
    ...{ accountId: "pc", store: "home", type: "data", name: name(n), verifiedAt, damage },
  });
  assert.equal(await storedFiles.verifiedSince("pc", "home"), null);
  await storedFiles.verified([looked(1, 30), looked(2, 10), looked(3, 20, "it's gone")]);
  assert.equal(await storedFiles.verifiedSince("pc", "home"), null);
  const due = async (before: number, limit = 9) =>
    (await storedFiles.leastVerified("pc", "home", before, limit)).map((row) => Number(`0x${row.name}`));
  assert.deepEqual(await due(30), [4, 2, 3]);
  assert.deepEqual(await due(31, 2), [4, 2]);
  await storedFiles.verified([looked(4, 40)]);
  assert.equal(await storedFiles.verifiedSince("pc", "home"), 10);
  const [damaged, ...others] = await storedFiles.damaged("pc", "home", 9);
  assert.deepEqual([damaged?.name, damaged?.damage, others.length], [name(3), "it's gone", 0]);
  await storedFiles.record([changes({ sequence: 5, stored: [stored(3, 5)] })]);
  assert.deepEqual(await storedFiles.damaged("pc", "home", 9), []);
  assert.deepEqual(await due(1), [3]);
});

Deno.test("stored file queries: go by an index", async () => {
  const { page, byName, following, leastVerified, verifiedSince, damaged } = storedFileQueries.reads;
  await assertByIndex((database) => page(database, "pc", "home", "data", 10, name(1)));
  await assertByIndex((database) => byName(database, "pc", "home", "data", name(1)));
  await assertByIndex((database) => following(database, "pc", "home", 5, 10));
  await assertByIndex((database) => leastVerified(database, "pc", "home", 5, 10));
  await assertByIndex((database) => verifiedSince(database, "pc", "home"));
  await assertByIndex((database) => damaged(database, "pc", "home", 10));
});
