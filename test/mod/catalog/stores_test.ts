// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { accountStage } from "../../kit/account_stage.ts";

Deno.test("store queries: a repository is made once, and its numbers go on where an earlier one of its name ended", async () => {
  await using stage = await accountStage();
  const { stores, storedFiles } = stage.catalog;
  for (const id of ["b", "a"]) await stage.accounts.adopt(id);
  const home = { accountId: "a", name: "home", createdAt: 5 };
  assert.deepEqual(await stores.create(home), { ...home, sequence: 0 });
  assert.deepEqual(await stores.create({ ...home, createdAt: 9 }), { ...home, sequence: 0 });
  await stores.create({ accountId: "b", name: "home", createdAt: 6 });
  assert.deepEqual((await stores.all()).map(({ accountId, name }) => [accountId, name]), [["a", "home"], [
    "b",
    "home",
  ]]);
  const file = { type: "data", name: "00".repeat(32), size: 1 };
  await storedFiles.record([{
    ...{ accountId: "a", store: "home", sequence: 7, stored: [], leftTrash: [] },
    removed: [{ ...file, sequence: 7, removedAt: 1, purgeAt: 2, purgedAt: null }],
  }]);
  assert.equal((await stores.all())[0]!.sequence, 7);
  await stores.remove("a", "home");
  assert.deepEqual((await stores.all()).map(({ accountId }) => accountId), ["b"]);
  assert.equal((await stores.create(home)).sequence, 7);
  await assert.rejects(stores.create({ ...home, accountId: "nobody" }));
});
