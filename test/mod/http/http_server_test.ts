// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isSgError } from "../../../mod/errors/mod.ts";
import { type HttpHandler, HttpServer, readBody } from "../../../mod/http/mod.ts";
import { systemClock } from "../../../mod/base/mod.ts";
import { makeCertificate } from "../../kit/certificate.ts";
import { stageHttp } from "../../kit/http_stage.ts";
import { RawClient } from "../../kit/raw_client.ts";
import { RecordingLog } from "../../kit/recording_log.ts";

const echo: HttpHandler = async (request, response, { signal }) => {
  const body = await readBody(request, 100_000_000, signal);
  response.end(body);
};

const get = (path: string, ...headers: string[]) =>
  `GET ${path} HTTP/1.1\r\n${["Host: x", ...headers].map((line) => `${line}\r\n`).join("")}\r\n`;

Deno.test("HttpServer: answers over plain TCP, one request after the other on one connection", async () => {
  await using stage = stageHttp((request, response) => {
    response.end(`you asked ${request.url}`);
    return Promise.resolve();
  });
  using client = await RawClient.connect(stage.port);
  await client.send(get("/one"));
  assert.match(await client.until(/you asked/), /^HTTP\/1\.1 200 OK\r\n/);
  await client.send(get("/two", "Connection: close"));
  assert.match(await client.toEnd(), /you asked \/two$/);
});

Deno.test("HttpServer: answers over TLS, with what it knows of the client", async () => {
  const { cert, key } = await makeCertificate();
  await using stage = stageHttp((_request, response, { remoteAddress, secure }) => {
    response.end(JSON.stringify({ remoteAddress, secure }));
    return Promise.resolve();
  }, { tls: { certificate: cert, key } });
  using client = Deno.createHttpClient({ caCerts: [cert], http2: false });
  const answer = await fetch(stage.url, { client });
  assert.deepEqual(await answer.json(), { remoteAddress: "127.0.0.1", secure: true });
});

Deno.test("HttpServer: what a client says of its address does not count [W15]", async () => {
  await using stage = stageHttp((_request, response, { remoteAddress, secure }) => {
    response.end(JSON.stringify({ remoteAddress, secure }));
    return Promise.resolve();
  });
  const headers = {
    ...{ "X-Forwarded-For": "192.0.2.1", "X-Real-IP": "192.0.2.1", "X-Forwarded-Proto": "https" },
    Forwarded: "for=192.0.2.1;proto=https",
  };
  const answer = await fetch(stage.url, { headers });
  assert.deepEqual(await answer.json(), { remoteAddress: "127.0.0.1", secure: false });
});

for (const secure of [false, true]) {
  Deno.test(`HttpServer: 20 MB go up and come back the same, TLS: ${secure}`, async () => {
    const { cert, key } = await makeCertificate();
    await using stage = stageHttp(echo, secure ? { tls: { certificate: cert, key } } : {});
    using client = Deno.createHttpClient({ caCerts: [cert], http2: false });
    const body = new Uint8Array(20_000_000).map((_, i) => i * i % 251);
    const answer = await fetch(stage.url, { client, method: "POST", body });
    assert.deepEqual(await answer.bytes(), body);
  });
}

Deno.test("HttpServer: what a handler does not read stops the client", async () => {
  let taken = 0;
  const readNow = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  await using stage = stageHttp(async (request, response, { signal }) => {
    begun.resolve();
    await readNow.promise;
    taken = (await readBody(request, 100_000_000, signal)).length;
    response.end();
  });
  using client = await RawClient.connect(stage.port);
  await client.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n`);
  await begun.promise;
  let sent = 0;
  const sending = (async () => {
    for (; sent < 50_000_000; sent += 100_000) await client.send(new Uint8Array(100_000));
  })();
  // It comes to a halt: nothing more is sent for a while of turns of the event loop.
  for (let before = -1, still = 0; still < 20; before = sent) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    still = sent === before ? still + 1 : 0;
  }
  assert.ok(sent < 40_000_000, `${sent} bytes were taken in without anybody reading them`);
  readNow.resolve();
  await sending;
  await client.until(/200 OK/);
  assert.equal(taken, 50_000_000);
});

Deno.test("HttpServer: a failed handler is a plain 500 that tells nothing; the log knows", async () => {
  await using stage = stageHttp((request) => {
    if (request.url === "/silent") return Promise.resolve();
    return Promise.reject(new Error("the drive is on fire"));
  });
  for (const path of ["/broken", "/silent"]) {
    const answer = await fetch(stage.url + path);
    assert.equal(answer.status, 500);
    assert.equal(await answer.text(), "Internal Server Error\n");
  }
  assert.match(stage.log.text, /the drive is on fire/);
  assert.match(stage.log.text, /left without an answer/);
});

Deno.test("HttpServer: an answer that fails half-way is cut, never ended as if whole", async () => {
  await using stage = stageHttp((_request, response) => {
    response.write("half");
    return Promise.reject(new Error("no more"));
  });
  await assert.rejects(async () => await (await fetch(stage.url)).text());
});

Deno.test("HttpServer: a client that goes away aborts the handler's signal, and no other", async () => {
  const reason = Promise.withResolvers<unknown>();
  const waiting = Promise.withResolvers<void>();
  await using stage = stageHttp(async (request, response, { signal }) => {
    if (request.url === "/quick") {
      signal.addEventListener("abort", () => reason.reject(new Error("the wrong one")));
      response.end();
      return;
    }
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve());
      waiting.resolve();
    });
    reason.resolve(signal.reason);
  });
  using quick = await RawClient.connect(stage.port);
  await quick.ask(get("/quick", "Connection: close"));
  const gone = await RawClient.connect(stage.port);
  await gone.send(get("/slow"));
  await waiting.promise;
  gone[Symbol.dispose]();
  assert.ok(isSgError(await reason.promise, "SG0083"));
  assert.doesNotMatch(stage.log.text, /"error"/);
});

Deno.test("HttpServer: a body that breaks off is an error for its reader, and no crash", async () => {
  const failure = Promise.withResolvers<unknown>();
  await using stage = stageHttp(async (request, response, { signal }) => {
    await readBody(request, 1000, signal).catch(failure.resolve);
    response.end();
  });
  const client = await RawClient.connect(stage.port);
  await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  client[Symbol.dispose]();
  assert.ok(isSgError(await failure.promise, "SG0083"));
  assert.equal((await fetch(stage.url)).status, 200);
});

Deno.test("HttpServer: half-open connections end, between requests and in the middle of one", async () => {
  await using stage = stageHttp(echo);
  for (
    const begun of ["", "GET / HT", get("/"), "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"]
  ) {
    using client = await RawClient.connect(stage.port);
    await client.send(begun);
    await client.endSending();
    await client.toEnd();
  }
});

Deno.test("HttpServer: requests sent ahead are served one at a time, in order", async () => {
  let running = 0;
  await using stage = stageHttp(async (request, response) => {
    assert.equal(++running, 1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    response.end(`<${request.url}>`);
  });
  using client = await RawClient.connect(stage.port);
  const paths = Array.from({ length: 50 }, (_, i) => `/${i}`);
  await client.send(paths.map((path) => get(path)).join("") + get("/last", "Connection: close"));
  const text = await client.toEnd();
  assert.deepEqual([...text.matchAll(/<(.*?)>/g)].map(([, path]) => path), [...paths, "/last"]);
});

Deno.test("HttpServer: thousands of requests sent ahead end the connection, and nothing else [W17]", async () => {
  const first = Promise.withResolvers<void>();
  await using stage = stageHttp(async (request, response) => {
    if (request.url === "/hold") await first.promise;
    response.end();
  });
  using client = await RawClient.connect(stage.port);
  await client.send(get("/hold") + get("/").repeat(2000));
  await client.toEnd();
  first.resolve();
  assert.equal((await fetch(stage.url)).status, 200);
});

Deno.test("HttpServer: over the limit, the longest idle connection gives way; busy ones do not [W17]", async () => {
  const release = Promise.withResolvers<void>();
  const limits = { connectionsPerAddressMax: 2 };
  await using stage = stageHttp(async (request, response) => {
    if (request.url === "/hold") await release.promise;
    response.end("done");
  }, { limits });
  using idle = await RawClient.connect(stage.port);
  await idle.send(get("/"));
  await idle.until(/done/);
  using busy = await RawClient.connect(stage.port);
  await busy.send(get("/hold"));
  using next = await RawClient.connect(stage.port);
  assert.equal(await idle.toEnd(), "");
  await next.send(get("/hold"));
  // Now both have work: there is room for no more.
  using refused = await RawClient.connect(stage.port);
  assert.equal(await refused.ask(get("/")), "");
  release.resolve();
  await busy.until(/done/);
  await next.until(/done/);
  assert.match(stage.log.text, /too many connections/);
});

Deno.test("HttpServer: close lets answers under way end, and takes no more", async () => {
  const release = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const stage = stageHttp(async (_request, response) => {
    begun.resolve();
    await release.promise;
    response.end("whole");
  });
  using idle = await RawClient.connect(stage.port);
  using client = await RawClient.connect(stage.port);
  await client.send(get("/"));
  await begun.promise;
  const closed = stage.server.close(60_000);
  assert.equal(await idle.toEnd(), "");
  await assert.rejects(RawClient.connect(stage.port));
  release.resolve();
  assert.match(await client.toEnd(), /Connection: close[^]*whole$/);
  await closed;
});

Deno.test("HttpServer: close cuts what does not end in time, and its handler knows", async () => {
  const begun = Promise.withResolvers<void>();
  let aborted = false;
  const stage = stageHttp(async (_request, _response, { signal }) => {
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve());
      begun.resolve();
    });
    aborted = true;
  });
  using client = await RawClient.connect(stage.port);
  await client.send(get("/"));
  await begun.promise;
  await stage.server.close(20);
  assert.equal(aborted, true);
  assert.equal(await client.toEnd(), "");
});

Deno.test("HttpServer: a port that is taken is SG0021, and nothing stays open", async () => {
  await using stage = stageHttp(echo);
  const again = () => {
    const options = { ...stage.server.address, log: new RecordingLog(), clock: systemClock };
    HttpServer.listen(options, echo);
  };
  assert.throws(again, (error) => isSgError(error, "SG0021"));
});
