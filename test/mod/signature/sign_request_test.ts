// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { signRequest } from "../../../mod/signature/mod.ts";

const order = {
  method: "GET",
  targetUri: "http://host:32004/a/r/config?x=1",
  account: "a",
  secret: "s3cret",
  createdSeconds: 1_800_000_000,
  nonce: "0123456789abcdef",
};

Deno.test("signRequest: signs method, URI, time, nonce and account, as written out here by hand", () => {
  const parameters =
    '("@method" "@target-uri");created=1800000000;nonce="0123456789abcdef";keyid="a";alg="hmac-sha256"';
  const base =
    `"@method": GET\n"@target-uri": http://host:32004/a/r/config?x=1\n"@signature-params": ${parameters}`;
  const mac = createHmac("sha256", "s3cret").update(base).digest("base64");
  assert.deepEqual(signRequest(order), {
    "Signature-Input": `sig=${parameters}`,
    "Signature": `sig=:${mac}:`,
  });
});

Deno.test("signRequest: a body's digest is sent and covered", () => {
  const headers = signRequest({ ...order, method: "POST", bodySha256: new Uint8Array(32) });
  assert.equal(headers["Content-Digest"], `sha-256=:${"A".repeat(43)}=:`);
  assert.match(headers["Signature-Input"], /^sig=\("@method" "@target-uri" "content-digest"\);/);
});

Deno.test("signRequest: values that would break out of a header are refused", () => {
  const bad = [
    { account: 'a";x="' },
    { account: "" },
    { nonce: "a\r\nb" },
    { method: "GET\n" },
    { targetUri: 'http://h/\n"@method": DELETE' },
  ];
  for (const change of bad) assert.throws(() => signRequest({ ...order, ...change }), RangeError);
});
