// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { DEADLINES_DEFAULT, type HttpHandler, readBody } from "../../../mod/http/mod.ts";
import { WaitMeter } from "../../../mod/http/deadlines.ts";
import { makeCertificate } from "../../kit/certificate.ts";
import { stageHttp } from "../../kit/http_stage.ts";
import { RawClient } from "../../kit/raw_client.ts";

const echo: HttpHandler = async (request, response, { signal }) => {
  response.end(await readBody(request, 10_000_000, signal));
};

/** Sends a byte each 5 ms until the server ends the connection, which is all that these tests wait for. */
async function drip(client: RawClient, text: string): Promise<string> {
  const answer = client.toEnd();
  let ended = false;
  void answer.then(() => ended = true);
  for (let i = 0; !ended; i++) {
    await client.send(text[i % text.length]!).catch(() => ended = true);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return await answer;
}

Deno.test("deadlines: the defaults are those of the design", () => {
  const { handshakeMs, headersMs, idleMs, bodyStallMs, answerStallMs, bytesPerSecondMin } = DEADLINES_DEFAULT;
  assert.deepEqual(
    { handshakeMs, headersMs, idleMs, bodyStallMs, answerStallMs, bytesPerSecondMin },
    {
      ...{ handshakeMs: 60_000, headersMs: 10_000, idleMs: 75_000, bodyStallMs: 60_000 },
      ...{ answerStallMs: 60_000, bytesPerSecondMin: 8 },
    },
  );
});

Deno.test("deadlines: a TLS handshake that does not come ends [W17]", async () => {
  const { cert, key } = await makeCertificate();
  await using stage = stageHttp(echo, { tls: { certificate: cert, key }, deadlines: { handshakeMs: 50 } });
  using silent = await RawClient.connect(stage.port);
  using half = await RawClient.connect(stage.port);
  await half.send("\x16\x03\x01");
  assert.equal(await silent.toEnd() + await half.toEnd(), "");
});

Deno.test("deadlines: garbage in place of a TLS handshake ends, and the next client is served", async () => {
  const { cert, key } = await makeCertificate();
  await using stage = stageHttp(echo, { tls: { certificate: cert, key } });
  using plain = await RawClient.connect(stage.port);
  assert.doesNotMatch(await plain.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), /HTTP/);
  using client = Deno.createHttpClient({ caCerts: [cert] });
  assert.equal(await (await fetch(stage.url, { client })).text(), "");
});

Deno.test("deadlines: headers that drip are refused as a whole, whatever still comes [W17]", async () => {
  await using stage = stageHttp(echo, { deadlines: { headersMs: 100 } });
  using client = await RawClient.connect(stage.port);
  await client.send("GET / HTTP/1.1\r\nHost: x\r\nX-A: ");
  assert.match(await drip(client, "b"), /^HTTP\/1\.1 408 /);
});

Deno.test("deadlines: connections without a request end, new ones and kept ones [W17]", async () => {
  await using stage = stageHttp(echo, { deadlines: { idleMs: 50 } });
  using fresh = await RawClient.connect(stage.port);
  using kept = await RawClient.connect(stage.port);
  await kept.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  assert.equal(await fresh.toEnd(), "");
  assert.match(await kept.toEnd(), /^HTTP\/1\.1 200 /);
});

Deno.test("deadlines: a body that stops coming is refused, and its handler's signal aborts [W17]", async () => {
  const failed = Promise.withResolvers<void>();
  await using stage = stageHttp(async (request, response, { signal }) => {
    await readBody(request, 1000, signal).catch(() => failed.resolve());
    response.end();
  }, { deadlines: { bodyStallMs: 50 } });
  using client = await RawClient.connect(stage.port);
  const answer = await client.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  assert.match(answer, /^HTTP\/1\.1 408 /);
  await failed.promise;
});

Deno.test("deadlines: a body that drips is refused after a while, chunked or not [W17]", async () => {
  await using stage = stageHttp(echo, { deadlines: { graceMs: 100, bytesPerSecondMin: 2_000 } });
  for (const header of ["Content-Length: 1000000", "Transfer-Encoding: chunked"]) {
    using client = await RawClient.connect(stage.port);
    await client.send(`POST / HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`);
    assert.match(await drip(client, "1\r\na\r\n"), /^HTTP\/1\.1 408 /);
  }
});

Deno.test("deadlines: a handler that takes its time over a body harms no client", async () => {
  const deadlines = { bodyStallMs: 300, graceMs: 300, answerStallMs: 300 };
  await using stage = stageHttp(async (request, response, { signal }) => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    const body = await readBody(request, 10_000_000, signal);
    await new Promise((resolve) => setTimeout(resolve, 700));
    response.end(`${body.length} bytes`);
  }, { deadlines });
  const answer = await fetch(stage.url, { method: "POST", body: new Uint8Array(5_000_000) });
  assert.equal(await answer.text(), "5000000 bytes");
});

Deno.test("deadlines: an answer that the client does not take ends [W17]", async () => {
  const aborted = Promise.withResolvers<void>();
  await using stage = stageHttp((_request, response, { signal }) => {
    signal.addEventListener("abort", () => aborted.resolve());
    response.end(new Uint8Array(50_000_000));
    return aborted.promise;
  }, { deadlines: { answerStallMs: 50 } });
  using client = await RawClient.connect(stage.port);
  await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await aborted.promise;
  const text = await client.toEnd();
  assert.ok(text.length < 50_000_000);
});

Deno.test("deadlines: an endless rest of a body that was answered is not read for ever [W17]", async () => {
  await using stage = stageHttp((_request, response) => {
    response.writeHead(403).end("no");
    return Promise.resolve();
  }, { deadlines: { lingerMs: 100 } });
  using client = await RawClient.connect(stage.port);
  await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000000\r\n\r\n");
  assert.match(await client.until(/\r\nno/), /^HTTP\/1\.1 403 /);
  const piece = new Uint8Array(100_000);
  await assert.rejects(async () => {
    for (;;) await client.send(piece);
  });
});

Deno.test("deadlines: the short rest of a body that was answered costs the connection nothing", async () => {
  await using stage = stageHttp((request, response) => {
    response.end(request.url === "/again" ? "again" : "early");
    return Promise.resolve();
  });
  using client = await RawClient.connect(stage.port);
  await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
  await client.until(/early/);
  await client.send(new Uint8Array(100_000));
  await client.send("GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.until(/again/);
});

Deno.test("WaitMeter: counts only the time in which somebody waited", () => {
  const deadlines = { ...DEADLINES_DEFAULT, graceMs: 1000, bytesPerSecondMin: 100 };
  const meter = new WaitMeter(false, () => undefined);
  assert.equal(meter.late(1e9, 50, deadlines), false);
  meter.begin(0);
  meter.end(900, 50);
  assert.equal(meter.late(5000, 50, deadlines), false, "nobody waits");
  meter.begin(10_000);
  assert.equal(meter.late(10_049, 50, deadlines), false);
  assert.equal(meter.late(10_050, 50, deadlines), true, "a stall");
  assert.equal(meter.late(10_099, 500, deadlines), false, "within the grace");
  assert.equal(meter.late(10_100, 500, deadlines), true, "50 bytes in a second");
  meter.restart(10_100);
  assert.equal(meter.late(10_500, 500, deadlines), false, "begun anew");
});

Deno.test("WaitMeter: a link on which something moves is no stall, and its time counts for the rate all the same", () => {
  const deadlines = { ...DEADLINES_DEFAULT, graceMs: 3000, bytesPerSecondMin: 100 };
  let moved = 0;
  const meter = new WaitMeter(true, () => moved);
  const lateAt = (nowMs: number) => meter.late(nowMs, 1000, deadlines);
  meter.begin(0);
  for (let nowMs = 0; nowMs < 2900; nowMs += 100, moved += 100) assert.equal(lateAt(nowMs), false);
  assert.equal(lateAt(3100), true, "nothing was taken in three seconds");
  meter.restart(4000);
  for (const nowMs of [4000, 4300, 4900]) assert.equal(lateAt(nowMs), false);
  assert.equal(lateAt(5000), true, "nothing moved");
  meter.begin(6000);
  assert.equal(lateAt(6300), false);
  moved += 1000;
  meter.end(6400, 1000);
  meter.begin(6400);
  for (const nowMs of [6653, 6900]) assert.equal(lateAt(nowMs), false);
  assert.equal(lateAt(7400), true, "what moved before this wait is no news in it");
});
