// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { fromBase64, toBase64 } from "../../../mod/base/mod.ts";
import { hmacSha256, signatureBase } from "../../../mod/signature/mod.ts";

Deno.test("signatureBase, hmacSha256: RFC 9421, B.2.5, a request signed with hmac-sha256", () => {
  const parameters = '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"';
  const base = signatureBase([
    { name: "date", value: "Tue, 20 Apr 2021 02:07:55 GMT" },
    { name: "@authority", value: "example.com" },
    { name: "content-type", value: "application/json" },
  ], parameters);
  assert.equal(
    base,
    '"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@authority": example.com\n"content-type": application/json\n' +
      '"@signature-params": ("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
  );
  const secret = fromBase64(
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==",
  );
  assert.equal(toBase64(hmacSha256(secret, base)), "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=");
});
