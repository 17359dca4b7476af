// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { OptionSpec } from "../../../mod/cli/option_spec.ts";
import { commandIndex, parseArguments } from "../../../mod/cli/parse.ts";
import { isSgError } from "../../../mod/errors/mod.ts";

const TABLE: readonly OptionSpec[] = [
  { name: "repo", short: "r", value: "PLACE", help: "" },
  { name: "exclude", short: "e", value: "PATTERN", repeat: true, help: "" },
  { name: "full", short: "f", aliases: ["force"], help: "" },
  { name: "verbose", short: "v", repeat: true, help: "" },
];
const parse = (...argv: string[]) => parseArguments("backup", argv, TABLE);
const mistake = (text: RegExp) => (error: unknown) => isSgError(error, "SG1008") && text.test(error.message);

Deno.test("parseArguments takes values as --name value, --name=value, -n value and -nvalue", () => {
  for (const argv of [["--repo", "/r"], ["--repo=/r"], ["-r", "/r"], ["-r/r"], ["-r=/r"]]) {
    assert.equal(parse(...argv).text("repo"), "/r");
  }
  assert.equal(parse("--repo=a=b").text("repo"), "a=b");
  assert.equal(parse("--repo=").text("repo"), "");
});

Deno.test("parseArguments takes several switches in one word, the last one with its value", () => {
  const args = parse("-vvfr", "/r", "path");
  assert.equal(args.level("verbose"), 2);
  assert.equal(args.flag("full"), true);
  assert.equal(args.text("repo"), "/r");
  assert.deepEqual(args.operands, ["path"]);
});

Deno.test("parseArguments keeps repeated options in order and knows aliases", () => {
  assert.deepEqual(parse("-e", "a", "x", "--exclude=b").list("exclude"), ["a", "b"]);
  assert.equal(parse("--force").flag("full"), true);
});

Deno.test("parseArguments takes everything behind -- and a single - as operands", () => {
  const many = Array.from({ length: 200_000 }, (_, n) => `${n}`);
  assert.deepEqual(parseArguments("backup", ["--", ...many], TABLE).operands, many);
  assert.deepEqual(parse("-", "--", "-r", "--", "--full").operands, ["-", "-r", "--", "--full"]);
});

Deno.test("parseArguments takes a value that looks like an option", () => {
  assert.equal(parse("--exclude", "--full").text("exclude"), "--full");
});

Deno.test("parseArguments names unknown options and what was meant", () => {
  assert.throws(() => parse("--exclud=x"), mistake(/--exclud; did you mean --exclude\?/));
  assert.throws(() => parse("-z"), mistake(/no option -z/));
  assert.throws(() => parse("-forse"), mistake(/no option -o; did you mean --force/));
  assert.throws(() => parse("--repo"), mistake(/its value, PLACE, is missing/));
});

Deno.test("parseArguments ends with arguments or SG1008, whatever the words", () => {
  const word = fc.oneof(fc.string(), fc.constantFrom("--repo", "-r", "--", "-", "-vf", "--full=no", "-e"));
  fc.assert(fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
    try {
      parse(...argv);
    } catch (error) {
      assert.ok(isSgError(error, "SG1008"), String(error));
    }
  }));
});

Deno.test("commandIndex steps over options and their values in front of the command", () => {
  assert.equal(commandIndex(["-r", "/r", "-v", "backup", "x"], TABLE), 3);
  assert.equal(commandIndex(["--repo=/r", "backup"], TABLE), 1);
  assert.equal(commandIndex(["-vr", "/r", "backup"], TABLE), 2);
  assert.equal(commandIndex(["-v"], TABLE), -1);
  assert.equal(commandIndex(["--", "backup"], TABLE), -1);
});
