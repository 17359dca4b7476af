// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { DataFolder } from "../../../mod/app/data_folder.ts";
import { announceService, readServiceFile } from "../../../mod/app/service_file.ts";
import { systemRandom } from "../../../mod/base/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { scratch } from "../../kit/scratch.ts";

Deno.test("announceService says where the service is until it is taken back", async () => {
  await using place = await scratch();
  const path = `${place.path}/d`;
  assert.equal(await readServiceFile(path), undefined);
  using folder = await DataFolder.open(path, openFileSystem(), systemRandom);
  const facts = { pid: 5, address: "https://127.0.0.1:1", fingerprint: "ab".repeat(32) };
  {
    using _said = await announceService(folder, facts);
    assert.deepEqual(await readServiceFile(path), facts);
  }
  assert.equal(await readServiceFile(path), undefined);
});

Deno.test("readServiceFile takes what is no such file for nothing said", async () => {
  await using place = await scratch();
  for (const text of ["", "{", "null", '{"pid":"x"}']) {
    await Deno.writeTextFile(`${place.path}/service.json`, text);
    assert.equal(await readServiceFile(place.path), undefined, text);
  }
});
