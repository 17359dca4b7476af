// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../../../mod/base/mod.ts";
import { foldedText, nameBytes, nameText, pathText } from "../../../mod/client/name_text.ts";
import { nameTest } from "../../../mod/client/search_pattern.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { PatternSet } from "../../../mod/source/mod.ts";
import { globs } from "../catalog/sqlite_glob.ts";

Deno.test("nameText, nameBytes: every name of any bytes leads to a text of its own and back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (bytes) => {
      const text = nameText(bytes);
      assert.ok(text.isWellFormed() && !text.includes("/") && !text.includes("\0"));
      assert.deepEqual([...nameBytes(text)], [...bytes]);
    }),
    { numRuns: 5_000 },
  );
  for (const name of ["a", "ä", "\u{10ffff}", "\u{10ff41}b", "😀", "\uFFFE", "\uFEFFx"]) {
    assert.deepEqual([...nameBytes(nameText(utf8(name)))], [...utf8(name)]);
  }
  assert.equal(nameText(utf8("straße")), "straße");
  assert.equal([...nameText(new Uint8Array([0x61, 0xff, 0x62]))].length, 3);
  assert.deepEqual(pathText(utf8("/a//b/c")), { folder: "/a/b", name: "c" });
  assert.deepEqual(pathText(utf8("/")), { folder: "", name: "" });
});

/** Patterns of all signs that mean something, and names to try them on. */
const SIGNS = fc.constantFrom(
  "a",
  "b",
  "A",
  "ß",
  "é",
  "-",
  "^",
  "!",
  "]",
  "[",
  "*",
  "?",
  "\\",
  ".",
  "z",
  "😀",
);
const PATTERN = fc.array(SIGNS, { minLength: 1, maxLength: 9 }).map((signs) => signs.join(""))
  // In paths these two lead elsewhere; no entry has such a name.
  .filter((pattern) => pattern !== "." && pattern !== "..");
const NAME = fc.oneof(
  fc.array(SIGNS, { minLength: 1, maxLength: 6 }).map((signs) => utf8(signs.join(""))),
  fc.uint8Array({ minLength: 1, maxLength: 4 }).filter((bytes) =>
    !bytes.includes(0) && !bytes.includes(0x2f)
  ),
);

Deno.test("nameTest: SQLite finds by its glob what `find` finds by the pattern, and each find holds the trigrams", () => {
  using glob = globs();
  fc.assert(
    fc.property(
      PATTERN,
      fc.array(NAME, { minLength: 1, maxLength: 20 }),
      fc.boolean(),
      (pattern, names, ignoreCase) => {
        let test: ReturnType<typeof nameTest>;
        try {
          test = nameTest(pattern, ignoreCase);
        } catch (error) {
          assert.ok(isSgError(error, "SG1040"));
          return;
        }
        // Here a leading ! is a letter like others.
        const set = new PatternSet([pattern.replace(/^!/, "\\!")], { ignoreCase });
        for (const name of names) {
          const text = nameText(name);
          const expected = set.match(name, false) === "in";
          const found: boolean = test.any || glob.fits(test.glob, ignoreCase ? foldedText(text) : text);
          assert.equal(found, expected, JSON.stringify({ pattern, name: text, glob: test.glob, ignoreCase }));
          if (found) {
            for (const part of test.trigrams) {
              assert.ok(
                foldedText(text).includes(part),
                `${pattern} ${text}`,
              );
            }
          }
        }
      },
    ),
    { numRuns: 3_000 },
  );
});

Deno.test("nameTest: what is no pattern of a name is refused", () => {
  for (const bad of ["", "a/b", "[", "[]", "[b-a]", "\\", "a\0", "x".repeat(1001)]) {
    assert.throws(
      () => nameTest(bad, false),
      (error) => isSgError(error, "SG1040") && error.context["field"] === "pattern",
    );
  }
  assert.equal(nameTest("**", false).any, true);
  assert.deepEqual(nameTest("*.Tar.gz", true).trigrams.slice(0, 3), [".ta", "tar", "ar."]);
});
