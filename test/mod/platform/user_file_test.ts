// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isOsError } from "../../../mod/errors/mod.ts";
import { readUserFile } from "../../../mod/platform/user_file.ts";
import { scratch } from "../../kit/scratch.ts";

Deno.test("readUserFile follows links and reads to the end", async () => {
  await using folder = await scratch();
  const bytes = new Uint8Array(200_000).fill(7);
  await Deno.writeFile(`${folder.path}/real`, bytes);
  await Deno.symlink("real", `${folder.path}/link`);
  assert.deepEqual(await readUserFile(`${folder.path}/link`, 200_000), bytes);
});

Deno.test("readUserFile refuses what is larger than asked, folders and missing files", async () => {
  await using folder = await scratch();
  await Deno.writeFile(`${folder.path}/large`, new Uint8Array(11));
  await assert.rejects(readUserFile(`${folder.path}/large`, 10), (error) => isOsError(error, "EFBIG"));
  await assert.rejects(readUserFile(folder.path, 10), (error) => isOsError(error, "EISDIR"));
  await assert.rejects(readUserFile(`${folder.path}/none`, 10), (error) => isOsError(error, "ENOENT"));
});
