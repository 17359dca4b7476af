// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import {
  absolutePath,
  cleanComponents,
  joinPath,
  parseFilesFrom,
  parseFilesFromRaw,
  parseFilesFromVerbatim,
  parsePatternFile,
  parseTagRule,
  type Target,
  targetTree,
} from "../../../mod/source/mod.ts";

const texts = (list: readonly Uint8Array[]) => list.map(utf8Text);

Deno.test("parsePatternFile skips comments and blanks and puts in environment variables", () => {
  const file = utf8("\uFEFF# comment\r\n\n  *.o  \r\n$HOME/x\n${HOME}/y z\n$$5\n$NONE\n\\#hash\n!keep\n");
  const patterns = parsePatternFile(file, "p", (name) => name === "HOME" ? "/home/ada" : undefined);
  assert.deepEqual(patterns, ["*.o", "/home/ada/x", "/home/ada/y z", "$5", "\\#hash", "!keep"]);
});

Deno.test("parsePatternFile names the file and the line of a malformed pattern", () => {
  const parse = () => parsePatternFile(utf8("a\n\n[b\n"), "my.txt", () => undefined);
  assert.throws(parse, (error) => isSgError(error, "SG1021") && /my\.txt: line 3/.test(error.message));
});

Deno.test("parseFilesFrom drops comments, blanks and white space", () => {
  assert.deepEqual(texts(parseFilesFrom(utf8("  a b \r\n#c\n\n\t/d\n"))), ["a b", "/d"]);
});

Deno.test("parseFilesFromVerbatim keeps lines as they stand", () => {
  assert.deepEqual(texts(parseFilesFromVerbatim(utf8(" a \n#c\n\nd\r\n"))), [" a ", "#c", "d"]);
});

Deno.test("parseFilesFromRaw splits at NUL and refuses a list that is cut off", () => {
  assert.deepEqual(texts(parseFilesFromRaw(utf8("a\nb\0c\0"), "f")), ["a\nb", "c"]);
  assert.deepEqual(parseFilesFromRaw(utf8(""), "f"), []);
  assert.deepEqual([...parseFilesFromRaw(Uint8Array.of(0xff, 0), "f")[0]!], [0xff]);
  for (const bad of ["a\0b", "\0", "a\0\0"]) {
    assert.throws(
      () => parseFilesFromRaw(utf8(bad), "f"),
      (error) => isSgError(error, "SG1021"),
      JSON.stringify(bad),
    );
  }
});

Deno.test("parseTagRule splits name and header at the first colon", () => {
  const rule = parseTagRule("NAME:a:b");
  assert.deepEqual([utf8Text(rule.name), utf8Text(rule.header)], ["NAME", "a:b"]);
  for (const bad of ["", ":x", "a/b"]) {
    assert.throws(() => parseTagRule(bad), (error) => isSgError(error, "SG1008"), bad);
  }
});

Deno.test("cleanComponents resolves dots by the text alone", () => {
  const clean = (path: string) => utf8Text(absolutePath(cleanComponents(utf8(path))));
  assert.equal(clean("/a//b/./c/../d/"), "/a/b/d");
  assert.equal(clean("/../a"), "/a");
  assert.equal(clean("/"), "/");
  assert.equal(utf8Text(joinPath(utf8("/"), utf8("a"))), "/a");
});

Deno.test("targetTree mirrors and merges the paths", () => {
  const show = (node: Target): unknown => [
    utf8Text(node.path) + (node.whole ? "*" : ""),
    ...node.children.map(show),
  ];
  const tree = targetTree(["/home/bob/x", "/home/ada", "/home/ada/", "/b", "/home/ada/in"].map(utf8));
  assert.deepEqual(show(tree), [
    "/",
    ["/b*"],
    ["/home", ["/home/ada*", ["/home/ada/in*"]], ["/home/bob", ["/home/bob/x*"]]],
  ]);
  assert.equal(targetTree([utf8("/")]).whole, true);
});
