// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { COMMANDS, commandsOf } from "../../../mod/cli/commands.ts";
import { commandText, overviewText, subjectText, wrapText } from "../../../mod/cli/help.ts";
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

Deno.test("subjectText tells of each command what is its own, and once what all of them take", async () => {
  for (const subject of ["repair", "key"]) {
    const commands = await Promise.all(commandsOf(subject).map((entry) => entry.load()));
    const text = subjectText(commands, 80);
    const times = (line: RegExp) => [...text.matchAll(line)].length;
    assert.equal(times(/^Options of every command:$/gm), 1, subject);
    assert.equal(times(/^ +-r, --repo PLACE/gm), 1, subject);
    assert.equal(times(/^Exit status:$/gm), commands.length, subject);
    for (const { name, options } of commands) {
      assert.ok(text.includes(`sparegrid ${name} `), name);
      for (const option of options) assert.ok(text.includes(`--${option.name}`), `${name} --${option.name}`);
    }
  }
});

Deno.test("subjectText leaves out the letters that one of its commands uses otherwise", () => {
  const command = (name: string, short: string) => ({
    ...{ name, summary: "", usage: ["[OPTION]…"], text: "Does it.", run: () => Promise.resolve(0) },
    options: [{ name: "red", short, help: "Red" }],
  });
  const text = subjectText([command("paint wall", "r"), command("paint door", "x")], 80);
  assert.match(text, /^ {6}--repo PLACE/m);
  assert.match(text, /^ {2}-p, --password-file FILE/m);
});

Deno.test("wrapText breaks at spaces only", () => {
  assert.deepEqual(wrapText("one two  three", 7), ["one two", "three"]);
  assert.deepEqual(wrapText("incomprehensible", 5), ["incomprehensible"]);
});
