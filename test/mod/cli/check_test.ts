// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { CheckReport } from "../../../mod/app/mod.ts";
import { stage } from "../../kit/cli_stage.ts";

const clean: CheckReport = { findings: [], errors: 0, hints: 0 };
const check = (argv: string[], report: CheckReport = clean) =>
  stage(["-r", "/r", "check", ...argv], { engine: { check: () => Promise.resolve(report) } });

Deno.test("checkCommand says that all is well", async () => {
  const { status, terminal } = await check([]);
  assert.equal(status, 0);
  assert.match(terminal.out, /^No errors found in 0:00$/m);
});

Deno.test("checkCommand lists errors and ends with 1, hints alone do not count", async () => {
  const hint = { severity: "hint", message: "unused pack" } as const;
  const bad = {
    findings: [{ severity: "error", message: "pack x\x1b" } as const, hint],
    errors: 1,
    hints: 1,
  };
  const { status, terminal } = await check([], bad);
  assert.equal(status, 1);
  assert.match(terminal.out, /error: pack x\\x1b\nhint: unused pack/);
  assert.match(terminal.err, /The repository has 1 error \[SG1033\]/);
  assert.equal((await check([], { findings: [hint], errors: 0, hints: 1 })).status, 0);
});

Deno.test("checkCommand reads all forms of --read-data-subset", async () => {
  const order = async (...argv: string[]) => (await check(argv)).orders[0]!.order;
  assert.deepEqual(await order("--read-data"), { readData: true });
  assert.deepEqual(await order("--read-data-subset=2/5"), { readData: { part: 2, of: 5 } });
  assert.deepEqual(await order("--read-data-subset=2.5%"), { readData: { percent: 2.5 } });
  assert.deepEqual(await order("--read-data-subset=10G"), { readData: { bytes: 10 * 1024 ** 3 } });
  for (const odd of ["6/5", "0/5", "0%", "101%", "x"]) {
    assert.equal((await check([`--read-data-subset=${odd}`])).status, 2, odd);
  }
});
