// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { request } from "node:https";
import { PAGE_POLICY, withSecurityHeaders } from "../../../mod/console/mod.ts";
import { answerPlain, type HttpHandler } from "../../../mod/http/mod.ts";
import { makeCertificate } from "../../kit/certificate.ts";
import { stageHttp } from "../../kit/http_stage.ts";

const done: HttpHandler = (_request, response) => {
  response.writeHead(200, { "Content-Type": "text/plain" }).end("done\n");
  return Promise.resolve();
};

Deno.test("withSecurityHeaders: the policy lets pages load their own files and nothing inline [W8]", () => {
  assert.equal(
    PAGE_POLICY,
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
      "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  );
});

Deno.test("withSecurityHeaders: are on answers, on refusals and on failures [W8]", async () => {
  const handlers: HttpHandler[] = [
    done,
    (_request, response) => Promise.resolve(answerPlain(response, 404)),
    () => Promise.reject(new Error("inside")),
  ];
  for (const handler of handlers) {
    await using stage = stageHttp(withSecurityHeaders(handler));
    const { headers, body } = await fetch(stage.url);
    await body?.cancel();
    assert.equal(headers.get("content-security-policy"), PAGE_POLICY);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
    assert.equal(headers.get("strict-transport-security"), null);
  }
});

Deno.test("withSecurityHeaders: a handler's own policy counts", async () => {
  await using stage = stageHttp(withSecurityHeaders((_request, response) => {
    response.writeHead(200, { "content-security-policy": "default-src 'none'" }).end();
    return Promise.resolve();
  }));
  assert.equal((await fetch(stage.url)).headers.get("content-security-policy"), "default-src 'none'");
});

Deno.test("withSecurityHeaders: TLS only is said behind TLS, but not of localhost, which has the console without TLS, too [W8]", async () => {
  const { cert, key } = await makeCertificate("DNS:localhost,IP:127.0.0.1,DNS:vault.example");
  await using stage = stageHttp(withSecurityHeaders(done), { tls: { certificate: cert, key } });
  const said = (host: string) =>
    new Promise<string | undefined>((resolve, reject) => {
      const options = {
        host: "127.0.0.1",
        port: stage.port,
        ca: cert,
        agent: false,
        headers: { host },
      } as const;
      request(options, (answer) => {
        answer.resume();
        resolve(answer.headers["strict-transport-security"]);
      }).on("error", reject).end();
    });
  assert.equal(await said("vault.example:6061"), "max-age=31536000");
  assert.equal(await said("127.0.0.1"), "max-age=31536000");
  assert.equal(await said("localhost"), undefined);
  assert.equal(await said("LOCALHOST:6061"), undefined);
});
