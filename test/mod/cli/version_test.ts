// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import configuration from "../../../deno.json" with { type: "json" };
import { stage } from "../../kit/cli_stage.ts";

Deno.test("versionCommand prints the version of deno.json, without loading the engine", async () => {
  const { status, terminal, connections } = await stage(["version"]);
  assert.equal(status, 0);
  assert.ok(terminal.out.startsWith(`sparegrid ${configuration.version} (deno `));
  assert.deepEqual(connections, []);
  const [object] = (await stage(["version", "--json"])).json();
  assert.equal(object!["version"], configuration.version);
});
