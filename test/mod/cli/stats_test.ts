// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { stage } from "../../kit/cli_stage.ts";

const report = { snapshots: 2, totalBytes: 1024, blobs: 3, uncompressedBytes: 4096 };
const stats = (...argv: string[]) =>
  stage(["-r", "/r", "stats", ...argv], { engine: { stats: () => Promise.resolve(report) } });

Deno.test("statsCommand prints what the mode counts", async () => {
  const { terminal, orders } = await stats("--mode", "raw-data", "latest");
  assert.match(
    terminal.out,
    /Snapshots: {2}2\nBlobs: {6}3\nSize: {7}1\.000 KiB\nPlain size: 4\.000 KiB\nRatio: {6}4\.00/,
  );
  assert.deepEqual(orders[0]!.order, { mode: "raw-data", snapshots: ["latest"], filter: {} });
});

Deno.test("statsCommand prints restic's fields with --json, and refuses unknown modes", async () => {
  const [object] = (await stats("--json")).json();
  assert.deepEqual([object!["total_size"], object!["compression_ratio"], object!["mode"]], [
    1024,
    4,
    "restore-size",
  ]);
  assert.equal((await stats("--mode", "all")).status, 2);
});
