// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { RunOptions } from "../../../mod/app/mod.ts";
import { stage } from "../../kit/cli_stage.ts";

async function* dump() {
  yield await Promise.resolve(new TextEncoder().encode("content"));
}

Deno.test("dumpCommand writes the bytes and nothing else", async () => {
  const { terminal, status, orders } = await stage(["-r", "/r", "dump", "latest", "/a"], {
    engine: { dump },
  });
  assert.deepEqual([status, terminal.out, terminal.err], [0, "content", ""]);
  assert.deepEqual(orders[0]!.order, { snapshot: "latest", path: "/a", archive: "tar", filter: {} });
});

Deno.test("dumpCommand ends with 3 when something was left out", async () => {
  async function* incomplete(_order: unknown, { observer }: RunOptions) {
    observer.problem({ code: "SG1005", message: "Cannot read /a/b" });
    yield* dump();
  }
  const { terminal, status } = await stage(["-r", "/r", "dump", "latest", "/a"], {
    engine: { dump: incomplete },
  });
  assert.deepEqual([status, terminal.out], [3, "content"]);
  assert.match(terminal.err, /Cannot read \/a\/b \[SG1005\]/);
});

Deno.test("dumpCommand refuses --json and unknown archives, and fails quietly when the reader leaves", async () => {
  assert.equal((await stage(["-r", "/r", "dump", "--json", "latest", "/a"], { engine: { dump } })).status, 2);
  assert.equal(
    (await stage(["-r", "/r", "dump", "-a", "rar", "latest", "/a"], { engine: { dump } })).status,
    2,
  );
  const end = await stage(["-r", "/r", "dump", "latest", "/a"], { engine: { dump }, closesAfterBytes: 0 });
  assert.deepEqual([end.status, end.terminal.err], [1, ""]);
});
