// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import project from "../../../deno.json" with { type: "json" };
import { PROGRAM_VERSION } from "../../../mod/job/mod.ts";

Deno.test("PROGRAM_VERSION names the program and the version of deno.json", () => {
  assert.equal(PROGRAM_VERSION, `sparegrid ${project.version}`);
  assert.match(PROGRAM_VERSION, /^sparegrid \d+\.\d+\.\d+/);
});
