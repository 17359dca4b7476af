// Copyright the SpareGrid authors. Apache-2.0.
// What a client may not do to the server, whatever it sends (F28, W16, W17).
import assert from "node:assert/strict";
import { filesBelow, nameOf, ServerStage, someBytes } from "../../kit/server_stage.ts";
import { RawClient } from "../../kit/raw_client.ts";

/** A client's own words before the body, with the right secret. */
async function head(stage: ServerStage, first: string, ...headers: string[]): Promise<string> {
  const { secret } = (await stage.rooms.accounts.withSecret("pc"))!;
  const basic = `Authorization: Basic ${btoa(`pc:${secret}`)}`;
  return [`${first} HTTP/1.1`, "Host: x", basic, ...headers, "", ""].join("\r\n");
}

const TRICKS = [
  "/pc/../other/home/config",
  "/pc/home/../../other/home/config",
  "/pc/home/%2e%2e/%2e%2e/other/home/config",
  "/pc/home/%252e%252e/config",
  "/pc/home/data/..%2f..%2f..%2fconfig",
  "/pc/home/config%00.txt",
  "/pc//etc/passwd",
  "/pc/home//etc/passwd",
  "/pc/home/data/../../../../../../etc/passwd",
  "/pc/.incoming/config",
  "/pc/home/trash/x",
  "/..",
  "/pc/home/data/....//....//config",
  "/pc/home/data/\\..\\..\\config",
];

Deno.test("hostile: paths that would lead out are 400 by every method, and nothing is looked up [W12]", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("other", "home");
  await stage.ask("other", "POST", "home/config", { body: someBytes(99) });
  await stage.repository();
  const before = await filesBelow(stage.rooms.folder);
  for (const path of TRICKS) {
    for (const method of ["GET", "HEAD", "POST", "DELETE"]) {
      using client = await RawClient.connect(stage.port);
      await client.send(await head(stage, `${method} ${path}`, "Connection: close", "Content-Length: 0"));
      assert.match(await client.toEnd(), /^HTTP\/1\.1 400 /, `${method} ${path}`);
    }
  }
  const after = await filesBelow(stage.rooms.folder);
  const kept = (files: [string, number][]) => files.filter(([path]) => path.startsWith("kept/"));
  assert.deepEqual(kept(after), kept(before));
});

Deno.test("hostile: links in the store lead nowhere [W12]", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const secret = `${stage.rooms.folder}/secret`;
  await Deno.writeTextFile(secret, "of the server");
  const name = "ab".repeat(32);
  const home = `${stage.folder}/store/pc/home`;
  await Deno.symlink(secret, `${home}/data/ab/${name}`);
  await Deno.remove(`${home}/index`);
  await Deno.symlink(stage.rooms.folder, `${home}/index`);
  await Deno.symlink(secret, `${home}/config`);
  for (const path of [`data/${name}`, `index/${name}`, "config"]) {
    for (const method of ["GET", "HEAD"]) {
      const answer = await stage.ask("pc", method, `home/${path}`);
      assert.ok(answer.status === 404 || answer.status === 503, `${method} ${path}: ${answer.status}`);
      assert.doesNotMatch(answer.text, /of the server|secret/);
    }
  }
  const bytes = someBytes(100);
  const stored = await stage.ask("pc", "POST", `home/index/${nameOf(bytes)}`, { body: bytes });
  assert.equal(stored.status, 503);
  assert.ok(!(await filesBelow(stage.rooms.folder)).some(([path]) => path === nameOf(bytes)));
  const list = await stage.ask("pc", "GET", "home/data/");
  assert.deepEqual(JSON.parse(list.text), []);
});

Deno.test("hostile: many uploads that never end neither fill memory nor keep others out [W17]", async () => {
  await using stage = await ServerStage.open({
    http: { deadlines: { bodyStallMs: 300 }, limits: { connectionsPerAddressMax: 100 } },
  });
  await stage.repository();
  const clients: RawClient[] = [];
  for (let i = 0; i < 60; i++) {
    const client = await RawClient.connect(stage.port);
    const name = i.toString(16).padStart(64, "0");
    await client.send(await head(stage, `POST /pc/home/data/${name}`, "Content-Length: 500000000"));
    await client.send(someBytes(50_000));
    clients.push(client);
  }
  await stage.store("pc", "home", "data", someBytes(1_000_000));
  for (const client of clients) {
    assert.match(await client.toEnd(), /^HTTP\/1\.1 408 /);
    client[Symbol.dispose]();
  }
  // All that they were promised is free again, and no temporary stays.
  while ((await filesBelow(stage.folder)).length > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(stage.stores.usageOf("pc").storedBytes, 1_000_000);
});

Deno.test("hostile: a million bytes of chunks of one byte are a file like any other", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const bytes = someBytes(20_000);
  using client = await RawClient.connect(stage.port);
  await client.send(
    await head(
      stage,
      `POST /pc/home/data/${nameOf(bytes)}`,
      "Transfer-Encoding: chunked",
      "Connection: close",
    ),
  );
  const pieces: number[] = [];
  for (const byte of bytes) pieces.push(0x31, 13, 10, byte, 13, 10);
  await client.send(Uint8Array.from([...pieces, 0x30, 13, 10, 13, 10]));
  assert.match(await client.toEnd(), /^HTTP\/1\.1 200 /);
  assert.deepEqual((await stage.ask("pc", "GET", `home/data/${nameOf(bytes)}`)).body, bytes);
});

Deno.test("hostile: random bytes and broken requests cost a connection, and nothing else [W16]", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const good = await head(stage, `POST /pc/home/data/${"0".repeat(64)}`, "Content-Length: 10");
  for (let seed = 1; seed <= 200; seed++) {
    using client = await RawClient.connect(stage.port);
    const bytes = new TextEncoder().encode(good);
    const noise = someBytes(40, seed);
    const spoilt = seed % 4 === 0
      ? noise
      : bytes.map((byte, i) => noise[i % 40]! < 6 ? noise[(i + 1) % 40]! : byte);
    await client.send(spoilt);
    await client.endSending();
    const answer = await client.toEnd();
    assert.ok(answer === "" || /^HTTP\/1\.1 [45]\d\d /.test(answer), JSON.stringify(answer.slice(0, 60)));
  }
  await stage.store("pc", "home", "data", someBytes(1_000));
  assert.deepEqual((await filesBelow(stage.folder)).length, 1);
  assert.ok(!stage.log.lines.some(({ message }) => message === "a request failed"));
});

Deno.test("hostile: a client that leaves its answers unread is cut, and others are served [W17]", async () => {
  await using stage = await ServerStage.open({ http: { deadlines: { answerStallMs: 300 } } });
  await stage.repository();
  const name = await stage.store("pc", "home", "data", someBytes(30_000_000));
  using lazy = await RawClient.connect(stage.port);
  await lazy.send(await head(stage, `GET /pc/home/data/${name}`));
  assert.equal((await stage.ask("pc", "GET", `home/data/${name}`)).body.length, 30_000_000);
  while (stage.log.lines.every(({ message }) => message !== "a client was too slow")) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.ok((await lazy.toEnd()).length < 30_000_000);
});
