// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { type ConsoleDoors, consoleHandler } from "../../../mod/app/console_handler.ts";
import { Health } from "../../../mod/app/health.ts";
import { Metrics } from "../../../mod/app/metrics.ts";
import { silentLog, systemClock } from "../../../mod/base/mod.ts";
import { consolePages } from "../../../mod/console/mod.ts";
import { answerPlain, type HttpHandler, HttpServer } from "../../../mod/http/mod.ts";

/** Serves these doors while `ask` asks; `from` is where requests seem to come from. */
async function serving<T>(
  part: Partial<ConsoleDoors>,
  ask: (base: string) => Promise<T>,
  from = "127.0.0.1",
): Promise<T> {
  const metrics = new Metrics();
  metrics.addValue("one", "One", () => 1);
  const handler = consoleHandler({
    health: new Health(),
    metrics,
    metricsFor: () => "loopback",
    hosts: ["vault.example"],
    ...part,
  });
  const moved: HttpHandler = (request, response, call) =>
    handler(request, response, { ...call, remoteAddress: from });
  const server = HttpServer.listen(
    { hostname: "127.0.0.1", port: 0, log: silentLog, clock: systemClock },
    moved,
  );
  try {
    return await ask(`http://127.0.0.1:${server.address.port}`);
  } finally {
    await server.close(1000);
  }
}

async function got(url: string, init: RequestInit = {}): Promise<[number, string]> {
  const answer = await fetch(url, init);
  return [answer.status, await answer.text()];
}

Deno.test("/health answers 503 until the service is ready, and says why to this machine only", async () => {
  const health = new Health();
  const ask = (base: string) => got(`${base}/health?x=1`);
  const [early, text] = await serving({ health }, ask);
  assert.deepEqual([early, JSON.parse(text)], [503, {
    alive: true,
    ready: false,
    reasons: ["the service is starting"],
  }]);
  const [, far] = await serving({ health }, ask, "192.0.2.7");
  assert.deepEqual(JSON.parse(far), { alive: true, ready: false });
  health.enter("ready");
  assert.equal((await serving({ health }, ask))[0], 200);
});

Deno.test("/metrics is for this machine, for all or for nobody, as set", async () => {
  const table: [ReturnType<ConsoleDoors["metricsFor"]>, string, number][] = [
    ["loopback", "127.0.0.1", 200],
    ["loopback", "192.0.2.7", 404],
    ["all", "192.0.2.7", 200],
    ["off", "127.0.0.1", 404],
  ];
  for (const [metricsFor, from, status] of table) {
    const [is, text] = await serving(
      { metricsFor: () => metricsFor },
      (base) => got(`${base}/metrics`),
      from,
    );
    assert.equal(is, status, `${metricsFor} ${from}`);
    if (status === 200) assert.match(text, /^one 1$/m);
  }
});

Deno.test("a request by a name that is not ours is refused with 421, whatever it asks for (W22)", async () => {
  await serving(
    { pages: (_request, response) => Promise.resolve(answerPlain(response, 200)) },
    async (base) => {
      const { port } = new URL(base);
      const hosts: [string, boolean][] = [
        ["127.0.0.1", true],
        [`127.0.0.1:${port}`, true],
        ["[::1]:6061", true],
        ["localhost", true],
        ["VAULT.example", true],
        ["evil.example", false],
        ["vault.example.evil", false],
        ["127.0.0.1.evil.example", false],
        ["vault.example@evil", false],
        ["", false],
      ];
      for (const [host, ours] of hosts) {
        for (const path of ["/health", "/metrics", "/page"]) {
          using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
          const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
          await connection.write(new TextEncoder().encode(request));
          const text = await new Response(connection.readable).text();
          assert.equal(/^HTTP\/1\.1 (421|400) /.test(text), !ours, `${host} ${path}: ${text}`);
        }
      }
    },
  );
});

Deno.test("other paths go to their doors, where there are any; health and metrics take nothing in", async () => {
  const say = (status: number): HttpHandler => (_request, response) =>
    Promise.resolve(answerPlain(response, status));
  await serving({ api: say(202), pages: say(203) }, async (base) => {
    assert.equal((await got(`${base}/graphql`, { method: "POST", body: "{}" }))[0], 202);
    assert.equal((await got(`${base}/anything`))[0], 203);
    assert.equal((await got(`${base}/health`, { method: "POST", body: "{}" }))[0], 405);
    assert.deepEqual((await got(`${base}/health`, { method: "HEAD" }))[1], "");
  });
  await serving({}, async (base) => {
    assert.equal((await got(`${base}/graphql`, { method: "POST", body: "{}" }))[0], 404);
    assert.equal((await got(`${base}/`))[0], 404);
  });
});

Deno.test("consoleHandler: every route has every security header, refusals included [W8]", async () => {
  const api: HttpHandler = (_request, response) => {
    response.writeHead(200, { "content-security-policy": "default-src 'none'; frame-ancestors 'none'" })
      .end();
    return Promise.resolve();
  };
  const routes: [path: string, init?: RequestInit][] = [
    ...["/", "/main.js", "/style.css", "/icon.svg", "/nothing", "/health", "/metrics"].map((path) =>
      [path] as [string]
    ),
    ["/", { method: "POST" }],
    ["/health", { method: "POST" }],
    ["/graphql", { method: "POST" }],
    ["/graphql"],
    ["/", { headers: { host: "rebound.example" } }],
  ];
  await serving({ api, pages: consolePages() }, async (base) => {
    for (const [path, init = {}] of routes) {
      const answer = await fetch(base + path, init);
      await answer.body?.cancel();
      const about = `${init.method ?? "GET"} ${path} ${answer.status}`;
      assert.match(answer.headers.get("content-security-policy") ?? "", /^default-src 'none'/, about);
      assert.match(answer.headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/, about);
      assert.equal(answer.headers.get("x-content-type-options"), "nosniff", about);
      assert.equal(answer.headers.get("referrer-policy"), "no-referrer", about);
      assert.equal(answer.headers.get("cross-origin-opener-policy"), "same-origin", about);
      assert.equal(answer.headers.get("cross-origin-resource-policy"), "same-origin", about);
      assert.ok(answer.headers.has("cache-control") || answer.status >= 400 || path === "/graphql", about);
    }
  });
});
