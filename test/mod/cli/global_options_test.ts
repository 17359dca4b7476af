// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  DRY_RUN_OPTION,
  FILTER_OPTIONS,
  GLOBAL_OPTIONS,
  OPTION_GROUPS,
  sharedGroups,
} from "../../../mod/cli/global_options.ts";

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

Deno.test("sharedGroups gives each command what belongs to what it works on", () => {
  const names = (target?: Parameters<typeof sharedGroups>[0]) =>
    new Set(sharedGroups(target).flatMap(({ options }) => options.map(({ name }) => name)));
  for (const target of [undefined, "repository", "service", "either", "nothing"] as const) {
    const has = names(target);
    assert.ok(has.has("json") && has.has("help"), target);
    assert.equal(
      has.has("repo"),
      target === undefined || target === "repository" || target === "either",
      target,
    );
    assert.equal(has.has("address"), target === "service" || target === "either", target);
  }
  const all = OPTION_GROUPS.flatMap(({ options }) => options);
  assert.deepEqual(all.map(({ name }) => name).sort(), GLOBAL_OPTIONS.map(({ name }) => name).sort());
});
