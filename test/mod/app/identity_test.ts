// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { createPublicKey, sign, verify } from "node:crypto";
import { DataFolder } from "../../../mod/app/data_folder.ts";
import { gridIdOf, type NewIdentity, openIdentity } from "../../../mod/app/identity.ts";
import { GRID_ID } from "../../../mod/app/setting_table.ts";
import { systemClock, systemRandom } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { scratch } from "../../kit/scratch.ts";

const how = (part: Partial<NewIdentity> = {}): NewIdentity => ({
  wanted: "",
  hostName: "My Laptop.local",
  clock: systemClock,
  random: systemRandom,
  ...part,
});

Deno.test("openIdentity makes one at the first start and answers the same from then on", async () => {
  await using place = await scratch();
  using folder = await DataFolder.open(`${place.path}/d`, openFileSystem(), systemRandom);
  const first = await openIdentity(folder, how());
  assert.deepEqual([first.gridId, first.isNew], ["my-laptop.local", true]);
  assert.match(first.publicKey, /^[0-9a-f]{64}$/);
  const signature = sign(null, new TextEncoder().encode("text"), first.privateKey);
  const again = await openIdentity(folder, how({ hostName: "renamed" }));
  assert.deepEqual([again.gridId, again.isNew, again.publicKey], ["my-laptop.local", false, first.publicKey]);
  assert.equal(
    verify(null, new TextEncoder().encode("text"), createPublicKey(again.privateKey), signature),
    true,
  );
  assert.equal((await Deno.stat(`${folder.path}/identity.json`)).mode! & 0o777, 0o600);
});

Deno.test("openIdentity takes the name that is wanted, else asks, and never changes it afterwards", async () => {
  await using place = await scratch();
  const open = async (name: string, part: Partial<NewIdentity>) => {
    using folder = await DataFolder.open(`${place.path}/${name}`, openFileSystem(), systemRandom);
    return (await openIdentity(folder, how(part))).gridId;
  };
  const asked: string[] = [];
  const ask = (answer: string) => (proposal: string) => {
    asked.push(proposal);
    return Promise.resolve(answer);
  };
  assert.equal(await open("a", { wanted: "vault", ask: ask("no") }), "vault");
  assert.equal(await open("b", { ask: ask(" Office PC ") }), "office-pc");
  assert.equal(await open("c", { ask: ask("") }), "my-laptop.local");
  assert.deepEqual(asked, ["my-laptop.local", "my-laptop.local"]);
  assert.equal(await open("a", { wanted: "vault" }), "vault");
  await assert.rejects(
    open("a", { wanted: "other" }),
    (error) => isSgError(error, "SG1046") && /Grid ID vault/.test(error.message),
  );
});

Deno.test("openIdentity refuses a damaged file, shows nothing of it and changes nothing", async () => {
  await using place = await scratch();
  using folder = await DataFolder.open(`${place.path}/d`, openFileSystem(), systemRandom);
  for (
    const text of [
      "",
      "{}",
      "[1]",
      "null",
      '{"gridId":"a","privateKey":"hidden"}',
      '{"gridId":"../a","privateKey":""}',
    ]
  ) {
    await folder.write("identity.json", new TextEncoder().encode(text));
    await assert.rejects(
      openIdentity(folder, how()),
      (error) => isSgError(error, "SG0021") && !error.message.includes("hidden"),
    );
    assert.equal(await Deno.readTextFile(`${folder.path}/identity.json`), text);
  }
});

Deno.test("gridIdOf makes a valid Grid ID of any name", () => {
  const names = [
    "My-PC",
    "büro",
    "192.168.1.2",
    "--",
    "",
    "日本",
    "a".repeat(200),
    "x_",
    ".hidden.",
    "A B\u0000C",
    "e\u0301",
  ];
  for (const name of names) assert.match(gridIdOf(name), GRID_ID, name);
  assert.equal(gridIdOf("Büro PC"), "buro-pc");
  assert.equal(gridIdOf("日本"), "sparegrid");
});
