// Copyright the SpareGrid authors. Apache-2.0.
// What people type and what their files say: command lines, patterns, lists of paths, places.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../mod/base/mod.ts";
import { COMMANDS } from "../../mod/cli/commands.ts";
import { GLOBAL_OPTIONS } from "../../mod/cli/global_options.ts";
import { parseDuration } from "../../mod/schedule/mod.ts";
import {
  absolutePath,
  cleanComponents,
  parseFilesFrom,
  parseFilesFromRaw,
  parseFilesFromVerbatim,
  parsePatternFile,
  parseTagRule,
  PatternSet,
} from "../../mod/source/mod.ts";
import { parseLocation, showLocation } from "../../mod/storage/mod.ts";
import { stage } from "../kit/cli_stage.ts";
import { type Dice, mutateBytes } from "../kit/mutator.ts";
import { fuzz } from "./campaign.ts";

const PATTERNS = [
  "*.o\n!keep.o\n/home/*/cache/\n# note\n\\#x\n**/node_modules/**/x\n[a-z][^0-9][!x]?\n$HOME/${X}/$$\n",
  "a*a*a*a*a*a*a*a*a*a*b\r\n**/**/**/**/a\n\\!x\n[]]\n[a-\n\\\n",
].map(utf8);
const NAMES = ["a".repeat(255), "x.o", "node_modules", "\u00e9", "", "..", "!x"].map(utf8);

fuzz({
  name: "patterns",
  says: "parsePatternFile and PatternSet judge any path by any patterns, or refuse them",
  cases: 8_000,
  input: (dice) => mutateBytes(PATTERNS, dice),
  feed(bytes) {
    const patterns = parsePatternFile(bytes, "file", () => "/home");
    for (const ignoreCase of [false, true]) {
      const set = new PatternSet(patterns, { ignoreCase });
      let state = set.start;
      let path = new Uint8Array();
      for (const name of [...NAMES, bytes.subarray(0, 50).filter((byte) => byte !== 0x2f)]) {
        const verdict = set.judge(state, name, true);
        path = Uint8Array.of(...path, 0x2f, ...name);
        if (!name.includes(0x2f) && name.length > 0 && !path.includes(0x2f, 1)) {
          assert.equal(set.match(path, true), verdict);
        }
        state = set.descend(state, name);
      }
    }
  },
});

fuzz({
  name: "path_list",
  says: "the readers of path lists give every path as it stands, or refuse the list",
  cases: 4_000,
  input: (dice) =>
    mutateBytes(
      [utf8("/a\n b \n#c\n\r\n"), utf8("/a\0b\0\xff\0"), Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)],
      dice,
    ),
  feed(bytes) {
    for (const path of [...parseFilesFrom(bytes), ...parseFilesFromVerbatim(bytes)]) {
      assert.ok(path.length > 0 && !path.includes(0x0a));
      absolutePath(cleanComponents(path));
    }
    for (const path of parseFilesFromRaw(bytes, "list")) assert.ok(path.length > 0 && !path.includes(0));
  },
});

const PLACES = [
  "/srv/repo",
  "local:/x",
  "rest:https://u:p@h:8000/x/?a=b#c",
  "rest:http://[::1]:1/",
  "sftp:x",
  "~/x",
  "C:\\x",
];

fuzz({
  name: "place",
  says: "parseLocation, parseDuration and parseTagRule answer or refuse any text, and no password is shown",
  cases: 6_000,
  input: (dice) => mutateBytes([...PLACES, "1y2m3d4h", "CACHEDIR.TAG:Signature: x", ""].map(utf8), dice),
  feed(bytes) {
    const text = utf8Text(bytes);
    for (const parse of [parseDuration, parseTagRule]) {
      try {
        parse(text);
      } catch (error) {
        if ((error as { code?: string }).code !== "SG1008") throw error;
      }
    }
    const location = parseLocation(text);
    const shown = showLocation(location);
    const password = location.kind === "rest" ? location.password ?? "" : "";
    assert.ok(password.length < 4 || !shown.includes(password), shown);
  },
});

const VALUES = [
  "",
  "x",
  "-1",
  "0",
  "1e9",
  "1G",
  "99999999999999999999",
  "0x10",
  "1/2",
  "3/2",
  "50%",
  "101%",
  "latest",
  "a".repeat(3000),
];
const MORE_VALUES = [
  "2023-01-01",
  "1y",
  "\u202e\u001b[2J",
  "\0",
  "--",
  "-",
  "=",
  "[",
  "!",
  "/",
  "host,tag",
  "a=b",
  "auto",
  "max",
  "tar",
  "raw-data",
];
const OWN = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "rebuild-index",
  "help",
  "nosuch",
];

/** Words of a command line: a command as a rule, its options and others', values of all kinds. */
function commandLine(dice: Dice): string[] {
  const command = dice.of(COMMANDS);
  const options = [...GLOBAL_OPTIONS, ...OPTIONS.get(command.name)!, ...OPTIONS.get(dice.of(COMMANDS).name)!];
  const word = () => dice.of(dice.once(2) ? VALUES : MORE_VALUES);
  const words = dice.once(6) ? [dice.of(OWN)] : command.name.split(" ");
  for (let i = dice.below(6); i > 0; i--) {
    const option = dice.of(options);
    const name = dice.once(12) ? dice.of(OWN) : option.name;
    const spelt = option.short && dice.once(3) ? `-${option.short}` : `--${name}`;
    if (option.value === undefined && !dice.once(8)) words.push(spelt);
    else if (dice.once(2)) words.push(`${spelt}=${word()}`);
    else words.push(spelt, word());
  }
  for (let i = dice.below(4); i > 0; i--) words.push(word());
  if (dice.once(5)) words.splice(dice.below(words.length + 1), 0, word());
  return words;
}

const OPTIONS = new Map(
  await Promise.all(COMMANDS.map(async (each) => [each.name, (await each.load()).options] as const)),
);

fuzz({
  name: "command_line",
  says:
    "runCommandLine runs, or refuses with a code, any words, and sends the terminal nothing that it would obey",
  cases: 6_000,
  input: (dice) => utf8(JSON.stringify(commandLine(dice))),
  async feed(bytes) {
    const words = JSON.parse(utf8Text(bytes)) as string[];
    const { status, terminal } = await stage(words, { files: {} });
    const said = terminal.out + terminal.err;
    // The engine of the stage does nothing: an order that reaches it ends in our own sentence.
    const reached = /the stage('s engine)? (has|runs) no/.test(said);
    assert.ok(!said.includes("SG1023") || reached, said);
    assert.ok(status >= 0 && status <= 130, String(status));
    assert.ok(![...said.replaceAll(COLOURS, "")].some(isObeyed), JSON.stringify(said));
  },
});

// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[[0-9;]*[mK]/g;

/** True for what moves the cursor, turns the writing round or worse; line ends and tabs are ours. */
function isObeyed(char: string): boolean {
  const code = char.charCodeAt(0);
  return code < 0x20 && char !== "\n" && char !== "\t" || code === 0x7f || code >= 0x202a && code <= 0x202e;
}
