// Copyright the SpareGrid authors. Apache-2.0.
// Who listens and writes on the way between a client and the backup port, without TLS: over real sockets, against the real
// port, accounts and catalog.
import assert from "node:assert/strict";
import { type Clock, systemClock, systemRandom, utf8, utf8Text } from "../../mod/base/mod.ts";
import { signRequest } from "../../mod/signature/mod.ts";
import { HttpStorage, parseLocation, type RestLocation } from "../../mod/storage/mod.ts";
import { filesBelow, nameOf, ServerStage, someBytes } from "../kit/server_stage.ts";
import { pattern } from "../suite/storage.ts";

const ACCOUNT = "pc";
let nonces = 0;

interface Message {
  readonly method: string;
  readonly path: string;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A signed request as its client sends it, to be caught and changed. */
async function signedMessage(
  stage: ServerStage,
  method: string,
  path: string,
  body?: Uint8Array<ArrayBuffer>,
): Promise<Message> {
  const { secret } = (await stage.rooms.accounts.withSecret(ACCOUNT))!;
  const host = `localhost:${stage.port}`;
  const bodySha256 = body && new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const headers = signRequest({
    ...{ method, targetUri: `http://${host}${path}`, account: ACCOUNT, secret },
    ...{
      createdSeconds: Number(stage.rooms.clock.now() / 1_000_000_000n),
      nonce: `nonce-of-the-test-${nonces++}`,
    },
    ...(bodySha256 ? { bodySha256 } : {}),
  });
  return { method, path, host, headers: { ...headers }, ...(body ? { body } : {}) };
}

/** Sends it byte for byte; answers status and code. */
async function send(stage: ServerStage, { method, path, host, headers, body }: Message): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: stage.port });
  const lines = Object.entries({ ...headers, ...(body ? { "Content-Length": `${body.length}` } : {}) });
  const head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n` +
    lines.map(([name, value]) => `${name}: ${value}\r\n`).join("") + "\r\n";
  const bytes = new Uint8Array([...utf8(head), ...body ?? []]);
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  const answer = utf8Text(await new Response(connection.readable).bytes());
  const code = /^x-sparegrid-code: (.*)$/im.exec(answer)?.[1]?.trim() ?? "";
  return `${/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]} ${code}`.trim();
}

Deno.test("signed requests: the real client does all its work with the real port", async () => {
  await using stage = await ServerStage.open();
  const secret = await stage.addAccount(ACCOUNT);
  const clock: Clock = { ...systemClock, now: () => stage.rooms.clock.now() };
  const location = parseLocation(`rest:http://localhost:${stage.port}/${ACCOUNT}/set/`) as RestLocation;
  const options = { username: ACCOUNT, password: secret, signed: true, random: systemRandom };
  const storage = new HttpStorage(location, clock, options);
  await storage.create();
  const bytes = pattern(300_000);
  const handle = { type: "data", name: nameOf(bytes) } as const;
  await storage.save(handle, bytes);
  assert.equal((await storage.stat(handle)).size, bytes.length);
  assert.deepEqual(await storage.load(handle), bytes);
  await storage.remove(handle);
  await storage.close();
});

Deno.test("signed requests: one that was caught is accepted once, whatever it orders", async () => {
  await using stage = await ServerStage.open();
  await stage.repository(ACCOUNT, "set");
  const bytes = someBytes(2_000);
  const path = `/${ACCOUNT}/set/data/${nameOf(bytes)}`;
  const store = await signedMessage(stage, "POST", path, bytes);
  assert.equal(await send(stage, store), "200");
  const remove = await signedMessage(stage, "DELETE", path);
  assert.equal(await send(stage, remove), "200");
  assert.equal(await send(stage, store), "401 SG1044");
  assert.equal(await send(stage, await signedMessage(stage, "HEAD", path)), "404 SG1006");
  assert.equal(await send(stage, await signedMessage(stage, "POST", path, bytes)), "200");
  const before = await filesBelow(stage.folder);
  for (let i = 0; i < 3; i++) assert.equal(await send(stage, remove), "401 SG1044");
  assert.deepEqual(await filesBelow(stage.folder), before);
});

Deno.test("signed requests: whatever is changed on the way is refused, and nothing is stored or removed", async () => {
  await using stage = await ServerStage.open();
  await stage.repository(ACCOUNT, "set");
  await stage.repository("other", "set");
  const kept = await stage.store(ACCOUNT, "set", "data", someBytes(500, 2));
  const foreign = await stage.store("other", "set", "data", someBytes(500, 3));
  const before = await filesBelow(stage.folder);
  const bytes = someBytes(1_000);
  const twisted = someBytes(1_000, 9);
  const path = (name: string, account = ACCOUNT) => `/${account}/set/data/${name}`;
  const post = () => signedMessage(stage, "POST", path(nameOf(bytes)), bytes);
  const get = () => signedMessage(stage, "GET", path(kept));
  const attacks: readonly (readonly [what: string, message: Promise<Message>, answer: RegExp])[] = [
    ["another body", post().then((m) => ({ ...m, body: twisted })), /^40[01]/],
    [
      "another body and its name",
      post().then((m) => ({ ...m, body: twisted, path: path(nameOf(twisted)) })),
      /^401 SG1044/,
    ],
    [
      "no digest",
      post().then(({ headers: { "Content-Digest": _, ...headers }, ...m }) => ({ ...m, headers })),
      /^401 SG1044/,
    ],
    ["a body where there was none", get().then((m) => ({ ...m, body: twisted })), /^401 SG1044/],
    ["another method", get().then((m) => ({ ...m, method: "DELETE" })), /^401 SG1044/],
    ["another file", get().then((m) => ({ ...m, path: path(foreign) })), /^401 SG1044/],
    ["another account", get().then((m) => ({ ...m, path: path(foreign, "other") })), /^40[13]/],
    ["its own signature at another's", signedMessage(stage, "GET", path(foreign, "other")), /^403/],
    ["its own delete at another's", signedMessage(stage, "DELETE", path(foreign, "other")), /^403/],
    ["another host", get().then((m) => ({ ...m, host: "elsewhere.example" })), /^4\d\d/],
    ["a query behind", get().then((m) => ({ ...m, path: `${m.path}?x` })), /^40[01]/],
    [
      "the path spelt otherwise",
      get().then((m) => ({ ...m, path: m.path.replace("/set/", "/%73et/") })),
      /^40[01]/,
    ],
    [
      "its account in capitals",
      get().then((m) => ({ ...m, path: m.path.replace(ACCOUNT, "PC") })),
      /^40[01]/,
    ],
  ];
  for (const [what, message, answer] of attacks) {
    assert.match(await send(stage, await message), answer, what);
    stage.rooms.pass(1_000); // the answers after five failures are no other matter here
  }
  assert.deepEqual(await filesBelow(stage.folder), before);
  assert.equal(await send(stage, await get()), "200");
});

Deno.test("signed requests: a flood of forged ones over many connections keeps nobody out", async () => {
  await using stage = await ServerStage.open();
  await stage.repository(ACCOUNT, "set");
  const kept = await stage.store(ACCOUNT, "set", "data", someBytes(500));
  const path = `/${ACCOUNT}/set/data/${kept}`;
  const forged = await signedMessage(stage, "GET", path);
  const counts = new Map<string, number>();
  const flood = Array.from({ length: 20 }, async (_, stream) => {
    for (let i = 0; i < 50; i++) {
      const keyid = i % 3 === 0 ? ACCOUNT : `made-up-${stream}-${i}`;
      const input = forged.headers["Signature-Input"]!.replace(
        /nonce="[^"]*"/,
        `nonce="forged-${stream}-${i}-0123456789"`,
      )
        .replace(`keyid="${ACCOUNT}"`, `keyid="${keyid}"`);
      const answer = await send(stage, {
        ...forged,
        headers: { ...forged.headers, "Signature-Input": input },
      });
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
    }
  });
  for (let i = 0; i < 20; i++) {
    assert.equal(await send(stage, await signedMessage(stage, "GET", path)), "200");
  }
  await Promise.all(flood);
  assert.deepEqual([...counts.keys()].sort(), ["401 SG1044", "429 SG1039"]);
  assert.ok(counts.get("401 SG1044")! <= 10, JSON.stringify([...counts]));
  assert.equal(await send(stage, await signedMessage(stage, "GET", path)), "200");
});
