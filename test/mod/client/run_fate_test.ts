// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { fateOf, shownCode, waitMs } from "../../../mod/client/run_fate.ts";
import { type SgCode, SgError } from "../../../mod/errors/mod.ts";

const fate = (code: SgCode, tries = 1) => fateOf(new SgError(code, "x"), tries).state;

Deno.test("fateOf: what passes by itself is waited for, without end where the link is away", () => {
  for (const code of ["SG0083", "SG0134", "SG0136", "SG0145", "SG0147", "SG0198", "SG1042"] as const) {
    assert.equal(fate(code, 1000), "waiting");
  }
  assert.deepEqual([fate("SG1003", 9), fate("SG1003", 10), fate("SG1015", 10)], [
    "waiting",
    "failed",
    "failed",
  ]);
  assert.equal(fate("SG0191"), "suspended");
  for (const code of ["SG1001", "SG0178", "SG0180", "SG0200", "SG1020", "SG1019", "SG1023"] as const) {
    assert.equal(fate(code), "failed");
  }
});

Deno.test("shownCode: backups have codes of their own for a destination that is away", () => {
  assert.equal(shownCode("backup", new SgError("SG0134", "x")), "SG0145");
  assert.equal(shownCode("backup", new SgError("SG0136", "x")), "SG0147");
  assert.equal(shownCode("restore", new SgError("SG0136", "x")), "SG0136");
  assert.equal(shownCode("backup", new SgError("SG0083", "x")), "SG0083");
});

Deno.test("waitMs: twice as long each time, up to five minutes", () => {
  assert.deepEqual([1, 2, 3, 7, 8, 5000].map(waitMs), [5_000, 10_000, 20_000, 300_000, 300_000, 300_000]);
});
