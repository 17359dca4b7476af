// Copyright the SpareGrid authors. Apache-2.0.
// The command line against a running service, as a user of the same machine and of another one drives it.
import assert from "node:assert/strict";
import { machineAddresses } from "../../mod/platform/mod.ts";
import { type Ended, sparegrid, sparegridDone } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";
import { type ServiceProcess, startService } from "../kit/service_process.ts";

/** Environment without anything that another test set. */
const env = { SPAREGRID_TOKEN: "", SPAREGRID_ADDRESS: "" };

function json(ended: Ended): Record<string, unknown>[] {
  return ended.out.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** Asks the service over HTTPS as a browser would. */
async function graphql(
  service: ServiceProcess,
  data: string,
  query: string,
  variables: unknown,
): Promise<Response> {
  using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(`${data}/certificate.pem`)] });
  const answer = await fetch(`https://localhost:${service.start.ports["consoleTls"]}/graphql`, {
    client,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return new Response(await answer.text(), { status: answer.status, headers: answer.headers });
}

Deno.test("service commands: back up a folder, watch it, restore it, with nothing but the data folder to go by", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`, documents = `${place.path}/documents`, drive = `${place.path}/drive`;
  await Deno.mkdir(documents);
  await Deno.writeTextFile(`${documents}/letter.txt`, "Dear reader");
  await using service = await startService(data);
  const run = (...argv: string[]) => sparegridDone([...argv, "--data", data], { env });
  await run("destination", "add", "drive", "--folder", drive);
  await run("set", "add", "documents", documents, "--destination", "drive", "--exclude", "*.tmp");
  const started = await run("run", "start", "documents", "--wait");
  assert.match(started.out, /backup of documents to drive \(run 1\) is done/);
  const [snapshot] = json(await run("snapshots", "--set", "documents", "--json"));
  assert.deepEqual(snapshot!["paths"], [documents]);
  const restored = await run("restore", "latest", "--set", "documents", "--target", `${place.path}/restored`);
  assert.match(restored.out, /restore of documents from drive \(run 2\) is done/);
  assert.equal(await Deno.readTextFile(`${place.path}/restored${documents}/letter.txt`), "Dear reader");
  const sheet = await run("set", "recovery-sheet", "documents");
  const password = /\b(?:[a-z2-9]{5}-){5}[a-z2-9]{5}\b/.exec(sheet.out)![0];
  const direct = await sparegrid(["snapshots", "--repo", `${drive}/documents`, "--json"], {
    env: { SPAREGRID_PASSWORD: password },
  });
  assert.equal(json(direct)[0]!["id"], snapshot!["id"]);
  const status = await run("status");
  assert.match(status.out, /1 set, 1 destination/);
  assert.match((await run("audit", "verify")).out, /\d+ lines, all intact/);
  assert.ok(!service.text().includes(password), "a password is in the log");
  assert.equal((await service.end("SIGTERM")).code, 0);
});

Deno.test("service commands: the set-up code makes an administrator, whose token works from elsewhere", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  await using service = await startService(data);
  const { setUpCode, fingerprint, ports } = service.start;
  const input = { code: setUpCode, userName: "ann", password: "gull lantern orbit quartz" };
  const query = "mutation($input: SetUpInput!) { setUp(input: $input) { me { csrf } } }";
  const made = await graphql(service, data, query, { input });
  const { me } = (await made.json()).data.setUp;
  const cookie = made.headers.get("set-cookie")!;
  assert.match(cookie, /^__Host-sid=\S+; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  assert.ok(me.csrf);
  assert.match(
    await (await graphql(service, data, query, { input })).text(),
    /SG1038/,
    "the code is good once",
  );

  // A token is a user's: the owner of the data folder is none.
  const noToken = await sparegrid(["token", "create", "x", "--data", data], { env });
  assert.match(noToken.err, /\[SG1038\]/);
  using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(`${data}/certificate.pem`)] });
  const answer = await fetch(`https://localhost:${ports["consoleTls"]}/graphql`, {
    client,
    method: "POST",
    headers: {
      "content-type": "application/json",
      "cookie": cookie.split(";")[0]!,
      "x-sparegrid-csrf": me.csrf,
    },
    body: JSON.stringify({
      query: 'mutation { createToken(input: { name: "cli", scopes: [READ] }) { secret } }',
    }),
  });
  const { secret } = (await answer.json()).data.createToken;
  const away = {
    SPAREGRID_ADDRESS: `localhost:${ports["consoleTls"]}`,
    SPAREGRID_TOKEN: secret,
    SPAREGRID_FINGERPRINT: fingerprint,
  };
  const me2 = await sparegridDone(["gql", "{ me { user { name } rights } }", "--json"], { env: away });
  assert.deepEqual(json(me2), [{ me: { user: { name: "ann" }, rights: ["READ"] } }]);
  const refused = await sparegrid(["user", "list"], { env: away });
  assert.deepEqual([refused.code, /\[SG1038\]/.test(refused.err)], [1, true]);
  const other = await sparegrid(["status"], { env: { ...away, SPAREGRID_FINGERPRINT: "00".repeat(32) } });
  assert.match(other.err, /\[SG1019\]/);
  const untrusted = await sparegrid(["status"], { env: { ...away, SPAREGRID_FINGERPRINT: "" } });
  assert.match(untrusted.err, /\[SG1019\]\n {2}Give the fingerprint/);
  assert.ok(!service.text().includes(secret) && !service.text().includes(input.password));

  // With an administrator there, the console is open to others, at each address of this machine.
  for (const hostname of machineAddresses().slice(0, 1)) {
    using socket = await Deno.connect({ hostname, port: ports["consoleTls"]! });
    assert.ok(socket);
  }
});

Deno.test("service commands: settings that were changed while the service ran are in force at the next start", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  {
    await using service = await startService(data);
    await sparegridDone(["config", "set", "parallel-runs", "5", "--data", data], { env });
    const fixed = await sparegrid(["config", "set", "backup-port", "5", "--data", data], { env });
    const shown = json(await sparegridDone(["config", "--data", data, "--json"], { env }));
    const changed = shown.find(({ key }) => key === "parallel-runs")!;
    assert.deepEqual([changed["value"], changed["origin"]], [5, "catalog"]);
    assert.match(fixed.err, /Cannot change backup-port while the service runs \[SG1038\]/);
    await service.end("SIGKILL");
  }
  await using service = await startService(data);
  const document = "{ settings { key value origin } }";
  const [answer] = json(await sparegridDone(["gql", document, "--json", "--data", data], { env }));
  const settings = answer!["settings"] as { key: string; value: unknown; origin: string }[];
  assert.deepEqual(settings.find(({ key }) => key === "parallel-runs"), {
    ...{ key: "parallel-runs", value: 5, origin: "CATALOG" },
  });
  assert.equal((await service.end("SIGTERM")).code, 0);
});

Deno.test("service commands: a service that does not run, and one that was killed, are told with SG0136 and what to do", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  const before = await sparegrid(["status", "--data", data], { env });
  assert.deepEqual([
    before.code,
    /does not run \[SG0136\]\n {2}Start it with: sparegrid serve/.test(before.err),
  ], [1, true]);
  {
    await using service = await startService(data);
    await service.end("SIGKILL");
  }
  const after = await sparegrid(["status", "--data", data], { env });
  assert.match(after.err, /nothing answers there \[SG0136\]\n {2}Check that it runs/);
});

const LOSSES: Readonly<Record<string, { lose(path: string): Promise<void>; told: RegExp }>> = {
  damaged: {
    async lose(path) {
      using catalog = await Deno.open(path, { write: true });
      for (const page of [1, 5, 9, 17]) {
        await catalog.seek(page * 4096, Deno.SeekMode.Start);
        await catalog.write(new Uint8Array(4096).fill(0xa5));
      }
    },
    told: /The catalog was damaged\. .* a new one was begun with \d+ facts of its copy/,
  },
  missing: {
    lose: (path) => Deno.remove(path),
    told: /The catalog was missing, and a new one was begun with \d+ facts of its copy/,
  },
  "cut to nothing": {
    lose: (path) => Deno.truncate(path),
    told: /The catalog was missing, and a new one was begun with \d+ facts of its copy/,
  },
};

for (const [what, { lose, told }] of Object.entries(LOSSES)) {
  Deno.test(`service commands: when the catalog is ${what}, sets, destinations and users are there again, and the next run completes`, async () => {
    await using place = await scratch();
    const data = `${place.path}/data`, documents = `${place.path}/documents`;
    await Deno.mkdir(documents);
    await Deno.writeTextFile(`${documents}/letter.txt`, "Dear reader");
    const run = (...argv: string[]) => sparegridDone([...argv, "--data", data], { env });
    {
      await using service = await startService(data);
      assert.deepEqual(service.start.notices, []);
      await run("destination", "add", "drive", "--folder", `${place.path}/drive`);
      await run("set", "add", "documents", documents, "--destination", "drive");
      await run("run", "start", "documents", "--wait");
      assert.equal((await service.end("SIGTERM")).code, 0);
    }
    await lose(`${data}/catalog.db`);
    {
      await using service = await startService(data);
      assert.match(service.start.notices.join(), told);
      assert.match((await run("run", "start", "documents", "--wait")).out, /is done/);
      assert.equal(json(await run("snapshots", "--set", "documents", "--json")).length, 2);
      await run("restore", "latest", "--set", "documents", "--target", `${place.path}/out`);
      assert.equal(await Deno.readTextFile(`${place.path}/out${documents}/letter.txt`), "Dear reader");
      assert.match((await run("audit", "list")).out, /catalogBegunAnew/);
      assert.equal((await service.end("SIGTERM")).code, 0);
    }
    await using service = await startService(data);
    assert.deepEqual(service.start.notices, [], "it is told once");
  });
}
