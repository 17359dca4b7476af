// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { ServiceLog, silentLog } from "../../../mod/base/log.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
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

Deno.test("ServiceLog writes lines for people or objects for programs, from a level up that can change", () => {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const log = new ServiceLog({ clock: new FakeClock(), format: "text", level: "info", print });
  log.write("debug", "not yet");
  log.write("warning", "the drive is nearly full", { free: 5, folder: "/a b" });
  log.level = "debug";
  log.write("debug", "now");
  assert.match(lines[0]!, /^\d{4}-\d\d-\d\dT\S+Z warning the drive is nearly full free=5 folder="\/a b"$/);
  assert.match(lines[1]!, /Z debug {3}now$/);

  lines.length = 0;
  const json = new ServiceLog({ clock: new FakeClock(), format: "json", level: "info", print });
  json.write("error", "two\nlines \u001b[2J \u009b \u2028", { level: "forged", n: 1 });
  const { at, ...rest } = JSON.parse(lines[0]!);
  assert.deepEqual(rest, { level: "error", message: "two\nlines \u001b[2J \u009b \u2028", n: 1 });
  assert.equal(new Date(at).toISOString(), at);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(lines[0]!, /[\x00-\x1f\x7f-\x9f\u2028]/, "a message cannot begin a line of its own");
});
