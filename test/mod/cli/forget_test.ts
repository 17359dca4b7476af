// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { ForgetOrder } from "../../../mod/app/mod.ts";
import type { BlobId } from "../../../mod/base/mod.ts";
import { someId, stage } from "../../kit/cli_stage.ts";

const named = (digit: string, time: bigint) => ({
  id: someId(digit),
  snapshot: { time, tree: "t" as BlobId, paths: ["/home"], hostname: "h" },
});
const group = {
  host: "h",
  paths: ["/home"],
  keep: [{ ...named("a", 2n), reasons: ["daily snapshot"] }],
  remove: [named("b", 1n)],
};
const forget = (...argv: string[]) =>
  stage(["-r", "/r", "forget", ...argv], {
    engine: { forget: () => Promise.resolve({ groups: [group], removed: [someId("b")] }) },
  });
const order = async (...argv: string[]) => (await forget(...argv)).orders[0]!.order as ForgetOrder;

Deno.test("forgetCommand shows what stays, why, and what goes", async () => {
  const { terminal } = await forget("--keep-daily", "7");
  assert.match(terminal.out, /Snapshots of host h, paths \/home:/);
  assert.match(terminal.out, /^remove {2}bbbbbbbb/m);
  assert.match(terminal.out, /^keep {4}aaaaaaaa .*daily snapshot$/m);
  assert.match(terminal.out, /^1 snapshot removed$/m);
  assert.match((await forget("-n", "-l", "1")).terminal.out, /1 snapshot would be removed/);
});

Deno.test("forgetCommand reads every keep rule", async () => {
  const made = await order(
    ...[
      "-l",
      "1",
      "-H",
      "2",
      "-d",
      "3",
      "-w",
      "4",
      "-m",
      "5",
      "-y",
      "unlimited",
      "--keep-within",
      "1y2m3d4h",
    ],
    ...["--keep-within-daily", "7d", "--keep-tag", "a,b", "-g", "host,tags", "--host", "me", "--prune"],
  );
  assert.deepEqual(made, {
    policy: {
      last: 1,
      hourly: 2,
      daily: 3,
      weekly: 4,
      monthly: 5,
      yearly: -1,
      within: { years: 1, months: 2, days: 3, hours: 4 },
      withinDaily: { years: 0, months: 0, days: 7, hours: 0 },
      tags: [["a", "b"]],
    },
    groupBy: ["host", "tags"],
    filter: { hosts: ["me"] },
    ids: [],
    dryRun: false,
    allowRemoveAll: false,
    prune: { repackSmall: false, repackUncompressed: false, dryRun: false },
  });
  assert.deepEqual((await order("-l1", "-g", "")).groupBy, []);
});

Deno.test("forgetCommand refuses to go without rules, and rules that cannot be", async () => {
  for (
    const argv of [
      [],
      ["--keep-last=0"],
      ["abc", "-l", "1"],
      ["--keep-within", "3w"],
      ["-l1", "-g", "size"],
      [
        "--unsafe-allow-remove-all",
      ],
    ]
  ) assert.equal((await forget(...argv)).status, 2, argv.join(" "));
});

Deno.test("forgetCommand prints groups as objects with --json", async () => {
  const [first, summary] = (await forget("-l1", "--json")).json();
  assert.equal(first!["message_type"], "group");
  assert.equal(summary!["snapshots_removed"], 1);
});
