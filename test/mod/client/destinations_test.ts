// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { DestinationPlace, ServerLink } from "../../../mod/client/mod.ts";
import { isSgError, type SgCode } from "../../../mod/errors/mod.ts";
import { ClientStage } from "../../kit/client_stage.ts";
import { RestServer } from "../../kit/rest_server.ts";

const SECRET = "hunter2-xyzzy";
const PIN = "ab".repeat(32);

function fails(work: Promise<unknown>, code: SgCode, field?: string): Promise<void> {
  return assert.rejects(work, (error) => {
    assert.ok(isSgError(error, code), String(error));
    assert.equal(error.context["field"], field);
    assert.ok(!error.message.includes(SECRET));
    return true;
  });
}

Deno.test("Destinations: a folder is made, listed by name, renamed and forgotten; what is there stays", async () => {
  await using stage = await ClientStage.open();
  const { destinations, signal } = stage;
  const b = await stage.folderDestination("b");
  const a = await stage.folderDestination("A");
  assert.ok((await Deno.stat(`${stage.folder}/b`)).isDirectory);
  assert.deepEqual((await destinations.page({ limit: 10 })).map(({ name }) => name), ["A", "b"]);
  assert.deepEqual((await destinations.page({ limit: 1, after: "a" })).map(({ id }) => id), [b]);
  assert.equal(await destinations.count(), 2);
  assert.equal((await destinations.update({ id: a, name: " C ", uploadBytesPerSecond: 1000 })).name, "C");
  assert.equal((await destinations.get(a)).uploadBytesPerSecond, 1000);
  assert.equal(
    (await destinations.update({ id: a, uploadBytesPerSecond: 0 })).uploadBytesPerSecond,
    undefined,
  );
  await fails(destinations.update({ id: a, name: "B" }), "SG1035", "name");
  await fails(destinations.update({ id: a, password: SECRET }), "SG1040", "password");
  await destinations.remove(b);
  assert.deepEqual(await destinations.byId([b, a, "x"]).then((rows) => rows.map(({ id }) => id)), [a]);
  await fails(destinations.remove(b), "SG1036");
  assert.ok((await Deno.stat(`${stage.folder}/b`)).isDirectory);
  assert.deepEqual(await destinations.test(a, signal), { reachable: true });
  await Deno.remove(`${stage.folder}/A`);
  assert.equal((await destinations.test(a, signal)).code, "SG0136");
});

Deno.test("Destinations.create: what cannot be used is refused, naming the field and no secret", async () => {
  await using stage = await ClientStage.open();
  const create = (place: DestinationPlace, name = "x") =>
    stage.destinations.create({ name, place }, stage.signal);
  await fails(create({ kind: "folder", folder: "relative" }), "SG1040", "folder");
  await fails(create({ kind: "folder", folder: "/a/../.." }), "SG1040", "folder");
  await fails(create({ kind: "folder", folder: "/proc/none/such" }), "SG1040", "folder");
  await fails(create({ kind: "folder", folder: "/tmp" }, "  "), "SG1040", "name");
  await fails(create({ kind: "folder", folder: "/tmp" }, "a\nb"), "SG1040", "name");
  for (const url of ["ftp://x/", "nonsense", "http://", `https://u:${SECRET}@h/`, "http://h/?q"]) {
    await fails(create({ kind: "rest", url }), "SG0132", "url");
  }
  await fails(create({ kind: "rest", url: "http://h/", fingerprint: PIN }), "SG1040", "fingerprint");
  await fails(create({ kind: "rest", url: "https://h/", fingerprint: "abc" }), "SG1040", "fingerprint");
  await fails(create({ kind: "rest", url: "https://h/", password: SECRET }), "SG1040", "user");
  await fails(
    create({ kind: "rest", url: "https://h/", user: "u", password: `${SECRET}\n` }),
    "SG1040",
    "password",
  );
  await fails(create({ kind: "server", address: "h" }), "SG1032");
  assert.equal(await stage.destinations.count(), 0);
});

Deno.test("Destinations.test: a REST server that lets us in is reachable; a wrong secret, a closed port are not", async () => {
  await using stage = await ClientStage.open();
  const { destinations, signal } = stage;
  const folder = `${stage.folder}/rest`;
  await Deno.mkdir(folder);
  let url = "";
  {
    await using server = new RestServer({ folder, username: "ann", password: SECRET });
    url = `http://127.0.0.1:${server.port}/repo`;
    const { destination: { id, place } } = await destinations.create(
      { name: "rest", place: { kind: "rest", url, user: "ann", password: SECRET } },
      signal,
    );
    assert.equal(place, `${url}/`);
    assert.deepEqual(await destinations.test(id, signal), { reachable: true });
    await destinations.update({ id, password: "wrong" });
    assert.equal((await destinations.test(id, signal)).code, "SG1020");
    await destinations.update({ id, password: SECRET });
    assert.ok(server.requests.every((line) => !line.includes(SECRET)));
  }
  const { id } = (await destinations.page({ limit: 1 }))[0]!;
  const { reachable, code, message } = await destinations.test(id, signal);
  assert.deepEqual([reachable, code], [false, "SG0136"]);
  assert.ok(!message!.includes(SECRET));
  const kept = await Deno.readFile(`${stage.folder}/data/catalog.db`);
  assert.ok(!new TextDecoder("latin1").decode(kept).includes(SECRET));
});

Deno.test("Destinations.create: an invitation and a server's address become an account, sealed", async () => {
  const asked: unknown[] = [];
  const account = {
    url: "https://backup.example:32007",
    account: "laptop",
    secret: SECRET,
    fingerprint: PIN,
  };
  const link: ServerLink = {
    redeem: (invite) => Promise.resolve({ ...account, pending: asked.push(invite) < 0 }),
    request: (...order) => Promise.resolve({ ...account, pending: asked.push(order.slice(0, 2)) > 0 }),
    usage: ({ secret }) => Promise.resolve({ used: secret.length, trash: 0, retentionLockDays: 14 }),
  };
  await using stage = await ClientStage.open({ link });
  const { destinations, signal } = stage;
  const joined = await destinations.create({ name: "a", place: { kind: "invite", text: "code" } }, signal);
  assert.equal(joined.pending, false);
  const { kind, place, account: name, fingerprint } = joined.destination;
  assert.deepEqual([kind, place, name, fingerprint], ["server", account.url, "laptop", PIN]);
  const server = { kind: "server", address: "backup.example", fingerprint: PIN.toUpperCase() } as const;
  const waiting = await destinations.create({ name: "b", place: server }, signal);
  assert.equal(waiting.pending, true);
  assert.deepEqual(asked, ["code", ["https://backup.example:32007", PIN]]);
  assert.equal((await destinations.usage(waiting.destination.id, signal))?.used, SECRET.length);
  await fails(
    destinations.create({ name: "c", place: { kind: "server", address: "a/b" } }, signal),
    "SG0132",
    "address",
  );
});
