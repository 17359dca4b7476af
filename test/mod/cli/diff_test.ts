// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { Difference, DiffStatistics } from "../../../mod/app/mod.ts";
import { stage } from "../../kit/cli_stage.ts";

const side = { files: 1, folders: 2, others: 0, dataBlobs: 3, treeBlobs: 4, bytes: 1024 };
async function* diff(): AsyncGenerator<Difference, DiffStatistics> {
  yield await Promise.resolve({ path: new TextEncoder().encode("/a"), change: "+" });
  return { changedFiles: 1, added: side, removed: side };
}

Deno.test("diffCommand prints changes and sums", async () => {
  const { terminal, orders } = await stage(["-r", "/r", "diff", "--metadata", "a", "b"], {
    engine: { diff },
  });
  assert.match(terminal.out, /^\+ {4}\/a\n/);
  assert.match(terminal.out, /Added: {3}1 file, 2 folders, 0 other, 1\.000 KiB/);
  assert.deepEqual(orders[0]!.order, { from: "a", to: "b", metadata: true });
});

Deno.test("diffCommand prints restic's objects with --json", async () => {
  const objects = (await stage(["-r", "/r", "diff", "--json", "a", "b"], { engine: { diff } })).json();
  assert.deepEqual(objects[0], { message_type: "change", path: "/a", modifier: "+" });
  assert.deepEqual([objects[1]!["message_type"], objects[1]!["changed_files"]], ["statistics", 1]);
});
