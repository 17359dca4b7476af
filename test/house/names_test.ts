// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { sourcesIn } from "./_sources.ts";

const BANNED = /^_?(?:utils?|helpers?|common|misc|index|managers?|stuff|shared|lib)$/;
const LINES_MAX = 500;
/** A large screen. */
const FUNCTION_LINES_MAX = 60;

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
    .filter(({ path, lines }) => lines > LINES_MAX && !path.startsWith("mod/kernel/kernel_wasm"))
    .filter(({ path }) => path !== "mod/api/schema_types.ts"); // made by a script
  assert.deepEqual(long, []);
});

const FUNCTION_START =
  /^( *)(?:(?:export|default|private|override|static|abstract|async) )*(?:function\*? ?#?\w*|(?:get |set )?\*?#?\w+)(?:<[^>]*>)?\(/;
const NO_FUNCTION = /^ *(?:if|for|while|switch|return|catch|super|await|throw|new)\b/;

/** Functions and methods with the number of their lines. */
function* functionsIn(text: string): Iterable<{ start: string; lines: number }> {
  const lines = text.split("\n");
  for (const [i, line] of lines.entries()) {
    const start = FUNCTION_START.exec(line);
    if (!start || NO_FUNCTION.test(line)) continue;
    const indent = start[1]!;
    let body = i + 1;
    if (line.endsWith("(")) {
      while (body < lines.length && !lines[body]!.startsWith(`${indent})`)) body++;
      if (!lines[body++]?.endsWith("{")) continue;
    } else if (!line.endsWith("{")) continue;
    const end = lines.findIndex((other, at) => at >= body && other.startsWith(`${indent}}`));
    if (end >= 0) yield { start: line.trim(), lines: end - i + 1 };
  }
}

Deno.test(`names: no function of the product is longer than ${FUNCTION_LINES_MAX} lines`, () => {
  let found = 0;
  const long = sourcesIn("mod").flatMap(({ path, text }) =>
    [...functionsIn(text)].filter(({ lines }) => ++found && lines > FUNCTION_LINES_MAX)
      .map(({ start, lines }) => `${path}: ${start} has ${lines} lines`)
  );
  assert.deepEqual(long, []);
  assert.ok(found > 1500, `${found} functions were found`);
});
