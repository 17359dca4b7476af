// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { someId, stage } from "../../kit/cli_stage.ts";

const engine = {
  keys: () =>
    Promise.resolve([{ id: someId("a"), current: true, username: "u", hostname: "h\x1b", created: 0n }]),
  addKey: () => Promise.resolve(someId("b")),
  removeKey: () => Promise.resolve(someId("c")),
  changePassword: () => Promise.resolve(someId("d")),
};
const key = (argv: string[], options = {}) => stage(["-r", "/r", "key", ...argv], { engine, ...options });

Deno.test("keyListCommand marks the key in use", async () => {
  assert.match((await key(["list"])).terminal.out, /^\* +aaaaaaaa +u +h\\x1b/m);
  assert.equal((await key(["list", "--json"])).json()[0]!["current"], true);
});

Deno.test("keyAddCommand and keyPasswdCommand ask twice, or read a file", async () => {
  const person = { terminals: ["stdin"], secrets: ["new", "new"] };
  const added = await key(["add", "--user", "me"], person);
  assert.equal(added.status, 0, added.terminal.err);
  assert.equal(added.orders[0]!.order, "new");
  const file = await key(["passwd", "--new-password-file", "/pw"], { files: { "/pw": "other" } });
  assert.equal(file.orders[0]!.order, "other");
  assert.equal((await key(["add"], { terminals: ["stdin"], secrets: ["a", "b"] })).status, 1);
});

Deno.test("keyAddCommand says how to give a password where nobody can be asked", async () => {
  const { status, terminal } = await key(["add"]);
  assert.equal(status, 1);
  assert.match(terminal.err, /\[SG1024\]\n {2}Give it with --new-password-file/);
});

Deno.test("keyRemoveCommand passes the ID on and says which key is gone", async () => {
  const { terminal, orders } = await key(["remove", "abc"]);
  assert.equal(orders[0]!.order, "abc");
  assert.match(terminal.out, /Key cccccccc removed/);
});
