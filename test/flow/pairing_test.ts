// Copyright the SpareGrid authors. Apache-2.0.
// Two installations on one machine: a server, and a client that is invited, backs up to it and restores from it.
import assert from "node:assert/strict";
import { type Ended, restic, resticDone, sparegrid, sparegridDone } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";
import { startService } from "../kit/service_process.ts";

const env = { SPAREGRID_TOKEN: "", SPAREGRID_ADDRESS: "" };

function json(ended: Ended): Record<string, unknown>[] {
  return ended.out.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

Deno.test("pairing: invite, join, back up, restore; the server shows what is used, and the audit log who did it", async () => {
  await using place = await scratch();
  const [atServer, atClient] = [`${place.path}/server`, `${place.path}/client`];
  const documents = `${place.path}/documents`;
  await Deno.mkdir(documents);
  await Deno.writeTextFile(`${documents}/letter.txt`, "Dear reader");
  await using server = await startService(atServer, ["--server", "--grid-id", "vault"]);
  await using client = await startService(atClient, ["--client", "--grid-id", "laptop"]);
  const vault = (...argv: string[]) => sparegridDone([...argv, "--data", atServer], { env });
  const laptop = (...argv: string[]) => sparegridDone([...argv, "--data", atClient], { env });

  const invite = (await vault("invite", "create", "--quota", "100M", "--host", "127.0.0.1")).out.trim();
  assert.match(invite, /^SGI1-/);
  const added = await laptop("destination", "add", "vault", "--invite", invite);
  assert.match(added.out, /The destination vault is added: https:\/\/127\.0\.0\.1:\d+\n/);
  const again = await sparegrid(["destination", "add", "twice", "--invite", invite, "--data", atClient], {
    env,
  });
  assert.match(again.err, /\[SG1043\]/, "an invitation is good once");

  await laptop("set", "add", "documents", documents, "--destination", "vault");
  assert.match((await laptop("run", "start", "documents", "--wait")).out, /is done/);
  await laptop("restore", "latest", "--set", "documents", "--target", `${place.path}/restored`);
  assert.equal(await Deno.readTextFile(`${place.path}/restored${documents}/letter.txt`), "Dear reader");

  const [account] = json(await vault("account", "show", "laptop", "--json"));
  assert.ok((account!["used"] as number) > 0);
  assert.deepEqual((account!["repositories"] as { name: string }[]).map(({ name }) => name), ["documents"]);
  const [destination] = json(await laptop("destination", "list", "--json"));
  assert.deepEqual((destination!["usage"] as { used: number; allotted: number }).allotted, 100 * 1024 * 1024);
  // What an administrator removes can be brought back; the client then reads it as before.
  assert.match(
    (await vault("account", "remove", "laptop", "documents")).out,
    /Moved [1-9]\d* files, .* to the trash/,
  );
  const gone = await sparegrid(["run", "start", "documents", "--wait", "--data", atClient], { env });
  assert.notEqual(gone.code, 0);
  assert.match(
    (await vault("account", "undelete", "laptop", "documents")).out,
    /Brought back [1-9]\d* files/,
  );
  await laptop("restore", "latest", "--set", "documents", "--target", `${place.path}/again`);
  assert.equal(await Deno.readTextFile(`${place.path}/again${documents}/letter.txt`), "Dear reader");
  assert.match((await vault("status")).out, /1 account\n[^]*allotted/);
  for (const who of [vault, laptop]) assert.match((await who("audit", "verify")).out, /all intact/);
  for (const service of [server, client]) {
    assert.ok(!service.text().includes(invite), "the invitation is in a log");
    assert.equal((await service.end("SIGTERM")).code, 0);
  }
});

Deno.test("pairing: a client without an invitation confirms the fingerprint and waits for approval", async () => {
  await using place = await scratch();
  const [atServer, atClient] = [`${place.path}/server`, `${place.path}/client`];
  await Deno.writeTextFile(`${place.path}/note`, "x");
  await using server = await startService(atServer, ["--server", "--grid-id", "vault"]);
  await using _client = await startService(atClient, ["--client", "--grid-id", "laptop"]);
  const laptop = (...argv: string[]) => sparegrid([...argv, "--data", atClient], { env });
  const address = `127.0.0.1:${server.start.ports["backupTls"]}`;
  const unknown = await laptop("destination", "add", "vault", "--server", address);
  assert.match(unknown.err, new RegExp(`fingerprint ${server.start.fingerprint} \\[SG1019\\]`));
  const asked = await laptop(
    ...["destination", "add", "vault", "--server", address, "--server-fingerprint", server.start.fingerprint],
  );
  assert.match(asked.out, /administrator has to approve the account first/, asked.err);
  assert.match((await laptop("destination", "test", "vault")).err, /\[SG1042\]/);
  await sparegridDone(["account", "approve", "laptop", "--quota", "10M", "--data", atServer], { env });
  assert.equal((await laptop("destination", "test", "vault")).code, 0);
});

Deno.test("pairing: restic, unmodified, uses the same port with the account's secret", async () => {
  await using place = await scratch();
  const data = `${place.path}/server`;
  await Deno.writeTextFile(`${place.path}/note`, "x");
  await using server = await startService(data, ["--server", "--grid-id", "vault"]);
  const vault = (...argv: string[]) => sparegridDone([...argv, "--data", data], { env });
  await vault("gql", "{ installation { ports } }");
  const invite = (await vault("invite", "create", "other", "--quota", "10M", "--host", "127.0.0.1")).out
    .trim();
  const atClient = `${place.path}/client`;
  await using _client = await startService(atClient, ["--client", "--grid-id", "laptop"]);
  await sparegridDone(["destination", "add", "vault", "--invite", invite, "--data", atClient], { env });
  const secret = (await vault("account", "reset-secret", "other")).out.trim();
  const repository = `rest:https://other:${secret}@localhost:${
    server.start.ports["backupTls"]
  }/other/things/`;
  const trust = ["--cacert", `${data}/certificate.pem`, "-r", repository];
  await resticDone([...trust, "init"]);
  await resticDone([...trust, "backup", `${place.path}/note`]);
  await resticDone([...trust, "check", "--read-data"]);
  const wrong = await restic([
    "--cacert",
    `${data}/certificate.pem`,
    "-r",
    repository.replace(secret, "wrong"),
    "snapshots",
  ]);
  assert.notEqual(wrong.code, 0);
  assert.ok(!server.text().includes(secret));
});
