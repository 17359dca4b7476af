// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { SETTING_KEYS, settingSpec } from "../../../mod/app/mod.ts";
import { parseArguments } from "../../../mod/cli/parse.ts";
import { givenSettings, SETTING_OPTIONS } from "../../../mod/cli/setting_options.ts";

Deno.test("SETTING_OPTIONS hold one for each setting, switches without a value, with the default in its help", () => {
  assert.deepEqual(SETTING_OPTIONS.map(({ name }) => name), SETTING_KEYS);
  for (const { name, value, help } of SETTING_OPTIONS) {
    const { fallback } = settingSpec(name as typeof SETTING_KEYS[number]);
    assert.equal(value === undefined, typeof fallback === "boolean", name);
    if (typeof fallback === "number") assert.ok(help.endsWith(`default ${fallback}`), name);
  }
});

Deno.test("givenSettings holds what was given and nothing else", () => {
  const args = parseArguments("serve", ["--server", "--client=false", "--backup-port", "1"], SETTING_OPTIONS);
  assert.deepEqual(givenSettings(args), { client: "false", server: "true", "backup-port": "1" });
});
