// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import type { Stat } from "../../../mod/platform/mod.ts";
import { ExcludeRules, listFolder } from "../../../mod/source/mod.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";

const file = (size = 1) => ({ kind: "file", size }) as Stat;
const folder = { kind: "dir", size: 4096 } as Stat;

Deno.test("ExcludeRules.excludes judges by patterns on the way down", () => {
  const rules = new ExcludeRules({ patterns: ["*.o", "/a/b/c", "d/"], patternsIgnoringCase: ["*.TMP"] });
  assert.equal(rules.excludes(rules.start, utf8("x.o"), file()), true);
  assert.equal(rules.excludes(rules.start, utf8("x.tmp"), file()), true);
  assert.equal(rules.excludes(rules.start, utf8("c"), file()), false);
  assert.equal(rules.excludes(rules.start, utf8("d"), file()), false);
  assert.equal(rules.excludes(rules.start, utf8("d"), folder), true);
  const inside = rules.descend(rules.descend(rules.start, utf8("a")), utf8("b"));
  assert.equal(rules.excludes(inside, utf8("c"), folder), true);
});

Deno.test("ExcludeRules.excludes leaves out files that are larger than allowed, and no folders", () => {
  const rules = new ExcludeRules({ largerThan: 100 });
  assert.equal(rules.excludes(rules.start, utf8("a"), file(100)), false);
  assert.equal(rules.excludes(rules.start, utf8("a"), file(101)), true);
  assert.equal(rules.excludes(rules.start, utf8("a"), folder), false);
  assert.equal(rules.excludes(rules.start, utf8("a"), undefined), false);
});

Deno.test("ExcludeRules.tagsIn names the tag files that hold", () => {
  const fs = new MemoryFileSystem();
  const dir = fs.openRoot("/");
  const make = (name: string, text: string) => {
    const fd = fs.create(dir, utf8(name), 0o644);
    fs.writeAt(fd, utf8(text), 0);
    fs.close(fd);
  };
  make("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55");
  make(".skip", "yes please");
  make(".other", "no");
  const rules = new ExcludeRules({ caches: true, ifPresent: [".skip:yes", ".other:yes", ".none"] });
  const tags = rules.tagsIn(fs, dir, listFolder(fs, dir));
  assert.deepEqual(tags.map(utf8Text).sort(), [".skip", "CACHEDIR.TAG"]);
  assert.deepEqual(new ExcludeRules().tagsIn(fs, dir, listFolder(fs, dir)), []);
});

Deno.test("ExcludeRules.leavesOut asks the patterns, the tag files and the device", () => {
  const rules = new ExcludeRules({ patterns: ["*.o"] });
  const leftOut = (name: string, stat: Stat, tags: string[] = [], device?: bigint) =>
    rules.leavesOut({ rules: rules.start, onlyTags: tags.map((tag) => utf8(tag)), device }, utf8(name), stat);
  assert.deepEqual([leftOut("a", file()), leftOut("a.o", file())], [false, true]);
  assert.deepEqual([leftOut("a", file(), ["tag"]), leftOut("tag", file(), ["tag"])], [true, false]);
  assert.equal(leftOut("tag.o", file(), ["tag.o"]), true, "a tag file is left out like any other file");
  assert.equal(
    leftOut("tag", file(), ["tag", "other"]),
    true,
    "as restic does: each rule keeps its own only",
  );
  const on = (stat: Stat, dev: bigint) => ({ ...stat, dev });
  assert.deepEqual([leftOut("a", on(file(), 1n), [], 1n), leftOut("a", on(file(), 2n), [], 1n)], [
    false,
    true,
  ]);
  assert.equal(leftOut("mount", on(folder, 2n), [], 1n), false, "kept, to be empty");
});

Deno.test("ExcludeRules refuses malformed rules with SG1008", () => {
  for (const bad of [{ patterns: ["[x"] }, { patternsIgnoringCase: ["[x"] }, { ifPresent: [":"] }]) {
    assert.throws(() => new ExcludeRules(bad), (error) => isSgError(error, "SG1008"));
  }
});
