// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { DataFolder } from "../../../mod/app/data_folder.ts";
import { KeepsakeKeeper } from "../../../mod/app/keepsake.ts";
import { silentLog, systemRandom, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { openCatalog } from "../../../mod/catalog/mod.ts";
import { isSgError, SgError } from "../../../mod/errors/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { scratch } from "../../kit/scratch.ts";

async function stage(place: string, name: string) {
  const fs = openFileSystem(), clock = new FakeClock({ auto: false });
  const folder = await DataFolder.open(`${place}/data`, fs, systemRandom);
  const catalog = await openCatalog({ fs, clock, folder: `${place}/${name}` });
  const keeper = new KeepsakeKeeper({ folder, catalog, clock, log: silentLog });
  return {
    ...{ folder, catalog, keeper, clock },
    [Symbol.asyncDispose]: async () => {
      await catalog[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

const SET = {
  ...{
    id: "s1",
    slug: "docs",
    name: "docs",
    order: "{}",
    password: utf8("sealed"),
    passwordOrigin: "generated" as const,
  },
  ...{ createdAt: 1, changedAt: 1, pausedAt: null, deletingAt: null },
} as const;
const EMPTY = {
  setting: [],
  user: [],
  token: [],
  destination: [],
  backupSet: [],
  setDestination: [],
  account: [],
};

Deno.test("KeepsakeKeeper: what one catalog held is in the next, bytes included", async () => {
  await using place = await scratch();
  {
    await using one = await stage(place.path, "one");
    assert.deepEqual(await one.keeper.begin(), { copy: "none" });
    await one.catalog.keepsake.restore({ ...EMPTY, backupSet: [SET] });
    await one.keeper.keep();
    assert.equal(await one.keeper.begin(), undefined, "the catalog is the one that is kept");
    assert.equal((await Deno.stat(`${one.folder.path}/keepsake.json`)).mode! & 0o777, 0o600);
  }
  await using two = await stage(place.path, "two");
  assert.deepEqual(await two.keeper.begin(), { copy: "taken", rows: 2, older: false });
  assert.equal(await two.keeper.begin(), undefined);
  assert.deepEqual(
    new Uint8Array((await two.catalog.keepsake.dump()).backupSet[0]!.password),
    utf8("sealed"),
  );
});

Deno.test("KeepsakeKeeper writes where something changed, and only then", async () => {
  await using place = await scratch();
  await using one = await stage(place.path, "one");
  await one.keeper.keep();
  const file = `${one.folder.path}/keepsake.json`;
  const { ino } = await Deno.stat(file);
  await one.keeper.keep();
  assert.equal((await Deno.stat(file)).ino, ino);
  await one.catalog.settings.set("setting.x", 1);
  await one.keeper.keep();
  assert.match(await Deno.readTextFile(file), /setting\.x/);
});

Deno.test("KeepsakeKeeper: a copy that cannot be used is put aside, told, and leaves the catalog as it was", async () => {
  await using place = await scratch();
  const orphan = JSON.stringify({ ...EMPTY, token: [{ id: "t", userId: "none" }] });
  for (const [i, text] of ["", "{", "null", orphan].entries()) {
    await using one = await stage(place.path, `catalog-${i}`);
    await one.folder.write("keepsake.json", utf8(text));
    assert.equal((await one.keeper.begin())?.copy, "unusable", text);
    assert.equal(await one.catalog.users.count(), 0);
    const aside = [...Deno.readDirSync(one.folder.path)].find(({ name }) =>
      name.startsWith("keepsake.unused-")
    )!;
    assert.equal(utf8Text(await Deno.readFile(`${one.folder.path}/${aside.name}`)), text);
    await one.keeper.keep();
    assert.equal(await one.keeper.begin(), undefined);
  }
});

Deno.test("KeepsakeKeeper: a copy that can be neither used nor put aside stays, and the start fails", async () => {
  await using place = await scratch();
  await using one = await stage(place.path, "one");
  await one.folder.write("keepsake.json", utf8("{"));
  const folder = {
    read: (name: string) => one.folder.read(name),
    write: () => Promise.reject(new SgError("SG0021", "The drive is full")),
  } as unknown as DataFolder;
  const parts = { folder, catalog: one.catalog, clock: one.clock, log: silentLog };
  for (let start = 0; start < 2; start++) {
    await assert.rejects(new KeepsakeKeeper(parts).begin(), (error) => isSgError(error, "SG0021"));
  }
});

Deno.test("KeepsakeKeeper: a catalog of an older time gets what it lacks, and does not replace the copy before", async () => {
  await using place = await scratch();
  const database = `${place.path}/one/catalog.db`;
  const set = (id: string) => ({ ...SET, id, slug: id, name: id });
  {
    await using one = await stage(place.path, "one");
    await one.keeper.begin();
    await one.catalog.keepsake.restore({ ...EMPTY, backupSet: [set("s1")] });
    await one.keeper.keep();
  }
  await Deno.copyFile(database, `${place.path}/older`);
  {
    await using one = await stage(place.path, "one");
    assert.equal(await one.keeper.begin(), undefined);
    await one.catalog.keepsake.restore({ ...EMPTY, backupSet: [set("s2")] });
    await one.keeper.keep();
  }
  for (const ending of ["-wal", "-shm"]) await Deno.remove(database + ending).catch(() => {});
  await Deno.copyFile(`${place.path}/older`, database);
  await using one = await stage(place.path, "one");
  assert.deepEqual(await one.keeper.begin(), { copy: "taken", rows: 1, older: true });
  assert.deepEqual((await one.catalog.keepsake.dump()).backupSet.map(({ id }) => id), ["s1", "s2"]);
  assert.equal(await one.keeper.begin(), undefined);
});

Deno.test("KeepsakeKeeper: a catalog from before copies were counted is the one that is kept, and nothing is told", async () => {
  await using place = await scratch();
  await using one = await stage(place.path, "one");
  await one.catalog.keepsake.restore({ ...EMPTY, backupSet: [SET] });
  const kept = { ...EMPTY, backupSet: [{ ...SET, password: { $bytes: btoa("sealed") } }] };
  await one.folder.write("keepsake.json", utf8(JSON.stringify(kept)));
  assert.equal(await one.keeper.begin(), undefined);
  await one.keeper.keep();
  assert.equal(await one.keeper.begin(), undefined);
});
