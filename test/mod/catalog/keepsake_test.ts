// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8 } from "../../../mod/base/mod.ts";
import { type Keepsake, openCatalog } from "../../../mod/catalog/mod.ts";
import { systemClock } from "../../../mod/base/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { scratch } from "../../kit/scratch.ts";

const open = (folder: string) => openCatalog({ fs: openFileSystem(), clock: systemClock, folder });

const user = (id: string, name: string) => ({
  ...{
    id,
    name,
    role: "administrator" as const,
    passwordHash: "scrypt$x",
    createdAt: 1,
    passwordChangedAt: 1,
  },
  disabledAt: null,
  ...{ factorSecret: utf8("sealed"), factorSince: 2, factorStep: 3, recoveryHashes: '["h"]' },
});

/** One row of each table. */
const KEPT: Keepsake = {
  setting: [{ key: "setting.parallel-runs", value: "5" }],
  user: [user("u1", "ann")],
  token: [{
    ...{ id: "t1", userId: "u1", name: "cron", hash: "h", scopes: "[]", createdAt: 1 },
    expiresAt: null,
    usedAt: null,
  }],
  destination: [{
    ...{
      id: "d1",
      name: "vault",
      kind: "server",
      place: "https://vault:32007",
      account: "laptop",
      secret: utf8("sealed"),
    },
    ...{ fingerprint: null, uploadBytesPerSecond: null, createdAt: 1 },
  }],
  backupSet: [{
    ...{
      id: "s1",
      slug: "docs",
      name: "docs",
      order: "{}",
      password: utf8("sealed"),
      passwordOrigin: "generated",
    },
    ...{ createdAt: 1, changedAt: 1, pausedAt: null, deletingAt: null },
  }],
  setDestination: [{ setId: "s1", destinationId: "d1", position: 0, repository: "docs", madeAt: 1 }],
  account: [{
    ...{ id: "tablet", state: "active", label: "", secret: utf8("sealed"), quotaBytes: 5, appendOnly: true },
    ...{
      retentionLockDays: 14,
      uploadBytesPerSecond: null,
      createdAt: 1,
      approvedAt: 1,
      seenAt: null,
      seenAddress: null,
    },
    ...{ suspendedAt: null, automaticShare: false },
  }],
};

Deno.test("keepsake: what is dumped of one catalog is in another when it was restored, and restoring again changes nothing", async () => {
  await using place = await scratch();
  await using one = await open(`${place.path}/one`);
  await one.keepsake.restore(KEPT);
  const dumped = await one.keepsake.dump();
  assert.deepEqual(JSON.parse(JSON.stringify(dumped)), JSON.parse(JSON.stringify(KEPT)));
  assert.deepEqual(new Uint8Array(dumped.backupSet[0]!.password), utf8("sealed"));
  await using two = await open(`${place.path}/two`);
  await two.keepsake.restore(dumped);
  await two.keepsake.restore({ ...dumped, user: [{ ...user("u1", "other") }, user("u2", "eve")] });
  assert.deepEqual((await two.users.byId("u1"))?.name, "ann");
  assert.equal(await two.users.count(), 2);
  assert.equal(await two.settings.get("setting.parallel-runs"), 5);
});

Deno.test("keepsake: when somebody was last seen is left out, so that the copy does not change all the time", async () => {
  await using place = await scratch();
  await using catalog = await open(place.path);
  await catalog.keepsake.restore(KEPT);
  const before = JSON.stringify(await catalog.keepsake.dump());
  await catalog.accounts.update("tablet", { seenAt: 99, seenAddress: "192.0.2.7" });
  await catalog.tokens.note("t1", 99);
  assert.equal(JSON.stringify(await catalog.keepsake.dump()), before);
});

Deno.test("keepsake: a part that cannot be put in leaves nothing of the others", async () => {
  await using place = await scratch();
  await using catalog = await open(place.path);
  const orphan = { ...KEPT, setDestination: [{ ...KEPT.setDestination[0]!, setId: "none" }] };
  await assert.rejects(catalog.keepsake.restore(orphan));
  assert.equal(await catalog.users.count(), 0);
});
