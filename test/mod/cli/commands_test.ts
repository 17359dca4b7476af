// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { COMMANDS, commandsOf, findCommand } from "../../../mod/cli/commands.ts";
import { GLOBAL_OPTIONS, sharedGroups } from "../../../mod/cli/global_options.ts";
import { CODES } from "../../../mod/errors/mod.ts";

Deno.test("COMMANDS agrees with the commands that it loads", async () => {
  for (const entry of COMMANDS) {
    const command = await entry.load();
    assert.equal(command.name, entry.name);
    assert.equal(command.summary, entry.summary);
  }
});

Deno.test("COMMANDS use each option name and letter once", async () => {
  for (const entry of COMMANDS) {
    const { options, target } = await entry.load();
    const words = options.flatMap((
      { name, short, aliases = [] },
    ) => [name, ...aliases, ...(short ? [`-${short}`] : [])]);
    assert.deepEqual(words, [...new Set(words)], entry.name);
    const shared = new Set(sharedGroups(target).flatMap((group) => group.options.map(({ name }) => name)));
    assert.deepEqual(options.filter(({ name }) => shared.has(name)), [], entry.name);
    // Where options may stand before the command's name, a name must take a value for all commands or for none.
    for (const { name, value } of options) {
      const global = GLOBAL_OPTIONS.find((option) => option.name === name);
      if (global !== undefined) assert.equal(value === undefined, global.value === undefined, name);
    }
  }
});

Deno.test("COMMANDS let no option take a password", async () => {
  const names = [
    ...GLOBAL_OPTIONS,
    ...(await Promise.all(COMMANDS.map((e) => e.load()))).flatMap((c) => c.options),
  ];
  assert.deepEqual(names.filter(({ name }) => /^(new-)?password$/.test(name)), []);
});

Deno.test("COMMANDS show no example with a secret as an argument", async () => {
  for (const entry of COMMANDS) {
    const { examples = [] } = await entry.load();
    assert.deepEqual(examples.filter((example) => /:\/\/[^\s/]*:[^\s/]*@/.test(example)), [], entry.name);
  }
});

Deno.test("COMMANDS hold every command that a remedy names", () => {
  for (const [code, { remedy }] of Object.entries(CODES)) {
    for (const [text, words] of remedy.matchAll(/sparegrid ([a-z-]+(?: [a-z]+)?)/g)) {
      assert.ok(findCommand(words!.split(" ")), `${code}: ${text}`);
    }
  }
});

Deno.test("findCommand finds commands of one and two words, and restic's older names", () => {
  assert.equal(findCommand(["backup", "x"])?.entry.name, "backup");
  assert.equal(findCommand(["repair", "index", "x"])?.words, 2);
  assert.equal(findCommand(["rebuild-index"])?.entry.name, "repair index");
  assert.equal(findCommand(["repair"]), undefined);
  assert.equal(findCommand(["nothing"]), undefined);
});

Deno.test("commandsOf lists what stands below a subject", () => {
  assert.deepEqual(commandsOf("repair").map(({ name }) => name), [
    "repair index",
    "repair packs",
    "repair snapshots",
  ]);
  assert.deepEqual(commandsOf("backup"), []);
});

Deno.test("findCommand finds nothing for words that every object knows", () => {
  for (const word of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    assert.equal(findCommand([word]), undefined, word);
  }
});
