// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { RestoreReport } from "../../../mod/app/mod.ts";
import { someId, stage } from "../../kit/cli_stage.ts";

const report: RestoreReport = {
  snapshotId: someId("a1"),
  filesRestored: 3,
  filesUpdated: 1,
  filesKept: 2,
  filesDeleted: 0,
  foldersRestored: 4,
  othersRestored: 0,
  bytesWritten: 1024,
  bytesTotal: 4096,
  filesVerified: 6,
  problems: 0,
  complete: true,
};
const restore = (argv: string[], part: Partial<RestoreReport> = {}) =>
  stage(["-r", "/r", "restore", ...argv], {
    engine: { restore: () => Promise.resolve({ ...report, ...part }) },
  });

Deno.test("restoreCommand sums up, and ends with 3 when it is incomplete", async () => {
  const whole = await restore(["latest", "-t", "/out", "--verify"]);
  assert.equal(whole.status, 0);
  assert.match(whole.terminal.out, /Snapshot a1a1a1a1 restored to \/out\n/);
  assert.match(whole.terminal.out, /3 restored, 1 updated, 2 kept, 0 deleted/);
  assert.match(whole.terminal.out, /Verified {2}6 files/);
  const part = await restore(["latest", "-t", "/out"], { complete: false, problems: 1 });
  assert.equal(part.status, 3);
  assert.match(part.terminal.err, /1 problem while restoring/);
});

Deno.test("restoreCommand says with --dry-run what it would do, and nothing as if it were done", async () => {
  const part = { filesRestored: 1, bytesWritten: 0, bytesTotal: 4, foldersRestored: 0 };
  const { status, terminal } = await restore(["latest", "-t", "/out", "--dry-run"], part);
  assert.equal(status, 0);
  assert.match(terminal.out, /Snapshot a1a1a1a1 would be restored to \/out\n/);
  assert.match(terminal.out, /^Would restore 1 file, update 1, keep 2, delete 0$/m);
  assert.match(terminal.out, /^Would write at most 4 B$/m);
  assert.doesNotMatch(terminal.out, /Written|\d (restored|updated|kept|deleted)/);
});

Deno.test("restoreCommand turns its options into an order", async () => {
  const argv = [
    "abc:/sub",
    "--target=/out",
    "--iinclude=*.TXT",
    "-i",
    "a",
    "--overwrite",
    "if-newer",
    "--delete",
  ];
  const { orders } = await restore([...argv, "-H", "me", "--tag=x,y"]);
  assert.deepEqual(orders[0]!.order, {
    snapshot: "abc:/sub",
    target: "/out",
    includes: ["a"],
    includesIgnoringCase: ["*.TXT"],
    excludes: [],
    excludesIgnoringCase: [],
    overwrite: "if-newer",
    delete: true,
    verify: false,
    dryRun: false,
    filter: { hosts: ["me"], tags: [["x", "y"]] },
  });
});

Deno.test("restoreCommand takes / as the original place", async () => {
  const { orders } = await restore(["latest", "-t", "/"]);
  assert.equal("target" in (orders[0]!.order as object), false);
});

Deno.test("restoreCommand refuses what contradicts itself or is dangerous", async () => {
  for (
    const argv of [
      ["latest"],
      ["latest", "-t", ""],
      ["latest", "-t", "/o", "-i", "a", "-e", "b"],
      ["latest", "-t", "/o", "-n", "--verify"],
      ["latest", "-t", "/", "--delete"],
      ["latest", "-t", "/o", "--overwrite", "sometimes"],
    ]
  ) assert.equal((await restore(argv)).status, 2, argv.join(" "));
});

Deno.test("restoreCommand gives restic's summary with --json", async () => {
  const [summary] = (await restore(["latest", "-t", "/out", "--json"])).json();
  assert.deepEqual([summary!["message_type"], summary!["files_restored"], summary!["files_skipped"]], [
    "summary",
    4,
    2,
  ]);
});
