// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { BlobId } from "../../../mod/base/mod.ts";
import { someId, stage } from "../../kit/cli_stage.ts";

const one = {
  id: someId("a1"),
  snapshot: { time: 0n, tree: "t" as BlobId, paths: ["/home"], hostname: "h" },
};
const list = (argv: string[]) =>
  stage(["-r", "/r", "snapshots", ...argv], { engine: { snapshots: () => Promise.resolve([one]) } });

Deno.test("snapshotsCommand prints a table and the count", async () => {
  const { terminal } = await list([]);
  assert.match(terminal.out, /^ID {8}Time/);
  assert.match(terminal.out, /^a1a1a1a1 .*\/home/m);
  assert.match(terminal.out, /^1 snapshot$/m);
});

Deno.test("snapshotsCommand prints an object per line with --json", async () => {
  const [object] = (await list(["--json"])).json();
  assert.deepEqual([object!["message_type"], object!["id"], object!["paths"]], ["snapshot", one.id, [
    "/home",
  ]]);
});

Deno.test("snapshotsCommand passes filters, IDs and --latest on", async () => {
  const { orders } = await list(["--latest", "2", "-H", "me", "abc"]);
  assert.deepEqual(orders[0]!.order, { filter: { hosts: ["me"] }, ids: ["abc"], latest: 2 });
});
