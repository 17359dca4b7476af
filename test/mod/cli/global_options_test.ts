// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { DRY_RUN_OPTION, FILTER_OPTIONS, GLOBAL_OPTIONS } from "../../../mod/cli/global_options.ts";

Deno.test("GLOBAL_OPTIONS carry restic's names and letters", () => {
  const names = new Map(GLOBAL_OPTIONS.map(({ name, short }) => [name, short]));
  for (
    const [name, short] of Object.entries({
      repo: "r",
      "password-file": "p",
      quiet: "q",
      verbose: "v",
      help: "h",
    })
  ) {
    assert.equal(names.get(name), short);
  }
  for (const name of ["json", "no-lock", "retry-lock", "cacert", "limit-upload", "no-cache", "cache-dir"]) {
    assert.ok(names.has(name), name);
  }
});

Deno.test("FILTER_OPTIONS and DRY_RUN_OPTION carry restic's names and letters", () => {
  assert.deepEqual(FILTER_OPTIONS.map(({ name }) => name), ["host", "tag", "path"]);
  assert.equal(DRY_RUN_OPTION.short, "n");
});
