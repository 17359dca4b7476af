// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { helpText, unknownCommand } from "../../../mod/cli/help_command.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { stage } from "../../kit/cli_stage.ts";

Deno.test("helpText explains a command, a subject and the whole", async () => {
  assert.match(await helpText([], 80), /^SpareGrid/);
  assert.match(await helpText(["restore"], 80), /^Usage: sparegrid restore/);
  assert.match(await helpText(["key"], 80), /sparegrid key passwd/);
  await assert.rejects(helpText(["nothing"], 80), (error) => isSgError(error, "SG1008"));
});

Deno.test("unknownCommand suggests", () => {
  assert.match(unknownCommand(["snapshot"]).message, /did you mean snapshots/);
  assert.doesNotMatch(unknownCommand(["xyzzy"]).message, /did you mean/);
});

Deno.test("helpCommand prints to standard output", async () => {
  const { status, terminal } = await stage(["help", "check"]);
  assert.equal(status, 0);
  assert.match(terminal.out, /--read-data-subset PART/);
});
