// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { NO_EXCLUDES, type SetOptions } from "../../../mod/client/mod.ts";
import { DEFAULT_OPTIONS, excludesOf, optionsOf, sourcesOf } from "../../../mod/client/set_rules.ts";
import { isSgError } from "../../../mod/errors/mod.ts";

const refused = (field: string, act: () => unknown) =>
  assert.throws(act, (error) => isSgError(error, "SG1040") && error.context["field"] === field, field);

Deno.test("sourcesOf: absolute paths, each once, without . and ..", () => {
  assert.deepEqual(sourcesOf(["/home/./ann", "/home/bob/../ann/", "/"]), ["/home/ann", "/"]);
  refused("sources", () => sourcesOf([]));
  refused("sources", () => sourcesOf(["home"]));
  refused("sources", () => sourcesOf(["/a\0b"]));
});

Deno.test("excludesOf: what leaves nothing out is kept as it is, and rules that cannot be used are named", () => {
  assert.deepEqual(excludesOf(NO_EXCLUDES), NO_EXCLUDES);
  refused("excludes.patterns", () => excludesOf({ ...NO_EXCLUDES, patterns: [""] }));
  refused(
    "excludes.patternsIgnoringCase",
    () => excludesOf({ ...NO_EXCLUDES, patternsIgnoringCase: ["[a"] }),
  );
  refused("excludes.ifPresent", () => excludesOf({ ...NO_EXCLUDES, ifPresent: ["a/b"] }));
  refused("excludes.largerThan", () => excludesOf({ ...NO_EXCLUDES, largerThan: -1 }));
});

Deno.test("optionsOf: keep rules that would keep nothing are refused, as are tags that restic cannot read", () => {
  const options = (part: Partial<SetOptions>): SetOptions => ({ ...DEFAULT_OPTIONS, ...part });
  assert.deepEqual(optionsOf(DEFAULT_OPTIONS), DEFAULT_OPTIONS);
  assert.deepEqual(optionsOf(options({ tags: ["a", "b", "a"], keep: { daily: 7 } })), {
    ...DEFAULT_OPTIONS,
    ...{ tags: ["a", "b"], keep: { daily: 7 } },
  });
  refused("options.keep", () => optionsOf(options({ keep: { last: 0 } })));
  refused("options.keep.within", () => optionsOf(options({ keep: { within: 1 } })));
  refused("options.keep.daily", () => optionsOf(options({ keep: { daily: -1 } })));
  refused("options.tags", () => optionsOf(options({ tags: ["a,b"] })));
});
