// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isSettingKey, SETTING_KEYS, SETTINGS, settingSpec } from "../../../mod/app/setting_table.ts";

Deno.test("SETTINGS hold the ports of the product, each of which can be switched off", () => {
  const ports = {
    "backup-port": 32004,
    "backup-tls-port": 32007,
    "console-port": 6060,
    "console-tls-port": 6061,
  };
  for (const [key, port] of Object.entries(ports)) {
    assert.ok(isSettingKey(key));
    assert.equal(settingSpec(key).fallback, port);
    assert.equal(settingSpec(key).kind.fromData(0), 0);
  }
});

Deno.test("SETTINGS hold no secret: they are shown to whoever may read", () => {
  assert.deepEqual(SETTING_KEYS.filter((key) => /password|secret|token/.test(key)), []);
  assert.equal(isSettingKey("toString"), false);
  assert.equal(Object.keys(SETTINGS).length, SETTING_KEYS.length);
});
