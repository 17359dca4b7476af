// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";

Deno.test("fuzzing feeds at least 100,000 cases in all", () => {
  const folder = new URL(".", import.meta.url).pathname;
  const files = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith("_fuzz_test.ts"));
  const cases = files.flatMap(({ name }) => [
    ...Deno.readTextFileSync(folder + name).matchAll(/^ {2}cases: ([\d_]+),$/gm),
  ]).map(([, number]) => Number(number!.replaceAll("_", "")));
  assert.ok(cases.reduce((sum, number) => sum + number, 0) >= 100_000, cases.join(" + "));
});
