// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { stage } from "../../kit/cli_stage.ts";

Deno.test("initCommand makes a repository at the place that is named", async () => {
  const end = await stage(["init", "-r", "/repo"]);
  assert.equal(end.status, 0);
  assert.match(end.terminal.out, /^Made repository 9999999999 at \/repo\n/);
  const [object] = (await stage(["init", "-r", "/repo", "--json"])).json();
  assert.deepEqual(object, { message_type: "initialized", id: "9".repeat(64), repository: "/repo" });
});
