// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { removeScratch } from "../../../mod/job/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { scratch } from "../../kit/scratch.ts";

Deno.test("removeScratch removes a folder with all below it, whatever its modes, and follows no link", async () => {
  await using place = await scratch();
  const folder = `${place.path}/drill`;
  await Deno.mkdir(`${folder}/a/b`, { recursive: true });
  await Deno.writeTextFile(`${folder}/a/b/file`, "x");
  await Deno.mkdir(`${place.path}/kept`);
  await Deno.writeTextFile(`${place.path}/kept/file`, "y");
  await Deno.symlink(`${place.path}/kept`, `${folder}/a/link`);
  await Deno.chmod(`${folder}/a/b`, 0o000);
  const fs = openFileSystem();
  removeScratch(fs, folder);
  removeScratch(fs, folder);
  removeScratch(fs, `${place.path}/never/was`);
  assert.deepEqual([...Deno.readDirSync(place.path)].map(({ name }) => name), ["kept"]);
  assert.equal(await Deno.readTextFile(`${place.path}/kept/file`), "y");
});
