// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { readPassword } from "../../../mod/app/password.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { scratch } from "../../kit/scratch.ts";

const text = async (order: Parameters<typeof readPassword>[0]) => (await readPassword(order)).text;

Deno.test("readPassword reads a file without the white space round it, byte order mark included", async () => {
  await using folder = await scratch();
  await Deno.writeTextFile(`${folder.path}/pw`, "\ufeff päss word \r\n");
  assert.deepEqual(await readPassword({ file: `${folder.path}/pw` }), { text: "päss word", typed: false });
});

Deno.test("readPassword runs a command, without a shell", async () => {
  assert.equal(await text({ command: `printf '%s\\n' "a b"` }), "a b");
  await assert.rejects(readPassword({ command: "false" }), (error) => isSgError(error, "SG1027"));
  await assert.rejects(readPassword({ command: "/no/such/program" }), (error) => isSgError(error, "SG1027"));
});

Deno.test("readPassword takes the first source that is set", async () => {
  await using folder = await scratch();
  await Deno.writeTextFile(`${folder.path}/kept`, "kept");
  const keptFile = `${folder.path}/kept`;
  const ask = () => Promise.resolve("typed");
  assert.equal(await text({ text: "text", keptFile, ask }), "text");
  assert.equal(await text({ keptFile, ask }), "kept");
  assert.deepEqual(await readPassword({ keptFile: `${folder.path}/none`, ask }), {
    text: "typed",
    typed: true,
  });
});

Deno.test("readPassword refuses nothing, emptiness and files that cannot be read with SG1024", async () => {
  await using folder = await scratch();
  await Deno.writeTextFile(`${folder.path}/empty`, "\n");
  for (
    const order of [{}, { text: "" }, { file: `${folder.path}/empty` }, { file: `${folder.path}/none` }, {
      keptFile: folder.path,
    }]
  ) {
    await assert.rejects(readPassword(order), (error) => isSgError(error, "SG1024"), JSON.stringify(order));
  }
});
