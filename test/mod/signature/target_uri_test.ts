// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { targetUri } from "../../../mod/signature/mod.ts";

const URIS = [
  "http://backup.example.org:32004/a/r/config",
  "https://backup.example.org:32007/a/r/?usage",
  "https://backup.example.org/a/r/?since=5",
  "http://backup.example.org/",
  "http://192.0.2.1:32004/a/r/data/%C3%BC",
  "http://[2001:db8::1]:32004/a/r/",
  "http://localhost:443/x",
  "https://localhost:80/x",
];

Deno.test("targetUri: is what a client's URL is, for every port and kind of host", () => {
  for (const uri of URIS) {
    const { host, pathname, search, protocol, href } = new URL(uri);
    assert.equal(targetUri(protocol === "https:", host, pathname + search), href);
  }
  assert.equal(targetUri(true, "HOST:443", "/x"), "https://host/x");
  assert.equal(targetUri(false, "host:80", "/x"), "http://host/x");
});
