// Copyright the SpareGrid authors. Apache-2.0.
// Basic, signed requests, pairing, and what each account may see of the others.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { INVITE_LIFE_MS, parseInvite } from "../../../mod/account/mod.ts";
import { toHex } from "../../../mod/base/mod.ts";
import { signRequest } from "../../../mod/signature/mod.ts";
import { makeCertificate } from "../../kit/certificate.ts";
import { nameOf, ServerStage, someBytes } from "../../kit/server_stage.ts";
import { RawClient } from "../../kit/raw_client.ts";

let nonces = 0;

/** What a signed request of `account` has besides its body. */
async function signed(
  stage: ServerStage,
  method: string,
  path: string,
  { body, account = "pc", nonce = `nonce-for-test-${nonces++}`, ageSeconds = 0 }: {
    body?: Uint8Array<ArrayBuffer>;
    account?: string;
    nonce?: string;
    ageSeconds?: number;
  } = {},
): Promise<RequestInit> {
  const { secret } = (await stage.rooms.accounts.withSecret("pc"))!;
  const headers = signRequest({
    ...{ method, targetUri: `${stage.url}/${path}`, account, secret, nonce },
    ...(body ? { bodySha256: createHash("sha256").update(body).digest() } : {}),
    createdSeconds: Number(stage.rooms.clock.now() / 1_000_000_000n) - ageSeconds,
  });
  return { method, headers: { ...headers }, ...(body ? { body } : {}) };
}

/** Status and code of an answer. */
async function answerOf(answer: Promise<Response>): Promise<string> {
  const { status, headers, body } = await answer;
  await body?.cancel();
  return `${status} ${headers.get("X-SpareGrid-Code") ?? ""}`.trim();
}

Deno.test("backupPort: signed requests store, read and remove, over a plain port", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const bytes = someBytes(100_000);
  const path = `pc/home/data/${nameOf(bytes)}`;
  const url = `${stage.url}/${path}`;
  assert.equal(await answerOf(fetch(url, await signed(stage, "POST", path, { body: bytes }))), "200");
  assert.deepEqual(await (await fetch(url, await signed(stage, "GET", path))).bytes(), bytes);
  assert.equal(await answerOf(fetch(url, await signed(stage, "DELETE", path))), "200");
  const usage = "pc/home/?usage";
  const used = await (await fetch(`${stage.url}/${usage}`, await signed(stage, "GET", usage))).json();
  assert.equal(used.trash, 100_000);
});

Deno.test("backupPort: a signature that is old, used before, for something else or by somebody else is 401", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const path = "pc/home/keys/";
  const ask = async (init: RequestInit, to = path) => await answerOf(fetch(`${stage.url}/${to}`, init));
  const once = await signed(stage, "GET", path);
  assert.equal(await ask(once), "200");
  assert.equal(await ask(once), "401 SG1044");
  assert.equal(await ask(await signed(stage, "GET", path, { ageSeconds: 301 })), "401 SG1044");
  assert.equal(await ask(await signed(stage, "GET", path, { ageSeconds: -301 })), "401 SG1044");
  assert.equal(await ask(await signed(stage, "GET", path), "pc/home/locks/"), "401 SG1044");
  assert.equal(await ask(await signed(stage, "GET", path, { account: "other" })), "401 SG1044");
});

Deno.test("backupPort: what is sent must be what was signed, before anything is stored", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const bytes = someBytes(50_000);
  const path = `pc/home/config`;
  const order = await signed(stage, "POST", path, { body: bytes });
  const other = { ...order, body: someBytes(50_000, 2) };
  assert.equal(await answerOf(fetch(`${stage.url}/${path}`, other)), "401 SG1044");
  assert.equal((await stage.ask("pc", "HEAD", "home/config")).status, 404);
  // A signature that says nothing of a body does not cover one.
  const without = await signed(stage, "POST", path);
  assert.equal(await answerOf(fetch(`${stage.url}/${path}`, { ...without, body: bytes })), "401 SG1044");
  const missing = "pc/home/?missing";
  const list = new TextEncoder().encode("[]");
  const asked = await signed(stage, "POST", missing, { body: list });
  const changed = { ...asked, body: new TextEncoder().encode('["config"]') };
  assert.equal(await answerOf(fetch(`${stage.url}/${missing}`, changed)), "401 SG1044");
});

Deno.test("backupPort: without credentials, or with wrong ones, it is 401; after some tries 429 with a time [W5]", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const ask = (authorization?: string) =>
    fetch(`${stage.url}/pc/home/config`, { headers: authorization ? { Authorization: authorization } : {} });
  const none = await ask();
  assert.equal(none.status, 401);
  assert.match(none.headers.get("WWW-Authenticate")!, /^Basic realm="SpareGrid"/);
  await none.body?.cancel();
  const wrong = ["Basic", "Basic x", "Bearer x", `Basic ${btoa("pc")}`, `Basic ${btoa("pc:wrong")}`];
  for (const text of wrong) assert.equal(await answerOf(ask(text)), "401 SG1037", text);
  let late: Response | undefined;
  for (let i = 0; i < 10 && late?.status !== 429; i++) {
    late = await ask(`Basic ${btoa("pc:guess")}`);
    await late.body?.cancel();
  }
  assert.equal(late!.status, 429);
  assert.ok(Number(late!.headers.get("Retry-After")) >= 1);
  // Who has the right one is never made to wait.
  assert.equal((await stage.ask("pc", "GET", "home/keys/")).status, 200);
  assert.ok(!stage.log.text.includes("guess"));
});

Deno.test("backupPort: an account that is not the one of the path sees nothing, whether it is there or not [W12]", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home");
  await stage.repository("other", "home");
  const name = await stage.store("other", "home", "data", someBytes(100));
  const secret = (await stage.rooms.accounts.withSecret("pc"))!.secret;
  const headers = { Authorization: `Basic ${btoa(`pc:${secret}`)}` };
  const requests = [
    ["GET", `other/home/data/${name}`],
    ["HEAD", `other/home/data/${name}`],
    ["GET", "other/home/data/"],
    ["DELETE", `other/home/data/${name}`],
    ["POST", "other/evil/?create=true"],
    ["GET", "other/home/?usage"],
    ["GET", "other/home/?since=0"],
    ["GET", "nobody/home/config"],
    ["POST", "nobody/home/?create=true"],
  ] as const;
  const texts = new Set<string>();
  for (const [method, path] of requests) {
    const answer = await fetch(`${stage.url}/${path}`, { method, headers });
    const text = await answer.text();
    assert.equal(`${answer.status} ${answer.headers.get("X-SpareGrid-Code")}`, "403 SG1038", path);
    if (method !== "HEAD") texts.add(text);
  }
  assert.equal(texts.size, 1);
  assert.equal((await stage.ask("other", "GET", `home/data/${name}`)).status, 200);
});

Deno.test("backupPort: accounts that wait, were deactivated or suspended are told so, whatever they ask [W12]", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const { accounts } = stage.rooms;
  const all = [["GET", "home/keys/"], ["POST", "new/?create=true"], ["GET", "home/?usage"], [
    "DELETE",
    `home/keys/${"0".repeat(64)}`,
  ]];
  const each = async (expected: string) => {
    for (const [method, path] of all) {
      const answer = await stage.ask("pc", method!, path!);
      assert.equal(`${answer.status} ${answer.code}`, expected, path);
    }
  };
  await accounts.setActive("pc", false);
  await each("403 SG1042");
  await accounts.setActive("pc", true);
  await accounts.suspend("pc", true);
  await each("409 SG0191");
  await accounts.suspend("pc", false);
  assert.equal((await stage.ask("pc", "GET", "home/keys/")).status, 200);
});

const json = (value: unknown): RequestInit => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(value),
});

Deno.test("pairing: an invite gives an account and its secret, once", async () => {
  await using stage = await ServerStage.open();
  const { text } = await stage.rooms.invites.create({
    ...{ address: "h", tlsPort: 1, plainPort: 0, fingerprint: "00".repeat(32), quotaBytes: 5_000 },
    ...{ retentionLockDays: 7, validForMs: INVITE_LIFE_MS },
  });
  const code = toHex(parseInvite(text).code);
  const order = json({ code, gridId: "laptop" });
  const answer = await fetch(`${stage.url}/.sparegrid/redeem`, order);
  const { secret, ...facts } = await answer.json();
  assert.deepEqual(facts, {
    ...{ account: "laptop", state: "active", allotted: 5_000, appendOnly: false, retentionLockDays: 7 },
  });
  const headers = { Authorization: `Basic ${btoa(`laptop:${secret}`)}` };
  assert.equal(
    await answerOf(fetch(`${stage.url}/laptop/home/?create=true`, { method: "POST", headers })),
    "200",
  );
  assert.equal(await answerOf(fetch(`${stage.url}/.sparegrid/redeem`, order)), "403 SG1043");
  assert.ok(!stage.log.text.includes(secret) && !stage.log.text.includes(code));
});

Deno.test("pairing: a client asks for an account, and asks again whether it was approved", async () => {
  await using stage = await ServerStage.open();
  const asked = await fetch(
    `${stage.url}/.sparegrid/request`,
    json({ gridId: "laptop", label: "Ann's laptop" }),
  );
  const { account, secret, state } = await asked.json();
  assert.deepEqual([asked.status, account, state], [200, "laptop", "pending"]);
  const headers = { Authorization: `Basic ${btoa(`laptop:${secret}`)}` };
  const look = async () => await (await fetch(`${stage.url}/.sparegrid/account`, { headers })).json();
  assert.equal((await look()).state, "pending");
  assert.equal(
    await answerOf(fetch(`${stage.url}/laptop/home/?create=true`, { method: "POST", headers })),
    "403 SG1042",
  );
  await stage.rooms.accounts.approve("laptop", 7_000);
  const { free, ...facts } = await look();
  assert.ok(free <= 7_000);
  assert.deepEqual(facts, {
    ...{ account: "laptop", state: "active", suspended: false, appendOnly: false },
    ...{ used: 0, allotted: 7_000, trash: 0, retentionLockDays: 14 },
  });
  assert.equal(
    await answerOf(fetch(`${stage.url}/.sparegrid/request`, json({ gridId: "laptop" }))),
    "409 SG1035",
  );
  stage.approval = {
    kind: "automatic",
    totalBytes: 1_000_000,
    usedBytes: (id) => stage.stores.usageOf(id).storedBytes,
  };
  const automatic = await (await fetch(`${stage.url}/.sparegrid/request`, json({ gridId: "desktop" })))
    .json();
  assert.equal(automatic.state, "active");
});

Deno.test("pairing: what is no order is 400, and nothing of it is in the log [W19]", async () => {
  await using stage = await ServerStage.open();
  const bodies = [
    "",
    "[",
    "null",
    "[]",
    "{}",
    '{"gridId":1}',
    '{"gridId":"../x"}',
    '{"gridId":""}',
    `{"gridId":"${"a".repeat(65)}"}`,
  ];
  for (const body of bodies) {
    const answer = fetch(`${stage.url}/.sparegrid/request`, { method: "POST", body });
    assert.equal(await answerOf(answer), "400 SG1040", body);
  }
  const large = { method: "POST", body: new Uint8Array(5_000) };
  assert.equal(await answerOf(fetch(`${stage.url}/.sparegrid/request`, large)), "413 SG1041");
  assert.equal(await answerOf(fetch(`${stage.url}/.sparegrid/redeem`)), "405 SG1040");
  assert.equal(
    await answerOf(fetch(`${stage.url}/.sparegrid/redeem`, json({ code: "zz", gridId: "x" }))),
    "403 SG1043",
  );
});

Deno.test("backupPort: Basic over a plain port is for this machine only, unless an administrator allows it [W18]", async () => {
  const addresses = Deno.networkInterfaces().filter(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  );
  // A machine without a network has nobody to refuse.
  const [own] = addresses;
  if (own === undefined) return;
  for (const allowed of [false, true]) {
    await using stage = await ServerStage.open({ allowBasicPlain: allowed, hostname: "0.0.0.0" });
    await stage.repository();
    const { secret } = (await stage.rooms.accounts.withSecret("pc"))!;
    const connection = await Deno.connect({ hostname: own.address, port: stage.port });
    using client = RawClient.over(connection);
    const answer = await client.ask(
      `GET /pc/home/keys/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic ${
        btoa(`pc:${secret}`)
      }\r\n\r\n`,
    );
    assert.match(answer, allowed ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 403 [^]*X-SpareGrid-Code: SG1038/);
    const pairing = await Deno.connect({ hostname: own.address, port: stage.port });
    using stranger = RawClient.over(pairing);
    const refused = await stranger.ask(
      `POST /.sparegrid/request HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 14\r\n\r\n{"gridId":"x"}`,
    );
    assert.match(refused, /^HTTP\/1\.1 403 [^]*X-SpareGrid-Code: SG1038/);
  }
});

Deno.test("backupPort: Basic over TLS is for everybody", async () => {
  await using stage = await ServerStage.open({ tls: await makeCertificate() });
  await stage.repository();
  assert.equal((await stage.ask("pc", "GET", "home/keys/")).status, 200);
});
