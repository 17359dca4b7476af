// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { DataFolder } from "../../../mod/app/data_folder.ts";
import { systemRandom, utf8 } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { scratch } from "../../kit/scratch.ts";

const open = (path: string) => DataFolder.open(path, openFileSystem(), systemRandom, new FakeClock());
const mode = async (path: string) => (await Deno.stat(path)).mode! & 0o777;

Deno.test("DataFolder.open makes a private folder, and refuses it to a second with SG0021", async () => {
  await using place = await scratch();
  const path = `${place.path}/deep/data`;
  {
    using folder = await open(path);
    assert.equal(await mode(path), 0o700);
    assert.equal(folder.path, path);
    assert.ok(folder.freeBytes() > 0);
    await assert.rejects(
      open(path),
      (error) =>
        isSgError(error, "SG0021") &&
        error.message === `Cannot use the data folder ${path}: process ${Deno.pid} uses it`,
    );
  }
  (await open(path))[Symbol.dispose]();
});

Deno.test("DataFolder writes whole files for this user only, and reads them", async () => {
  await using place = await scratch();
  using folder = await open(`${place.path}/data`);
  assert.equal(await folder.read("a"), undefined);
  await folder.write("a", utf8("one"));
  await folder.write("a", utf8("two"));
  assert.deepEqual(await folder.read("a"), utf8("two"));
  assert.equal(await mode(`${folder.path}/a`), 0o600);
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(), ["a", "lock"]);
});

Deno.test("DataFolder.open closes a folder of its own to others, and refuses one that holds other things", async () => {
  await using place = await scratch();
  const mine = `${place.path}/mine`, other = `${place.path}/other`;
  for (const path of [mine, other]) {
    await Deno.mkdir(path);
    await Deno.chmod(path, 0o755);
  }
  await Deno.writeTextFile(`${mine}/sparegrid.toml`, "");
  await Deno.writeTextFile(`${other}/letter.txt`, "");
  (await open(mine))[Symbol.dispose]();
  assert.equal(await mode(mine), 0o700);
  await assert.rejects(
    open(other),
    (error) =>
      isSgError(error, "SG0021") && /mode 0755/.test(error.message) && /chmod 700/.test(error.remedy),
  );
  assert.equal(await mode(other), 0o755, "a folder that is not ours is not changed");
  assert.deepEqual([...Deno.readDirSync(other)].map(({ name }) => name), ["letter.txt"]);
});

Deno.test("DataFolder.open says SG0021 where no folder can be", async () => {
  await using place = await scratch();
  await Deno.writeTextFile(`${place.path}/file`, "");
  await assert.rejects(open(`${place.path}/file`), (error) => isSgError(error, "SG0021"));
  await assert.rejects(open(`${place.path}/file/below`), (error) => isSgError(error, "SG0021"));
  await assert.rejects(open("/proc/none"), (error) => isSgError(error, "SG0021"));
});
