// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { someNode, stage } from "../../kit/cli_stage.ts";

async function* list() {
  yield await Promise.resolve({ path: new TextEncoder().encode("/a\x1b"), node: someNode("a\x1b") });
}

Deno.test("lsCommand prints paths, escaped, or objects", async () => {
  const plain = await stage(["-r", "/r", "ls", "latest"], { engine: { list } });
  assert.equal(plain.terminal.out, "/a\\x1b\n");
  const long = await stage(["-r", "/r", "ls", "-l", "latest"], { engine: { list } });
  assert.match(long.terminal.out, /^-rw-r--r--/);
  const [object] = (await stage(["-r", "/r", "ls", "--json", "latest"], { engine: { list } })).json();
  assert.deepEqual([object!["message_type"], object!["path"]], ["node", "/a\x1b"]);
});

Deno.test("lsCommand passes folders on and refuses relative ones", async () => {
  const { orders } = await stage(["-r", "/r", "ls", "latest", "/b", "--recursive"], { engine: { list } });
  assert.deepEqual(orders[0]!.order, { snapshot: "latest", paths: ["/b"], recursive: true, filter: {} });
  assert.equal((await stage(["-r", "/r", "ls", "latest", "b"], { engine: { list } })).status, 2);
});

Deno.test("lsCommand ends quietly when its reader leaves", async () => {
  const end = await stage(["-r", "/r", "ls", "latest"], { engine: { list }, closesAfterBytes: 1 });
  assert.equal(end.terminal.err, "");
});
