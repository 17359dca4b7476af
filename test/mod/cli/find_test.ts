// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { BlobId } from "../../../mod/base/mod.ts";
import { someId, someNode, stage } from "../../kit/cli_stage.ts";

const snapshot = { id: someId("a1"), snapshot: { time: 0n, tree: "t" as BlobId, paths: [] } };
const entry = { path: new TextEncoder().encode("/a.txt"), node: someNode("a.txt") };
async function* find() {
  yield await Promise.resolve({ snapshot, entry });
  yield { snapshot, entry };
}
async function* nothing() {}

Deno.test("findCommand groups what it finds by snapshot", async () => {
  const { terminal } = await stage(["-r", "/r", "find", "*.txt"], { engine: { find } });
  assert.match(terminal.out, /^Found in snapshot a1a1a1a1 of .*\n\/a\.txt\n\/a\.txt\n$/);
  const objects = (await stage(["-r", "/r", "find", "--json", "*.txt"], { engine: { find } })).json();
  assert.deepEqual(objects.map((o) => [o["message_type"], o["snapshot"]]), [["match", snapshot.id], [
    "match",
    snapshot.id,
  ]]);
});

Deno.test("findCommand says so when nothing matches", async () => {
  const { status, terminal } = await stage(["-r", "/r", "find", "*.xyz"], { engine: { find: nothing } });
  assert.equal(status, 1);
  assert.match(terminal.err, /Cannot find \*\.xyz: nothing in the snapshots matches \[SG1011\]/);
});

Deno.test("findCommand passes its limits on", async () => {
  const argv = ["-r", "/r", "find", "-i", "-O", "1970-01-01T00:00:00Z", "-s", "abc", "x", "y"];
  assert.deepEqual((await stage(argv, { engine: { find } })).orders[0]!.order, {
    patterns: ["x", "y"],
    ignoreCase: true,
    snapshots: ["abc"],
    oldest: 0n,
    filter: {},
  });
});
