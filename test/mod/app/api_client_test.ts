// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { HttpApiClient } from "../../../mod/app/api_client.ts";
import { systemClock, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError, type SgCode, SgError } from "../../../mod/errors/mod.ts";
import { type HttpHandler, HttpServer, readBody } from "../../../mod/http/mod.ts";
import { silentLog } from "../../../mod/base/mod.ts";
import { makeCertificate } from "../../kit/certificate.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

const never = new AbortController().signal;

interface Seen {
  readonly body: { readonly query: string; readonly variables: unknown };
  readonly authorization: string | undefined;
  readonly accept: string | undefined;
}

/** A service that answers with `answer`, and the client that asks it. */
async function asked<T>(
  answer: (response: ServerResponse, times: number) => void | Promise<void>,
  act: (client: HttpApiClient, seen: Seen[]) => Promise<T>,
  token?: string,
): Promise<T> {
  const seen: Seen[] = [];
  const handler: HttpHandler = async (request, response, { signal }) => {
    const body = JSON.parse(utf8Text(await readBody(request, 1e6, signal)));
    seen.push({ body, authorization: request.headers.authorization, accept: request.headers.accept });
    await answer(response, seen.length);
  };
  const server = HttpServer.listen(
    { hostname: "127.0.0.1", port: 0, log: silentLog, clock: systemClock },
    handler,
  );
  const url = new URL(`http://127.0.0.1:${server.address.port}`);
  try {
    using client = new HttpApiClient({ url, token, fingerprint: undefined }, new FakeClock());
    return await act(client, seen);
  } finally {
    await server.close(1000);
  }
}

function once(response: ServerResponse, name: "drain" | "close"): Promise<void> {
  return new Promise((resolve) => response.once(name, () => resolve()));
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(typeof value === "string" ? value : JSON.stringify(value));
}

const event = (value: unknown) => `event: next\ndata: ${JSON.stringify({ data: value })}\n\n`;

Deno.test("HttpApiClient.ask sends nothing twice, though the connection that it kept ends under the second request", async () => {
  const answer = (response: ServerResponse, times: number) =>
    times === 1 ? json(response, { data: {} }) : void response.socket!.destroy();
  await asked(answer, async (client, seen) => {
    await client.ask("{ me }", {}, never);
    await assert.rejects(client.ask("mutation { startRun }", {}, never), { code: "SG0083" });
    assert.equal(seen.length, 2);
  });
});

Deno.test("HttpApiClient.ask sends document, variables and token, and answers the data", async () => {
  await asked((response) => json(response, { data: { me: "ann" } }), async (client, seen) => {
    assert.deepEqual(await client.ask("{ me }", { a: 1 }, never), { me: "ann" });
    assert.deepEqual(seen[0]!.body, { query: "{ me }", variables: { a: 1 } });
    assert.equal(seen[0]!.authorization, "Bearer secret-1");
  }, "secret-1");
});

Deno.test("HttpApiClient.ask raises the service's own errors with code and remedy", async () => {
  const table: [unknown, SgCode, RegExp][] = [
    [
      { errors: [{ message: "No", extensions: { code: "SG1038", remedy: "Ask" } }], data: null },
      "SG1038",
      /^No Ask$/,
    ],
    [
      { errors: [{ message: "New", extensions: { code: "SG9999" } }] },
      "SG1023",
      /^New \(SG9999, which this version/,
    ],
    [{ errors: [{ message: "Bare" }] }, "SG1023", /^Bare /],
    ["<html>", "SG0136", /does not answer as a SpareGrid service \(status 401\)/],
    ["[]", "SG0136", /does not answer as/],
    ["null", "SG0136", /does not answer as/],
  ];
  for (const [answer, code, text] of table) {
    await asked((response) => json(response, answer, 401), async (client) => {
      await assert.rejects(
        client.ask("{ x }", {}, never),
        (error) => isSgError(error, code) && text.test(`${error.message} ${error.remedy}`),
        String(text),
      );
    });
  }
});

Deno.test("HttpApiClient says what keeps it from the service", async () => {
  const place = (url: string, fingerprint?: string) => ({ url: new URL(url), token: undefined, fingerprint });
  const refused = async (where: ReturnType<typeof place>, code: SgCode) => {
    using client = new HttpApiClient(where, new FakeClock());
    await assert.rejects(client.ask("{ x }", {}, never), (error) => isSgError(error, code), code);
  };
  const closed = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = closed.addr as Deno.NetAddr;
  closed.close();
  await refused(place(`http://127.0.0.1:${port}`), "SG0136");
  await refused(place("http://no-such-host.invalid"), "SG0134");

  const { cert, key, sha256 } = await makeCertificate();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", cert, key, onListen() {} },
    () => Response.json({ data: { x: 1 } }),
  );
  await using _ = server;
  const url = `https://127.0.0.1:${server.addr.port}`;
  await refused(place(url), "SG1019");
  await refused(place(url, "00".repeat(32)), "SG1019");
  using trusted = new HttpApiClient(place(url, sha256), new FakeClock());
  assert.deepEqual(await trusted.ask("{ x }", {}, never), { x: 1 });
});

Deno.test("HttpApiClient.ask ends at once when its signal aborts, and tells a broken connection", async () => {
  const stop = new AbortController();
  await asked((response) => {
    stop.abort(new TypeError("stopped"));
    return new Promise<void>((resolve) => response.once("close", resolve));
  }, async (client) => {
    await assert.rejects(client.ask("{ x }", {}, stop.signal), TypeError);
    await assert.rejects(client.ask("{ x }", {}, stop.signal), TypeError);
  });
  await asked((response) => void response.destroy(), async (client) => {
    await assert.rejects(client.ask("{ x }", {}, never), (error) => isSgError(error, "SG0083"));
  });
});

Deno.test("HttpApiClient.follow yields what comes until the service completes it", async () => {
  await asked((response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    // Cut anywhere, with signs of life between.
    for (
      const piece of [
        ":\n\n",
        event(1).slice(0, 14),
        event(1).slice(14),
        `:\n\n${event(2)}`,
        "event: complete\ndata:\n\n",
      ]
    ) {
      response.write(piece);
    }
    response.end();
  }, async (client, seen) => {
    assert.deepEqual(await Array.fromAsync(client.follow("subscription { x }", {}, never)), [1, 2]);
    assert.equal(seen[0]!.accept, "text/event-stream");
  });
});

Deno.test("HttpApiClient.follow takes up a subscription again that broke, until its signal aborts", async () => {
  const stop = new AbortController();
  let cut = () => {};
  await asked((response, times) => {
    if (times === 3) return void response.destroy();
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(event(times));
    cut = () => response.destroy();
    return new Promise<void>((resolve) => response.once("close", resolve));
  }, async (client) => {
    const got: unknown[] = [];
    await assert.rejects(async () => {
      for await (const value of client.follow("subscription { x }", {}, stop.signal)) {
        got.push(value);
        if (value === 4) stop.abort(new TypeError("enough"));
        else cut();
      }
    }, TypeError);
    assert.deepEqual(got, [1, 2, 4]);
  });
});

Deno.test("HttpApiClient.follow raises what is refused, and a service that was never reached", async () => {
  await asked(
    (response) => json(response, { errors: [{ message: "No", extensions: { code: "SG1037" } }] }, 401),
    async (client) => {
      await assert.rejects(
        Array.fromAsync(client.follow("subscription { x }", {}, never)),
        (error) => isSgError(error, "SG1037"),
      );
    },
  );
  await asked((response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.end(
      `event: next\ndata: ${
        JSON.stringify({ errors: [{ message: "Gone", extensions: { code: "SG1036" } }] })
      }\n\n`,
    );
  }, async (client) => {
    await assert.rejects(
      Array.fromAsync(client.follow("subscription { x }", {}, never)),
      (error) => isSgError(error, "SG1036"),
    );
  });
  await asked((response) => void response.destroy(), async (client) => {
    await assert.rejects(
      Array.fromAsync(client.follow("subscription { x }", {}, never)),
      (error) => isSgError(error, "SG0083"),
    );
  });
});

const endless = [
  ["an event", "text/event-stream", "event: next\ndata: ", 40],
  ["an answer that is no stream", "application/json", '{"data": "', 80],
] as const;
for (const [what, type, begin, pieces] of endless) {
  Deno.test(`HttpApiClient.follow does not fill the memory with ${what} that never ends`, async () => {
    await asked(async (response) => {
      response.writeHead(200, { "Content-Type": type });
      response.write(begin);
      const piece = "x".repeat(1024 * 1024);
      response.setMaxListeners(0);
      for (let i = 0; i < pieces && !response.destroyed; i++) {
        if (!response.write(piece)) {
          await Promise.race([once(response, "drain"), once(response, "close")]);
        }
      }
    }, async (client) => {
      await assert.rejects(
        Array.fromAsync(client.follow("subscription { x }", {}, never)),
        (error) => isSgError(error, "SG1017"),
      );
    });
  });
}

Deno.test("HttpApiClient.follow finds a service anew that came back with another token", async () => {
  let cut = () => {};
  await asked((response, times) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(event(times));
    if (times === 2) response.end("event: complete\ndata:\n\n");
    cut = () => response.destroy();
    return new Promise<void>((resolve) => response.once("close", resolve));
  }, async (client, seen) => {
    const url = new URL(client.address);
    const tokens = ["second"];
    using renewed = new HttpApiClient(
      { url, token: "first", fingerprint: undefined },
      new FakeClock(),
      () => {
        // It is not there yet, and then it is.
        const token = tokens.pop();
        if (token === "second") tokens.push("third", "away");
        if (token === "away") return Promise.reject(new SgError("SG0136", "It does not run"));
        if (token === "second") return Promise.reject(new SgError("SG0136", "It does not run"));
        return Promise.resolve({ url, token, fingerprint: undefined });
      },
    );
    const got: unknown[] = [];
    for await (const value of renewed.follow("subscription { x }", {}, never)) {
      got.push(value);
      cut();
    }
    assert.deepEqual([got, seen.map(({ authorization }) => authorization)], [[1, 2], [
      "Bearer first",
      "Bearer third",
    ]]);
  });
});
