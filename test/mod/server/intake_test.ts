// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { filesBelow, nameOf, ServerStage, someBytes } from "../../kit/server_stage.ts";
import { RawClient } from "../../kit/raw_client.ts";

const authorization = async (stage: ServerStage, account = "pc") => {
  const found = await stage.rooms.accounts.withSecret(account);
  return `Authorization: Basic ${btoa(`${account}:${found!.secret}`)}`;
};

/** Nothing lies in the store, and nothing counts as used or promised. */
async function assertUntouched(stage: ServerStage): Promise<void> {
  assert.deepEqual(await filesBelow(stage.folder), []);
  assert.deepEqual(stage.stores.usageOf("pc"), { storedBytes: 0, trashBytes: 0 });
}

/** Resolves when the log has a refusal with this code: the server is through with the request then. */
async function refused(stage: ServerStage, code: string): Promise<void> {
  while (!stage.log.lines.some(({ facts }) => facts["code"] === code)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("Intake: parallel uploads cannot pass the quota together", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home", { quotaBytes: 1_050_000 });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => {
      const bytes = someBytes(100_000, i + 1);
      return stage.ask("pc", "POST", `home/data/${nameOf(bytes)}`, { body: bytes });
    }),
  );
  const codes = answers.map(({ status, code }) => `${status} ${code}`);
  assert.deepEqual(codes.filter((code) => code === "200 null").length, 10, codes.join());
  assert.deepEqual(codes.filter((code) => code === "507 SG0178").length, 10, codes.join());
  assert.equal(stage.stores.usageOf("pc").storedBytes, 1_000_000);
  await stage.store("pc", "home", "data", someBytes(50_000));
});

Deno.test("Intake: a body of unknown length takes its space in steps, and ends where the quota does", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home", { quotaBytes: 5_000_000 });
  const send = async (pieces: number, seed: number) => {
    const piece = someBytes(100_000, seed);
    const whole = new Uint8Array(pieces * piece.length);
    for (let i = 0; i < pieces; i++) whole.set(piece, i * piece.length);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < pieces; i++) controller.enqueue(piece.slice());
        controller.close();
      },
    });
    return await stage.ask("pc", "POST", `home/data/${nameOf(whole)}`, { body });
  };
  assert.equal((await send(30, 1)).status, 200);
  assert.equal(stage.stores.usageOf("pc").storedBytes, 3_000_000);
  const over = await send(30, 2);
  assert.deepEqual([over.status, over.code], [507, "SG0178"]);
  assert.equal((await send(10, 3)).status, 200);
  assert.equal(stage.stores.usageOf("pc").storedBytes, 4_000_000);
});

Deno.test("Intake: nothing allotted is SG0180, for a repository and for files in one", async () => {
  await using stage = await ServerStage.open();
  await stage.addAccount("pc", { quotaBytes: null });
  const made = await stage.ask("pc", "POST", "home/?create=true");
  assert.deepEqual([made.status, made.code], [403, "SG0180"]);
  await stage.rooms.accounts.update("pc", { quotaBytes: 1_000 });
  assert.equal((await stage.ask("pc", "POST", "home/?create=true")).status, 200);
  await stage.rooms.accounts.changing(
    "pc",
    () => stage.rooms.catalog.accounts.update("pc", { quotaBytes: null }),
  );
  const bytes = someBytes(100);
  const stored = await stage.ask("pc", "POST", `home/data/${nameOf(bytes)}`, { body: bytes });
  assert.deepEqual([stored.status, stored.code], [403, "SG0180"]);
});

Deno.test("Intake: the drive's reserve is kept, told as SG0200", async () => {
  let reservedBytes = 0;
  await using stage = await ServerStage.open({ stores: { reservedBytes: () => reservedBytes } });
  await stage.repository();
  reservedBytes = 1e15;
  const bytes = someBytes(100_000);
  const answer = await stage.ask("pc", "POST", `home/data/${nameOf(bytes)}`, { body: bytes });
  assert.deepEqual([answer.status, answer.code], [507, "SG0200"]);
  await assertUntouched(stage);
  // What is needed to forget and prune still works.
  await stage.store("pc", "home", "locks", someBytes(200));
});

Deno.test("Intake: a connection that breaks off leaves nothing, and its space is free again", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home", { quotaBytes: 1_000_000 });
  const bytes = someBytes(1_000_000);
  const head = `POST /pc/home/data/${nameOf(bytes)} HTTP/1.1\r\nHost: x\r\n${await authorization(stage)}\r\n`;
  for (const length of ["Content-Length: 1000000", "Transfer-Encoding: chunked"]) {
    const client = await RawClient.connect(stage.port);
    await client.send(`${head}${length}\r\n\r\n`);
    await client.send(length.startsWith("C") ? bytes.subarray(0, 700_000) : "3\r\nabc\r\n");
    client[Symbol.dispose]();
  }
  // All of the quota is there again as soon as the server has seen that they are gone.
  for (;;) {
    const answer = await stage.ask("pc", "POST", `home/data/${nameOf(bytes)}`, { body: bytes });
    if (answer.status === 200) break;
    assert.equal(answer.code, "SG0178");
  }
  assert.equal((await filesBelow(stage.folder)).length, 1);
});

Deno.test("Intake: a body that is larger than any file of its type is refused before it is read [W17]", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  for (
    const [type, bytes] of [["data", 800_000_000], ["locks", 70_000_000], ["index", 600_000_000]] as const
  ) {
    using client = await RawClient.connect(stage.port);
    await client.send(
      `POST /pc/home/${type}/${"0".repeat(64)} HTTP/1.1\r\nHost: x\r\n${await authorization(stage)}\r\n` +
        `Content-Length: ${bytes}\r\n\r\n`,
    );
    assert.match(await client.until(/\r\n\r\n/), /^HTTP\/1\.1 413 [^]*X-SpareGrid-Code: SG1041/);
  }
  await assertUntouched(stage);
});

Deno.test("Intake: a body that hashes to its name but was signed as another is refused", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const bytes = someBytes(1_000);
  const file = { account: "pc", repository: "home", type: "data" as const, name: nameOf(bytes) };
  const take = stage.stores.take({
    ...{ file, account: await stage.accounts.get("pc"), declaredBytes: 1_000, connection: {} },
    ...{ bodySha256: new Uint8Array(32), signal: new AbortController().signal },
    body: (async function* () {
      yield await Promise.resolve(bytes);
    })(),
  });
  await assert.rejects(take, /Content-Digest/);
  await assertUntouched(stage);
});

for (
  const [what, change, status, code] of [
    ["suspended", (stage: ServerStage) => stage.rooms.accounts.suspend("pc", true), 409, "SG0191"],
    ["deactivated", (stage: ServerStage) => stage.rooms.accounts.setActive("pc", false), 403, "SG1042"],
  ] as const
) {
  Deno.test(`Intake: an account that is ${what} in the middle of an upload ends with ${code}`, async () => {
    await using stage = await ServerStage.open();
    await stage.repository();
    const bytes = someBytes(1_000_000);
    using client = await RawClient.connect(stage.port);
    await client.send(
      `POST /pc/home/data/${nameOf(bytes)} HTTP/1.1\r\nHost: x\r\n${await authorization(stage)}\r\n` +
        "Content-Length: 1000000\r\n\r\n",
    );
    await client.send(bytes.subarray(0, 500_000));
    // The server has begun when a temporary is there.
    while ((await filesBelow(stage.folder)).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await change(stage);
    stage.rooms.pass(1_000);
    await client.send(bytes.subarray(500_000));
    assert.match(
      await client.until(/\r\n\r\n/),
      new RegExp(`^HTTP/1\\.1 ${status} [^]*X-SpareGrid-Code: ${code}`),
    );
    await refused(stage, code);
    await assertUntouched(stage);
  });
}

Deno.test("Intake: a file that was found damaged is mended by storing it again", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const bytes = someBytes(10_000);
  const name = await stage.store("pc", "home", "data", bytes);
  const path = `${stage.folder}/store/pc/home/data/${name.slice(0, 2)}/${name}`;
  // Shorter than it should be: whoever sends it again sends the right one.
  await Deno.chmod(path, 0o600);
  await Deno.truncate(path, 4_000);
  await stage.store("pc", "home", "data", bytes);
  assert.deepEqual((await stage.ask("pc", "GET", `home/data/${name}`)).body, bytes);
  // Of the right length, but other bytes: the scrub tells.
  await Deno.chmod(path, 0o600);
  await Deno.writeFile(path, bytes.map((byte) => byte ^ 1));
  const report = await stage.stores.scrub({
    ...{ bytesPerSecond: () => 0, verifiedBefore: 1e15, signal: new AbortController().signal },
  });
  assert.equal(report.damaged.length, 1);
  const missing = await stage.ask("pc", "POST", "home/?missing", { body: JSON.stringify([`data/${name}`]) });
  assert.deepEqual(JSON.parse(missing.text), [`data/${name}`]);
  await stage.store("pc", "home", "data", bytes);
  assert.deepEqual((await stage.ask("pc", "GET", `home/data/${name}`)).body, bytes);
  assert.deepEqual((await stage.stores.repositories("pc"))[0]!.damaged, []);
  const wrong = await stage.ask("pc", "POST", `home/data/${name}`, { body: someBytes(10_000, 7) });
  assert.equal(wrong.status, 400);
});

Deno.test("Intake: a file that is removed while it is sent again is not called stored", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const bytes = someBytes(1_000);
  const name = await stage.store("pc", "home", "data", bytes);
  const order = {
    ...{ file: { account: "pc", repository: "home", type: "data" as const, name }, declaredBytes: 1_000 },
    ...{ account: await stage.accounts.get("pc"), connection: {}, signal: new AbortController().signal },
  };
  const body = async function* (remove: boolean) {
    if (remove) await stage.ask("pc", "DELETE", `home/data/${name}`);
    yield bytes;
  };
  await assert.rejects(stage.stores.take({ ...order, body: body(true) }), /removed meanwhile/);
  await stage.stores.take({ ...order, body: body(false) });
  assert.deepEqual((await stage.ask("pc", "GET", `home/data/${name}`)).body, bytes);
});

Deno.test("Intake: an account's rate is kept, and the server's for all", async () => {
  const rates: number[] = [];
  await using stage = await ServerStage.open({ stores: { bytesPerSecond: () => 500_000 } });
  await stage.repository("pc", "home", { uploadBytesPerSecond: 1_000_000 });
  await stage.repository("other", "home");
  for (const account of ["pc", "other"]) {
    const before = stage.rooms.clock.ms;
    await stage.store(account, "home", "data", someBytes(2_000_000));
    rates.push(2_000_000 / ((stage.rooms.clock.ms - before) / 1000));
  }
  // The clock of the stage moves by sleeping only, so this is exact but for the first burst.
  for (const rate of rates) assert.ok(rate > 450_000 && rate < 570_000, `${rates}`);
});
