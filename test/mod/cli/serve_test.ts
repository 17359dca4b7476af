// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { ServiceOrder, ServiceStart } from "../../../mod/app/mod.ts";
import { stage, type StageOptions } from "../../kit/cli_stage.ts";

const START: ServiceStart = {
  version: "1.2.3",
  gridId: "vault",
  dataFolder: "/data",
  roles: ["server"],
  ports: { backup: 32004, consoleTls: 6061 },
  console: "https://localhost:6061/",
  fingerprint: "ab".repeat(32),
  setUpCode: "code-1",
  notices: ["look here"],
};

async function serve(argv: readonly string[], options: StageOptions = {}) {
  const orders: ServiceOrder[] = [];
  const end = await stage(["serve", ...argv], {
    ...options,
    app: {
      runService: (order, _signal, started) => {
        orders.push(order);
        started(START);
        return Promise.resolve();
      },
    },
  });
  return { ...end, order: orders[0]! };
}

Deno.test("serve prints where it runs, where the console is, the code and what needs attention", async () => {
  const { status, terminal } = await serve([]);
  assert.equal(status, 0);
  for (
    const text of [
      "runs as vault: server",
      "backup 32004, consoleTls 6061",
      "https://localhost:6061/",
      "code-1",
    ]
  ) {
    assert.ok(terminal.out.includes(text), text);
  }
  assert.match(terminal.err, /warning: look here/);
});

Deno.test("serve --json prints one object and logs objects", async () => {
  const { json, order } = await serve(["--json"]);
  assert.deepEqual(json(), [{ message_type: "started", ...START }]);
  assert.equal(order.flags?.["log-format"], "json");
});

Deno.test("serve hands each setting on as it was given", async () => {
  const { order } = await serve(["--client", "--backup-port", "0", "--data", "/x", "-v", "--metrics=off"]);
  assert.equal(order.data, "/x");
  assert.deepEqual(order.flags, { client: "true", "backup-port": "0", metrics: "off", "log-level": "debug" });
});

Deno.test("serve asks for the Grid ID only where a person sits", async () => {
  assert.equal((await serve([])).order.askGridId, undefined);
  const { order, terminal } = await serve([], { terminals: ["stdin", "stderr"], answers: ["mine"] });
  assert.equal(await order.askGridId!("proposal"), "mine");
  assert.deepEqual(terminal.prompts, ["Name of this installation in the grid [proposal]: "]);
});

Deno.test("serve takes no operand and no unknown option", async () => {
  assert.equal((await serve(["now"])).status, 2);
  const { status, terminal } = await serve(["--backup-prot", "1"]);
  assert.equal(status, 2);
  assert.match(terminal.err, /did you mean --backup-port\?/);
});

Deno.test("serve runs on where nobody reads what it prints", async () => {
  assert.equal((await serve([], { closesAfterBytes: 10 })).status, 0);
  assert.equal((await serve(["--json"], { closesAfterBytes: 10 })).status, 0);
});
