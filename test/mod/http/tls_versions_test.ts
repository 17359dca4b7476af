// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { HttpHandler } from "../../../mod/http/mod.ts";
import { makeCertificate } from "../../kit/certificate.ts";
import { stageHttp } from "../../kit/http_stage.ts";

/** What `openssl s_client` says of a handshake: it offers all that it ever knew, at no level of security of its own. */
async function shake(
  port: number,
  ...options: string[]
): Promise<{ agreed: string | undefined; said: string }> {
  const child = new Deno.Command("openssl", {
    args: ["s_client", "-connect", `127.0.0.1:${port}`, ...options],
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
  });
  const { stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  const [, agreed] = /^(?:New|Reused), (TLSv[\d.]+), Cipher is \S+$/m.exec(said) ?? [];
  return { agreed, said };
}

const answer: HttpHandler = (_, response) => {
  response.end();
  return Promise.resolve();
};
const ANY = ["-cipher", "ALL:@SECLEVEL=0"];

Deno.test("TLS: 1.2 and 1.3 are spoken, what is older is refused [W18]", async () => {
  const { cert, key } = await makeCertificate();
  await using stage = stageHttp(answer, { tls: { certificate: cert, key } });
  for (const [version, agreed] of [["-tls1_3", "TLSv1.3"], ["-tls1_2", "TLSv1.2"]] as const) {
    const shaken = await shake(stage.port, version, ...ANY);
    assert.equal(shaken.agreed, agreed, shaken.said);
  }
  for (const version of ["-tls1_1", "-tls1"]) {
    const { agreed, said } = await shake(stage.port, version, ...ANY);
    assert.equal(agreed, undefined, said);
    // The server says no; it is not openssl that has nothing to offer.
    assert.match(said, /alert (?:protocol version|handshake failure)/, said);
  }
});

Deno.test("TLS: weak ciphers are refused [W18]", async () => {
  const { cert, key } = await makeCertificate();
  await using stage = stageHttp(answer, { tls: { certificate: cert, key } });
  for (const weak of ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "NULL", "aNULL"]) {
    const { agreed, said } = await shake(stage.port, "-tls1_2", "-cipher", `${weak}:@SECLEVEL=0`);
    assert.equal(agreed, undefined, said);
    assert.match(said, /alert handshake failure/, `${weak}: ${said}`);
  }
});
