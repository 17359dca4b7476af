// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { request } from "node:http";
import { type Asked, refusalOf } from "../../../mod/api/gate.ts";
import { type ApiStage, apiStage } from "../../kit/api_stage.ts";

const good: Asked = {
  method: "POST",
  url: "/graphql",
  headers: { "host": "pc.example:6061", "content-type": "application/json" },
  secure: true,
  remoteAddress: "192.0.2.7",
};

function status(change: Partial<Asked>, headers: Asked["headers"] = {}): number | undefined {
  const doorplate = { hosts: ["pc.example"] };
  return refusalOf({ ...good, ...change, headers: { ...good.headers, ...headers } }, doorplate)?.status;
}

Deno.test("refusalOf: our names and plain addresses are answered, other names are not (421) [W22]", () => {
  for (
    const host of [
      "pc.example",
      "PC.Example:6061",
      "localhost:6061",
      "127.0.0.1",
      "192.0.2.1:6061",
      "[::1]:6061",
    ]
  ) {
    assert.equal(status({}, { host }), undefined, host);
  }
  const wrong = [
    "evil.example",
    "pc.example.evil.example",
    "xpc.example",
    "",
    "127.0.0.1.evil.example",
    "pc.example:6061:1",
    "[evil",
    "pc.example, evil.example",
    "2130706433",
    "0x7f000001",
  ];
  for (const host of wrong) assert.equal(status({}, { host }), 421, host);
  const { host: _, ...headers } = good.headers;
  assert.equal(refusalOf({ ...good, headers }, { hosts: ["pc.example"] })?.status, 421);
});

Deno.test("refusalOf: what is said in clear is taken from this machine only, and X-Forwarded headers say nothing [W15]", () => {
  assert.equal(status({ secure: false }), 403);
  const forged = {
    "x-forwarded-proto": "https",
    "x-forwarded-for": "127.0.0.1",
    "forwarded": "proto=https;for=127.0.0.1",
  };
  assert.equal(status({ secure: false }, forged), 403);
  assert.equal(status({ secure: false, remoteAddress: "127.0.0.1" }), undefined);
});

Deno.test("refusalOf: POST of JSON to /graphql and nothing else", () => {
  for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]) {
    assert.equal(status({ method }), 405);
  }
  assert.equal(status({ url: "/graphql?query={me{csrf}}" }), 400);
  for (const url of ["/", "/graphql/", "/graphqlx", "//graphql", "/GraphQL", "*"]) {
    assert.equal(status({ url }), 404, url);
  }
  for (
    const type of ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
  ) {
    assert.equal(status({}, { "content-type": type }), undefined, type);
  }
  const wrong = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/graphql",
    "application/json; charset=latin1",
    "application/jsonx",
    "text/plain; application/json",
    "",
  ];
  for (const type of wrong) assert.equal(status({}, { "content-type": type }), 415, type);
  assert.equal(status({}, { "content-encoding": "gzip" }), 415);
});

Deno.test("refusalOf: another site's page is refused, by Origin and by Sec-Fetch-Site [W9]", () => {
  assert.equal(status({}, { origin: "https://pc.example:6061", "sec-fetch-site": "same-origin" }), undefined);
  const foreign = [
    "https://evil.example",
    "http://pc.example:6061",
    "https://pc.example",
    "https://pc.example:6060",
    "null",
    "https://pc.example:6061.evil.example",
    "",
  ];
  for (const origin of foreign) assert.equal(status({}, { origin }), 403, origin);
  const local = { secure: false, remoteAddress: "127.0.0.1" };
  for (const scheme of ["http", "https"]) {
    assert.equal(status(local, { origin: `${scheme}://pc.example:6061` }), undefined, scheme);
    assert.equal(status(local, { origin: `${scheme}://evil.example` }), 403, scheme);
  }
  for (const site of ["cross-site", "same-site", "none", "anything"]) {
    assert.equal(status({}, { "sec-fetch-site": site }), 403, site);
  }
});

Deno.test("graphqlHandler: whatever another site's page can send changes nothing [W9]", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "administrator");
  const { cookie, csrf } = await stage.people.browser("anna");
  const query =
    `mutation { createUser(input: {name: "mallory", role: ADMINISTRATOR, password: "gull lantern orbit quartz"}) { user { id } } }`;
  const json = JSON.stringify({ query });
  const port = new URL(stage.url).port;
  const own = `http://127.0.0.1:${port}`;
  const foreign: Record<string, string>[] = [
    { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: `http://localhost:${port}` },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { host: `evil.example:${port}` },
    { host: `evil.example:${port}`, origin: `http://evil.example:${port}`, "sec-fetch-site": "same-origin" },
  ];
  const bodies: [string, string, string][] = [
    ["POST", "application/json", json],
    ["POST", "text/plain", json],
    ["POST", "application/x-www-form-urlencoded", `query=${encodeURIComponent(query)}`],
    [
      "POST",
      "multipart/form-data; boundary=x",
      `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${json}\r\n--x--\r\n`,
    ],
    ["GET", "", ""],
  ];
  let tried = 0;
  for (const [method, type, body] of bodies) {
    for (const headers of foreign) {
      // Even a page that learned the value of the header does not get in.
      for (const secret of [{}, { "x-sparegrid-csrf": csrf }]) {
        const path = method === "GET" ? `/graphql?query=${encodeURIComponent(query)}` : "/graphql";
        const code = await raw(stage, method, path, {
          "content-type": type,
          cookie: `sid=${cookie}`,
          ...headers,
          ...secret,
        }, body);
        assert.ok(
          [400, 403, 405, 415, 421].includes(code),
          `${method} ${type} ${JSON.stringify(headers)}: ${code}`,
        );
        tried++;
      }
    }
  }
  assert.equal(tried, 80);
  assert.equal(await stage.people.count(), 1);
  // The same order from our own page.
  const done = await raw(stage, "POST", "/graphql", {
    "content-type": "application/json",
    cookie: `sid=${cookie}`,
    origin: own,
    "sec-fetch-site": "same-origin",
    "x-sparegrid-csrf": csrf,
  }, json);
  assert.equal(done, 200);
  assert.equal(await stage.people.count(), 2);
});

/** `fetch` would not let a test forge these headers. */
function raw(
  stage: ApiStage,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      stage.url.replace("/graphql", path),
      { method, headers, agent: false },
      (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
