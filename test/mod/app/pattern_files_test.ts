// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { readPathFile, readPatternFile } from "../../../mod/app/pattern_files.ts";
import { utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { scratch } from "../../kit/scratch.ts";

Deno.test("readPatternFile reads patterns with variables; a bad line and a missing file are SG1021", async () => {
  await using folder = await scratch();
  const file = `${folder.path}/patterns`;
  await Deno.writeTextFile(file, "# comment\n*.o\n$WHERE/x\n");
  const env = (name: string) => name === "WHERE" ? "/there" : undefined;
  assert.deepEqual(await readPatternFile(file, env), ["*.o", "/there/x"]);
  await Deno.writeTextFile(file, "[a-\n");
  await assert.rejects(
    readPatternFile(file, env),
    (error) => isSgError(error, "SG1021") && /line 1/.test(error.message),
  );
  await assert.rejects(readPatternFile(`${folder.path}/none`, env), (error) => isSgError(error, "SG1021"));
});

Deno.test("readPathFile reads paths with wildcards, as they stand, or ended by NUL", async () => {
  await using folder = await scratch();
  const file = `${folder.path}/list`;
  await Deno.writeTextFile(`${folder.path}/a.txt`, "");
  await Deno.writeTextFile(file, `# comment\n${folder.path}/*.txt\n${folder.path}/*.none\n`);
  const paths = async (form: "patterns" | "lines" | "raw") => {
    const read = await readPathFile(file, form);
    return [read.paths.map(utf8Text), read.unmatched];
  };
  assert.deepEqual(await paths("patterns"), [[`${folder.path}/a.txt`], [`${folder.path}/*.none`]]);
  await Deno.writeTextFile(file, "# a\n*.txt\n\n");
  assert.deepEqual(await paths("lines"), [["# a", "*.txt"], []]);
  await Deno.writeTextFile(file, "a\nb\0c\0");
  assert.deepEqual(await paths("raw"), [["a\nb", "c"], []]);
});
