// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { sourcesIn } from "./_sources.ts";

const BANNED = /^_?(?:utils?|helpers?|common|misc|index|managers?|stuff|shared|lib)$/;
const LINES_MAX = 500;

const sources = ["mod", "test", "scripts"].flatMap(sourcesIn);

Deno.test("names: files and folders are in snake_case", () => {
  const faults = sources.map((source) => source.path).filter((path) =>
    !path.split("/").every((part) => /^_?[a-z0-9]+(?:_[a-z0-9]+)*(?:\.d)?(?:\.ts)?$/.test(part))
  );
  assert.deepEqual(faults, []);
});

Deno.test("names: no file or folder is called utils, helpers, common or the like", () => {
  const faults = sources.map((source) => source.path).filter((path) =>
    path.split("/").some((part) => BANNED.test(part.replace(/\.ts$/, "")))
  );
  assert.deepEqual(faults, []);
});

Deno.test("names: every file starts with the copyright line", () => {
  const line = "// Copyright the SpareGrid authors. Apache-2.0.\n";
  assert.deepEqual(
    sources.filter((source) => !source.text.startsWith(line)).map((source) => source.path),
    [],
  );
});

Deno.test(`names: no file is longer than ${LINES_MAX} lines`, () => {
  const long = sources.map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ path, lines }) => lines > LINES_MAX && !path.startsWith("mod/kernel/kernel_wasm"));
  assert.deepEqual(long, []);
});
