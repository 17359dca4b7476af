// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { CheckReport } from "../../../mod/app/mod.ts";
import { stage } from "../../kit/cli_stage.ts";

const clean: CheckReport = {
  ...{ findings: [], errors: 0, hints: 0, snapshots: 2, packs: 3, packsRead: 1, bytesRead: 1024 },
};
const check = (argv: string[], report: CheckReport = clean) =>
  stage(["-r", "/r", "check", ...argv], {
    engine: {
      check(_order, { observer }) {
        // As mod/job does it: errors are told as they are found, and stand in the report as well.
        for (const { severity, ...problem } of report.findings) {
          if (severity === "error") observer.problem(problem);
        }
        return Promise.resolve(report);
      },
    },
  });

Deno.test("checkCommand says that all is well", async () => {
  const { status, terminal } = await check([]);
  assert.equal(status, 0);
  assert.match(
    terminal.out,
    /^Checked 2 snapshots, 3 data files, 1\.000 KiB of data read in 1 file\nNo errors found in 0:00$/m,
  );
});

Deno.test("checkCommand lists errors and ends with 1, hints alone do not count", async () => {
  const hint = { severity: "hint", code: "SG1005", object: "pack y", message: "unused pack" } as const;
  const error = { severity: "error", code: "SG1006", object: "pack x", message: "pack x\x1b" } as const;
  const bad = { ...clean, findings: [error, hint], errors: 1, hints: 1 };
  const { status, terminal } = await check([], bad);
  assert.equal(status, 1);
  assert.equal(terminal.out.split("\n")[0], "hint: unused pack");
  assert.equal(terminal.err.match(/pack x\\x1b \[SG1006\]/g)?.length, 1, terminal.err);
  assert.match(terminal.err, /The repository has 1 error \[SG1033\]/);
  assert.equal((await check([], { ...clean, findings: [hint], hints: 1 })).status, 0);
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

Deno.test("checkCommand gives errors on standard error and hints as objects with --json", async () => {
  const hint = { severity: "hint", code: "SG1005", object: "pack y", message: "unused" } as const;
  const error = { ...hint, severity: "error", message: "gone" } as const;
  const end = await check(["--json"], { ...clean, findings: [error, hint], errors: 1, hints: 1 });
  const [first, summary] = end.json();
  assert.deepEqual([first!["message_type"], summary!["num_errors"]], ["hint", 1]);
  assert.match(end.terminal.err, /"message":"gone".*\n.*exit_error/);
});
