// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { dataFolderOf, resolveSettings } from "../../../mod/app/setting_sources.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { userDataFolder } from "../../../mod/platform/mod.ts";
import { scratch } from "../../kit/scratch.ts";

Deno.test("dataFolderOf takes the option, then SPAREGRID_DATA, then the user's folder; always absolute", () => {
  const environment = { SPAREGRID_DATA: "/env" };
  assert.equal(dataFolderOf({ data: "/option/", environment }), "/option");
  assert.equal(dataFolderOf({ environment }), "/env");
  assert.equal(dataFolderOf({ environment: {} }), userDataFolder());
  assert.equal(dataFolderOf({ environment: { SPAREGRID_DATA: "" } }), userDataFolder());
  assert.equal(dataFolderOf({ data: "sub", environment: {} }), `${Deno.cwd()}/sub`);
  assert.throws(() => dataFolderOf({ data: "", environment: {} }), (error) => isSgError(error, "SG1046"));
});

Deno.test("resolveSettings reads sparegrid.toml of the data folder, which need not be there", async () => {
  await using folder = await scratch();
  const order = { data: folder.path, environment: {} };
  assert.equal((await resolveSettings(order)).get("backup-port"), 32004);
  await Deno.writeTextFile(
    `${folder.path}/sparegrid.toml`,
    '# mine\nbackup-port = 1234\nhost-names = ["a", "b"]\n',
  );
  const settings = await resolveSettings(order);
  assert.deepEqual([settings.get("backup-port"), settings.get("host-names")], [1234, ["a", "b"]]);
});

Deno.test("resolveSettings names file and line of what is no TOML, and shows nothing of its content", async () => {
  await using folder = await scratch();
  const file = `${folder.path}/sparegrid.toml`;
  const refused = async (content: string | Uint8Array, text: RegExp) => {
    await Deno.writeFile(file, typeof content === "string" ? new TextEncoder().encode(content) : content);
    await assert.rejects(
      resolveSettings({ data: folder.path, environment: {} }),
      (error) => isSgError(error, "SG1046") && error.message.includes(file) && text.test(error.message),
      String(text),
    );
  };
  await refused("client = true\nhidden-word = \n", /line 2: [^\n]*$/);
  await refused("client = true\nclient = false\n", /line 2/);
  await refused(Uint8Array.of(0x61, 0xff), /not UTF-8/);
  await refused("[server]\nport = 1\n", /Cannot use server = \{"port":1\}/);
  await refused("x".repeat(2 * 1024 * 1024), /larger than/);
  await Deno.remove(file);
  await Deno.mkdir(file);
  await assert.rejects(
    resolveSettings({ data: folder.path, environment: {} }),
    (error) => isSgError(error, "SG1046"),
  );
});
