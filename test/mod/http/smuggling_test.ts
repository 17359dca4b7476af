// Copyright the SpareGrid authors. Apache-2.0.
// Requests that two programs could read in two ways, and methods that nobody needs: refused, and the connection ended, so
// that what is behind them is never taken for a request.
import assert from "node:assert/strict";
import { readBody } from "../../../mod/http/mod.ts";
import { stageHttp } from "../../kit/http_stage.ts";
import { RawClient } from "../../kit/raw_client.ts";

const post = (...lines: string[]) => `POST / HTTP/1.1\r\nHost: x\r\n${lines.join("\r\n")}\r\n\r\n`;
const chunked = post("Transfer-Encoding: chunked");
const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

/** What is sent, by what is wrong with it, and the status of the one answer. */
const REFUSED: Readonly<Record<string, readonly [text: string, status: number]>> = {
  "length and chunks": [post("Content-Length: 4", "Transfer-Encoding: chunked") + "0\r\n\r\n", 400],
  "chunks and length": [post("Transfer-Encoding: chunked", "Content-Length: 4") + "0\r\n\r\n", 400],
  "two lengths": [post("Content-Length: 4", "Content-Length: 5") + "abcde", 400],
  "two equal lengths": [post("Content-Length: 4", "Content-Length: 4") + "abcd", 400],
  "a list of lengths": [post("Content-Length: 4, 4") + "abcd", 400],
  "a signed length": [post("Content-Length: +4") + "abcd", 400],
  "a negative length": [post("Content-Length: -4") + "abcd", 400],
  "a length in hex": [post("Content-Length: 0x4") + "abcd", 400],
  "a length beyond 2^64": [post("Content-Length: 99999999999999999999999") + "abcd", 400],
  "an unknown coding": [post("Transfer-Encoding: xchunked") + "abcd", 400],
  "two codings": [post("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n", 400],
  "chunked twice": [post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + "0\r\n\r\n", 400],
  "a space before the colon": [post("Transfer-Encoding : chunked") + "0\r\n\r\n", 400],
  "a chunk size that is none": [`${chunked}zz\r\nabc\r\n0\r\n\r\n`, 400],
  "a chunk size beyond 2^64": [`${chunked}fffffffffffffffff\r\nabc\r\n0\r\n\r\n`, 400],
  "a chunk without its end": [`${chunked}3\r\nabcdef\r\n0\r\n\r\n`, 400],
  "a chunk size that ends with LF": [`${chunked}3\nabc\r\n0\r\n\r\n`, 400],
  "a folded header": [post("A: b", " c", "Content-Length: 0"), 400],
  "lines that end with LF": ["GET / HTTP/1.1\nHost: x\n\n", 400],
  "a CR within a header": ["GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", 400],
  "a NUL within a header": ["GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 400],
  "no host": ["GET / HTTP/1.1\r\n\r\n", 400],
  "two hosts": ["GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400],
  "a target with a host": ["GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  "a target that is no path": ["GET index HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  "chunks in HTTP/1.0": ["POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
  "the preface of HTTP/2": ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  "a TLS greeting on a plain port": ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 400],
  "an unknown method": ["BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  "TRACE": ["TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405],
  "CONNECT": ["CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n", 405],
  "an upgrade": ["GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 501],
  "headers of 20 kB": [`GET / HTTP/1.1\r\nHost: x\r\nA: ${"b".repeat(20_000)}\r\n\r\n`, 431],
  "20 kB of small headers": [`GET / HTTP/1.1\r\nHost: x\r\n${"A: b\r\n".repeat(4_000)}\r\n`, 431],
  "a target of 20 kB": [`GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
};

for (const [what, [text, status]] of Object.entries(REFUSED)) {
  Deno.test(`requests: ${what} is refused with ${status}, and ends the connection [W16]`, async () => {
    const seen: string[] = [];
    await using stage = stageHttp(async (request, response, { signal }) => {
      seen.push(request.url!);
      await readBody(request, 1000, signal);
      response.end("answered");
    });
    using client = await RawClient.connect(stage.port);
    const answer = await client.ask(text + SMUGGLED);
    assert.match(answer, new RegExp(`^HTTP/1\\.[01] ${status} `));
    assert.match(answer, /Connection: close\r\n/i);
    assert.equal(answer.match(/HTTP\/1/g)!.length, 1);
    assert.doesNotMatch(answer, /answered/);
    assert.ok(!seen.includes("/smuggled"));
    assert.equal((await fetch(stage.url)).status, 200);
  });
}

Deno.test("requests: HTTP/1.0 and header names in any case are understood", async () => {
  await using stage = stageHttp(async (request, response, { signal }) => {
    response.end(`${await readBody(request, 10, signal).then((body) => body.length)} bytes`);
  });
  using old = await RawClient.connect(stage.port);
  assert.match(await old.ask("GET / HTTP/1.0\r\n\r\n"), /0 bytes$/);
  using loud = await RawClient.connect(stage.port);
  const text =
    "POST / HTTP/1.1\r\nHOST: x\r\ntransfer-ENCODING: Chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  assert.match(await loud.ask(text), /3 bytes$/);
});
