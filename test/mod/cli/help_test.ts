// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { COMMANDS } from "../../../mod/cli/commands.ts";
import { commandText, overviewText, wrapText } from "../../../mod/cli/help.ts";
import { textWidth } from "../../../mod/cli/shown_text.ts";

Deno.test("overviewText names every command, the exit statuses and how to begin", () => {
  const text = overviewText(COMMANDS, 100);
  for (const { name } of COMMANDS) assert.ok(text.includes(`  ${name} `), name);
  for (const status of [0, 1, 2, 3, 10, 11, 12, 130]) assert.match(text, new RegExp(`^ +${status}  `, "m"));
  assert.match(text, /sparegrid backup ~\/Documents/);
});

Deno.test("commandText of every command fits the width and says what each option does", async () => {
  for (const entry of COMMANDS) {
    const command = await entry.load();
    const text = commandText(command, 80);
    assert.match(text, new RegExp(`^Usage: sparegrid ${command.name}`));
    for (const { name } of command.options) {
      assert.ok(text.includes(`--${name}`), `${command.name} --${name}`);
    }
    const usage = command.usage.length + (command.examples?.length ?? 0);
    const wide = text.split("\n").filter((line) => textWidth(line) > 80);
    assert.ok(wide.length <= usage, `${command.name}: ${wide.join("\n")}`);
  }
});

Deno.test("wrapText breaks at spaces only", () => {
  assert.deepEqual(wrapText("one two  three", 7), ["one two", "three"]);
  assert.deepEqual(wrapText("incomprehensible", 5), ["incomprehensible"]);
});
