// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { consolePages, PAGE_PATHS } from "../../../mod/console/mod.ts";
import { stageHttp } from "../../kit/http_stage.ts";

/** Asks by raw path: `fetch` would tidy it up. */
async function statusOf(port: number, target: string, method = "GET"): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(
    new TextEncoder().encode(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
  );
  return await new Response(connection.readable).text();
}

Deno.test("consolePages: serves each file with its type, its tag and the same bytes each time", async () => {
  await using stage = stageHttp(consolePages());
  const types: Record<string, string> = {
    js: "text/javascript; charset=utf-8",
    css: "text/css; charset=utf-8",
  };
  for (const path of PAGE_PATHS) {
    const answer = await fetch(stage.url + path);
    const text = await answer.text();
    assert.equal(answer.status, 200);
    assert.ok(text.includes("Copyright the SpareGrid authors"), path);
    assert.equal(answer.headers.get("cache-control"), "no-cache");
    assert.match(answer.headers.get("etag") ?? "", /^"[\w-]{22}"$/);
    const type = types[path.split(".")[1] ?? ""];
    if (type) assert.equal(answer.headers.get("content-type"), type);
  }
  assert.match(await (await fetch(`${stage.url}/?from=mail`)).text(), /^<!DOCTYPE html>/);
});

Deno.test("consolePages: HEAD has the headers of GET and no body", async () => {
  await using stage = stageHttp(consolePages());
  for (const path of ["/", "/main.js", "/nothing"]) {
    const got = await fetch(stage.url + path), head = await fetch(stage.url + path, { method: "HEAD" });
    assert.equal(head.status, got.status);
    assert.equal(await head.text(), "");
    const length = (await got.arrayBuffer()).byteLength;
    assert.equal(head.headers.get("content-length"), String(length));
    assert.equal(head.headers.get("etag"), got.headers.get("etag"));
  }
});

Deno.test("consolePages: a browser that has the file is told so, whatever else it has", async () => {
  await using stage = stageHttp(consolePages());
  const tag = (await fetch(stage.url)).headers.get("etag")!;
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`]) {
    const answer = await fetch(stage.url, { headers: { "if-none-match": known } });
    assert.deepEqual([answer.status, await answer.text(), answer.headers.get("etag")], [304, "", tag], known);
  }
  const other = await fetch(stage.url, { headers: { "if-none-match": '"other"' } });
  assert.equal(other.status, 200);
  await other.body?.cancel();
});

Deno.test("consolePages: nothing else is served or listed, by whatever path, and nothing of it is repeated [W16]", async () => {
  await using stage = stageHttp(consolePages());
  const targets = [
    ..."/index.html /not_found.html /jsconfig.json /main.js/ //main.js /. /./main.js /../deno.json".split(
      " ",
    ),
    ..."/%2e%2e/deno.json /..%2fdeno.json /web /web/ /MAIN.JS /main.js%00 /__proto__ /constructor *".split(
      " ",
    ),
    ..."http://other.example/ /.git/config /<script>alert(1)</script> /%3Cscript%3E".split(" "),
  ];
  for (const target of targets) {
    const answer = await statusOf(stage.port, target);
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, target);
    assert.ok(!answer.includes("alert"), target);
    assert.ok(!/^(?:server|x-powered-by):/im.test(answer), target);
  }
  const page = await fetch(`${stage.url}/nothing`);
  assert.equal(page.status, 404);
  assert.equal(page.headers.get("cache-control"), "no-store");
  assert.match(await page.text(), /<h1>There is nothing here<\/h1>/);
});

Deno.test("consolePages: other methods are refused [W16]", async () => {
  await using stage = stageHttp(consolePages());
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"]) {
    assert.match(await statusOf(stage.port, "/", method), /^HTTP\/1\.1 40[05] /, method);
  }
  const answer = await fetch(stage.url, { method: "POST", body: "password=1" });
  assert.deepEqual([answer.status, answer.headers.get("allow")], [405, "GET, HEAD"]);
  await answer.body?.cancel();
});
