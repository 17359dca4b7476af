// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { PatternSet } from "../../../mod/source/mod.ts";

function matches(patterns: string[], path: string, { isFolder = false, ignoreCase = false } = {}): boolean {
  return new PatternSet(patterns, { ignoreCase }).match(utf8(path), isFolder) === "in";
}

/** pattern, path, does it match: what restic's users are used to. */
const TABLE: [string, string, boolean][] = [
  ["*.go", "/foo/bar/test.go", true],
  ["*.c", "/foo/bar/test.go", false],
  ["*", "/foo/bar/test.go", true],
  ["**", "/foo/bar/test.go", true],
  ["foo*", "/foo/bar/test.go", true],
  ["/bar*", "/foo/bar/test.go", false],
  ["bar/*", "/foo/bar/test.go", true],
  ["baz/*", "/foo/bar/test.go", false],
  ["bar/test.go", "/foo/bar/test.go", true],
  ["ba*/*.go", "/foo/bar/test.go", true],
  ["tesT.*", "/foo/bar/test.go", false],
  ["/foo/bar", "/foo/bar", true],
  ["/foo///bar", "/foo/bar", true],
  ["/foo/../bar", "/foo/bar", false],
  ["/foo/../bar", "/bar", true],
  ["./foo", "/x/foo", true],
  ["/foo", "/foo/baz", true],
  ["/foo/", "/foo/baz", true],
  ["/foo/*", "/foo", false],
  ["/foo/*", "/foo/baz", true],
  ["bar", "/foo/bar/baz", true],
  ["/foo/*test.*", "/foo/bar/test.go", false],
  ["/foo/*/test.*", "/foo/bar/test.go", true],
  ["/*/*/baz/test.*", "/foo/bar/baz/test.go", true],
  ["/*/foo/bar/test.*", "/foo/bar/baz/test.go", false],
  ["sdk", "/foo/bar/sdk/test/sdk_foo.go", true],
  ["sdk/*/cpp/*/*vars*.html", "/usr/share/doc/libreoffice/sdk/docs/cpp/ref/a00517.html", false],
  ["foo/**/bar/*.go", "/home/user/foo/work/special/project/bar/test.go", true],
  ["foo/**/bar/*.go", "/home/user/foo/bar/test.go", true],
  ["foo/**/bar/*.go", "foo/bar/baz/bar/test.go", true],
  ["foo/**/bar/*.go", "bar/foo/main.go", false],
  ["foo/**/bar", "/home/user/foo/x/y/bar/main.go", true],
  ["foo/**/bar/**/x", "/home/user/foo/bar/x", true],
  ["foo/**/bar/**/x", "/home/user/foo/blaaa/blaz/bar/shared/work/x", true],
  ["user/**/important*", "/home/user/work/x/y/hidden/x", false],
  ["user/**/hidden*/**/c", "/home/user/work/x/y/hidden/z/a/b/c", true],
  ["/home/*/cache", "/home/ada/cache/x", true],
  ["/home/*/cache", "/home/ada/b/cache", false],
  ["foo/**", "/foo", true],
  ["/**/bar", "/a/b/bar", true],
  ["/", "/anything/at/all", true],
  ["[ab]c", "/bc", true],
  ["[a-c]?", "/cz", true],
  ["[^a]c", "/ac", false],
  ["[!a]c", "/bc", true],
  ["[a\\]]c", "/]c", true],
  ["\\*", "/*", true],
  ["\\*", "/x", false],
  ["a\\?c", "/abc", false],
  ["?", "/ü", true],
  ["[ä-ü]", "/ö", true],
  ["a*b*c", "/aXbXXbc", true],
  ["a*b*c", "/aXbXXcb", false],
  ["*.tar.*", "/x.tar.gz", true],
];

Deno.test("PatternSet.match judges as restic's users expect", () => {
  for (const [pattern, path, expected] of TABLE) {
    assert.equal(matches([pattern], path), expected, `${pattern} on ${path}`);
  }
});

Deno.test("PatternSet.match takes a pattern with a final slash for folders only", () => {
  assert.equal(matches(["build/"], "/x/build", { isFolder: true }), true);
  assert.equal(matches(["build/"], "/x/build"), false);
  assert.equal(matches(["build/"], "/x/build/a.o"), true);
});

Deno.test("PatternSet.match lets a later negated pattern take a match back", () => {
  assert.equal(matches(["*.o", "!keep.o"], "/a/keep.o"), false);
  assert.equal(matches(["*.o", "!keep.o"], "/a/drop.o"), true);
  assert.equal(matches(["!keep.o", "*.o"], "/a/keep.o"), true);
  assert.equal(matches(["/d/*", "!/d/keep"], "/d/keep/x"), false);
  assert.equal(matches(["\\!odd"], "/a/!odd"), true);
});

Deno.test("PatternSet.match without regard to case folds letters of all scripts", () => {
  assert.equal(matches(["*.JPG"], "/a/B.jpg", { ignoreCase: true }), true);
  assert.equal(matches(["ÄRGER"], "/ärger", { ignoreCase: true }), true);
  assert.equal(matches(["*.JPG"], "/a/B.jpg"), false);
});

Deno.test("PatternSet.match works on names that are not UTF-8", () => {
  const path = Uint8Array.of(0x2f, 0x61, 0xff, 0x62);
  assert.equal(new PatternSet(["a?b"]).match(path, false), "in");
  assert.equal(new PatternSet([Uint8Array.of(0x61, 0xff, 0x2a)]).match(path, false), "in");
  assert.equal(new PatternSet(["A?B"], { ignoreCase: true }).match(path, false), "in");
});

Deno.test("PatternSet.match says below only where something below can match", () => {
  const below = (pattern: string, path: string) => new PatternSet([pattern]).match(utf8(path), true);
  assert.equal(below("/foo/bar/baz", "/foo"), "below");
  assert.equal(below("/foo/bar/baz", "/foo/bar"), "below");
  assert.equal(below("/foo/bar/baz", "/foo/baz"), "out");
  assert.equal(below("/foo/**/qux", "/foo/bar/baz"), "below");
  assert.equal(below("/foo/*/qux", "/foo/bar/boo"), "out");
  assert.equal(below("/baz/bar", "/foo"), "out");
  assert.equal(below("foo/bar", "/x"), "below");
  assert.equal(new PatternSet(["/foo/bar"]).match(utf8("/foo"), false), "out");
  assert.equal(new PatternSet([]).match(utf8("/foo"), true), "out");
});

Deno.test("PatternSet refuses a malformed pattern with SG1008 naming it", () => {
  for (const bad of ["[a", "[]", "a[^]", "x\\", "[z-a]", "!"]) {
    assert.throws(() => new PatternSet([bad]), (error) => isSgError(error, "SG1008"), bad);
  }
  assert.equal(new PatternSet([""]).size, 0);
});

Deno.test("PatternSet.descend along a path leads to the same judgement as match", () => {
  const part = fc.constantFrom("a", "b", "*", "**", "a*", "?b");
  const pattern = fc.tuple(
    fc.constantFrom("", "/", "!", "!/"),
    fc.array(part, { minLength: 1, maxLength: 4 }),
    fc.boolean(),
  )
    .map(([head, parts, folder]) => head + parts.join("/") + (folder ? "/" : ""));
  const names = fc.array(fc.constantFrom("a", "b", "ab", "bb", "c"), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 4 }), names, fc.boolean(), (patterns, path, isFolder) => {
      const set = new PatternSet(patterns);
      let state = set.start;
      for (const name of path.slice(0, -1)) state = set.descend(state, utf8(name));
      assert.equal(
        set.judge(state, utf8(path.at(-1)!), isFolder),
        set.match(utf8(`/${path.join("/")}`), isFolder),
      );
    }),
  );
});

/** restic's rule, spelled out: parts match neighbouring components somewhere, `**` stands for any number of them. */
function model(pattern: string, path: string[]): boolean {
  const rooted = pattern.startsWith("/");
  const parts = pattern.split("/").filter((part) => part !== "");
  const fits = (part: string, name: string) =>
    new RegExp(`^${part.replaceAll("*", "[^/]*").replaceAll("?", "[^/]")}$`).test(name);
  const from = (p: number, c: number): boolean => {
    if (p === parts.length) return true;
    if (parts[p] === "**") {
      for (let skip = c; skip <= path.length; skip++) if (from(p + 1, skip)) return true;
      return false;
    }
    return c < path.length && fits(parts[p]!, path[c]!) && from(p + 1, c + 1);
  };
  return rooted ? from(0, 0) : path.some((_, start) => from(0, start));
}

Deno.test("PatternSet.match agrees with a plain model", () => {
  const part = fc.constantFrom("a", "b", "*", "**", "a*", "?b", "*b*");
  const pattern = fc.tuple(fc.boolean(), fc.array(part, { minLength: 1, maxLength: 5 }))
    .map(([rooted, parts]) => (rooted ? "/" : "") + parts.join("/"));
  const names = fc.array(fc.constantFrom("a", "b", "ab", "bb", "c"), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(pattern, names, (text, path) => {
      assert.equal(matches([text], `/${path.join("/")}`), model(text, path), `${text} on ${path.join("/")}`);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("PatternSet takes linear time on patterns made of stars", () => {
  const set = new PatternSet(["a*".repeat(200) + "b", "**/a/".repeat(20) + "zz"]);
  assert.equal(set.match(utf8(`/${"a".repeat(4000)}`), false), "out");
  assert.equal(set.match(utf8("/a".repeat(300)), false), "out");
});
