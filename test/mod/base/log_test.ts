// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { silentLog } from "../../../mod/base/log.ts";
import { start } from "../../kit/command_line.ts";

Deno.test("stderrLog prints from its level up, facts behind, on one line whatever they hold", async () => {
  const file = new URL("../../../mod/base/log.ts", import.meta.url).href;
  const code = `import { stderrLog } from "${file}"; const log = stderrLog("warning");
    log.write("info", "quiet"); log.write("error", "two\\nlines\\x1b", { path: "/a\\nb", n: 1 });`;
  const { err, out } = await start([Deno.execPath(), "eval", "--no-check", "--ext=ts", code]);
  assert.equal(err, 'error: two\\x0alines\\x1b path="/a\\nb" n=1\n');
  assert.equal(out, "");
});

Deno.test("silentLog drops everything", () => {
  assert.equal(silentLog.write("error", "x"), undefined);
});
