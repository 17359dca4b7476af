// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { moduleOf, occurrences, type Source, sourcesIn } from "./_sources.ts";

const sources = sourcesIn("mod");

/** Where `pattern` occurs outside the files that may use it. */
function strays(pattern: RegExp, allowed: (source: Source) => boolean): string[] {
  return sources.filter((source) => !allowed(source)).flatMap((source) => occurrences(source, pattern));
}

const inModule = (...modules: string[]) => (source: Source) => modules.includes(moduleOf(source.path)!);

Deno.test("invariants: format and chunker make no Deno call and hold no await", () => {
  const pure = (source: Source) => !inModule("format", "chunker", "schedule")(source);
  assert.deepEqual(strays(/\bDeno\.|\bawait\b|\basync\b/, pure), []);
});

Deno.test("invariants: only platform opens libraries, asks for the system's name and spawns processes", () => {
  const pattern =
    /\bDeno\.(?:dlopen|UnsafePointer|UnsafeCallback|hostname|osRelease|Command|systemMemoryInfo)\b/;
  assert.deepEqual(strays(pattern, inModule("platform")), []);
});

Deno.test("invariants: only base/clock.ts asks the time", () => {
  const pattern = /\bDate\.now\b|\bperformance\.now\b|\bnew Date\(\)|\bTemporal\.Now\b|\bhrtime\b/;
  assert.deepEqual(strays(pattern, (source) => source.path === "mod/base/clock.ts"), []);
});

Deno.test("invariants: only base/random.ts asks for randomness", () => {
  const pattern =
    /\bgetRandomValues\b|\bMath\.random\b|\brandomBytes\b|\brandomUUID\b|\brandomInt\b|\brandomFill/;
  assert.deepEqual(strays(pattern, (source) => source.path === "mod/base/random.ts"), []);
});

Deno.test("invariants: only base/log.ts and the two terminal files touch the standard streams", () => {
  const pattern = /\bDeno\.(?:stdout|stderr|stdin|consoleSize)\b|\bconsole\./;
  const allowed = ["mod/base/log.ts", "mod/platform/terminal.ts", "mod/cli/terminal.ts"];
  assert.deepEqual(strays(pattern, (source) => allowed.includes(source.path)), []);
});

Deno.test("invariants: only platform uses Deno's file calls", () => {
  const pattern =
    /\bDeno\.(?:open|create|readFile|readTextFile|writeFile|writeTextFile|stat|lstat|mkdir|remove|rename|readDir|readLink|link|symlink|chmod|chown|truncate|utime|copyFile|makeTemp\w*|realPath|cwd|chdir|FsFile)(?:Sync)?\b/;
  assert.deepEqual(strays(pattern, inModule("platform")), []);
});

Deno.test("invariants: only platform opens ports", () => {
  assert.deepEqual(strays(/\bDeno\.(?:listen|listenTls|listenDatagram|serve)\b/, inModule("platform")), []);
});

Deno.test("invariants: job, app and cli throw no bare Error, which would reach a user without a code", () => {
  assert.deepEqual(strays(/\bthrow new Error\(/, (source) => !inModule("job", "app", "cli")(source)), []);
});
