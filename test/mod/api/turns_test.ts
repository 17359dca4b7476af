// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Turns } from "../../../mod/api/turns.ts";

Deno.test("Turns: so many of each, so many of all; given back once, they are free again", () => {
  const turns = new Turns(2, 3);
  const held = [turns.take("a"), turns.take("a"), turns.take("b")];
  assert.throws(() => turns.take("a"), { code: "SG1039" });
  assert.throws(() => turns.take("c"), { code: "SG1039" });
  held[0]![Symbol.dispose]();
  held[0]![Symbol.dispose]();
  assert.equal(turns.count, 2);
  using _ = turns.take("c");
  assert.throws(() => turns.take("a"), { code: "SG1039" });
});
