// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { defaultPlaces, defaultRepositoryExists, keepPassword } from "../../../mod/app/default_places.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { scratch } from "../../kit/scratch.ts";

Deno.test("defaultPlaces are in the user's data folder", () => {
  assert.deepEqual(defaultPlaces("/data"), {
    repository: "/data/repository",
    passwordFile: "/data/password",
  });
});

Deno.test("defaultRepositoryExists once it has a config", async () => {
  await using folder = await scratch();
  const places = defaultPlaces(`${folder.path}/data`);
  assert.equal(defaultRepositoryExists(places), false);
  await Deno.mkdir(places.repository, { recursive: true });
  assert.equal(defaultRepositoryExists(places), false);
  await Deno.writeTextFile(`${places.repository}/config`, "x");
  assert.equal(defaultRepositoryExists(places), true);
});

Deno.test("keepPassword makes a file that only the user can read, once", async () => {
  await using folder = await scratch();
  const places = defaultPlaces(`${folder.path}/a/b`);
  const first = await keepPassword(places);
  assert.equal(first.file, places.passwordFile);
  assert.equal((await Deno.readTextFile(first.file)).trim(), first.password);
  assert.equal((await Deno.stat(first.file)).mode! & 0o777, 0o600);
  assert.equal((await Deno.stat(`${folder.path}/a/b`)).mode! & 0o777, 0o700);
  assert.deepEqual(await keepPassword(places), first);
});

Deno.test("keepPassword says so when it cannot write", async () => {
  await using folder = await scratch();
  await Deno.writeTextFile(`${folder.path}/file`, "");
  await assert.rejects(
    keepPassword(defaultPlaces(`${folder.path}/file/data`)),
    (error) => isSgError(error, "SG1015"),
  );
});
