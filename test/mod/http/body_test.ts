// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { concatBytes, equalBytes } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { bodyPieces, type HttpHandler, readBody } from "../../../mod/http/mod.ts";
import { stageHttp } from "../../kit/http_stage.ts";
import { RawClient } from "../../kit/raw_client.ts";

/** Reads up to 10 bytes; says what happened. */
const ten: HttpHandler = async (request, response, { signal }) => {
  try {
    response.end(`${(await readBody(request, 10, signal)).length} bytes`);
  } catch (error) {
    response.writeHead(413).end(isSgError(error) ? error.code : "?");
  }
};

Deno.test("readBody: gives the body up to the limit, and refuses beyond, announced or not [W17]", async () => {
  await using stage = stageHttp(ten);
  const ask = async (body: BodyInit) => await (await fetch(stage.url, { method: "POST", body })).text();
  assert.equal(await ask(new Uint8Array(10)), "10 bytes");
  assert.equal(await ask(new Uint8Array(11)), "SG1041");
  using client = await RawClient.connect(stage.port);
  await client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n");
  assert.match(await client.until(/SG\d+/), /413[^]*SG1041/);
});

Deno.test("readBody: a client that asks first is told to go on only when somebody reads", async () => {
  await using stage = stageHttp(ten);
  const head = (bytes: number) =>
    `POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ${bytes}\r\n\r\n`;
  using welcome = await RawClient.connect(stage.port);
  await welcome.send(head(3));
  await welcome.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
  await welcome.send("abc");
  await welcome.until(/3 bytes/);
  // The connection goes on.
  await welcome.send(head(2));
  await welcome.until(/100 Continue/);
  await welcome.send("ab");
  await welcome.until(/2 bytes/);

  using refused = await RawClient.connect(stage.port);
  const answer = await refused.ask(head(11));
  assert.match(answer, /^HTTP\/1\.1 413 [^]*Connection: close/);
  assert.doesNotMatch(answer, /100 Continue/);
});

Deno.test("bodyPieces: what is left unread does not keep the answer from the client", async () => {
  await using stage = stageHttp(async (request, response, { signal }) => {
    for await (const piece of bodyPieces(request, signal)) {
      response.end(`first: ${piece.length > 0}`);
      break;
    }
  });
  const answer = await fetch(stage.url, { method: "POST", body: new Uint8Array(3_000_000) });
  assert.equal(await answer.text(), "first: true");
});

Deno.test("bodyPieces: ends with the signal's reason", async () => {
  const reason = new Error("enough");
  await using stage = stageHttp(async (request, response) => {
    const stop = new AbortController();
    const read = readBody(request, 100, stop.signal);
    stop.abort(reason);
    await assert.rejects(read, reason);
    response.end("stopped");
  });
  using client = await RawClient.connect(stage.port);
  await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");
  await client.until(/stopped/);
});

Deno.test("bodyPieces: what is lent is right until the next piece is asked for, and takes no memory afterwards", async () => {
  const sent = new Uint8Array(4_000_000).map((_, i) => i % 251);
  await using stage = stageHttp(async (request, response, { signal }) => {
    const copies: Uint8Array[] = [], lent: Uint8Array[] = [];
    for await (const piece of bodyPieces(request, signal, { lent: true })) {
      copies.push(Uint8Array.from(piece)); // a Buffer's own slice is a view
      lent.push(piece);
    }
    const right = equalBytes(concatBytes(copies), sent);
    response.end(`${right}, ${lent.some((piece) => piece.length === 0)}`);
  });
  const answer = await fetch(stage.url, { method: "POST", body: sent });
  assert.equal(await answer.text(), "true, true");
});
