// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8Text } from "../../../mod/base/mod.ts";
import { deletableFolders } from "../../../mod/restorer/mod.ts";

Deno.test("deletableFolders names what was backed up as a whole, seen from the folder that is restored", () => {
  const cases: [string[], string, string[]][] = [
    [["/home/ada"], "", ["/home/ada"]],
    [["/home/ada"], "/", ["/home/ada"]],
    [["/home/ada/"], "home", ["/ada"]],
    [["/home/ada"], "/home/ada", ["/"]],
    [["/home/ada"], "/home/ada/docs/", ["/"]],
    [["/home/ada"], "/home/adam", []],
    [["/home/ada"], "/etc", []],
    [["/"], "", ["/"]],
    [["/"], "/etc", ["/"]],
    [["/a", "/b/c"], "", ["/a", "/b/c"]],
    [[], "", []],
  ];
  for (const [paths, within, expected] of cases) {
    assert.deepEqual(deletableFolders(paths, within).map(utf8Text), expected, `${paths} in ${within}`);
  }
});
