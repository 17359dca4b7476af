// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { isSgError } from "../../../mod/errors/mod.ts";
import { parseLocation, showLocation } from "../../../mod/storage/mod.ts";

Deno.test("parseLocation: paths, with and without local:", () => {
  for (const path of ["/srv/repo", "repo", "./a:b", "../x", "C:\\backup", "a b", "/x/rest:y"]) {
    assert.deepEqual(parseLocation(path), { kind: "local", path });
    assert.deepEqual(parseLocation(`local:${path}`), { kind: "local", path });
  }
  assert.deepEqual(parseLocation("local:s3:x"), { kind: "local", path: "s3:x" });
});

Deno.test("parseLocation: a rest: URL is parted from its login", () => {
  const location = parseLocation("rest:https://an%40na:p%3Ass@host:8000/a/b");
  assert(location.kind === "rest");
  assert.equal(location.url.href, "https://host:8000/a/b/");
  assert.equal(location.username, "an@na");
  assert.equal(location.password, "p:ss");
  assert.equal(showLocation(location), "rest:https://host:8000/a/b/");
  assert.deepEqual(parseLocation("rest:http://host"), { kind: "rest", url: new URL("http://host/") });
});

Deno.test("parseLocation: what cannot be used is SG1008 and shows no secret", () => {
  const bad = [
    "",
    "local:",
    "s3:secret",
    "sftp:u@secret:/x",
    "rest:",
    "rest:host/secret",
    "rest:ftp://u:secret@h/",
  ];
  bad.push("rest:http://u:secret@h/?a", "rest:https://u:secret%@h/", "rest:https://u:secret@ho st/", "/a\0b");
  for (const text of bad) {
    assert.throws(() => parseLocation(text), (error: unknown) => {
      assert(isSgError(error, "SG1008"), `${text}: ${error}`);
      assert(!error.message.includes("secret"), error.message);
      return true;
    });
  }
});

Deno.test("parseLocation: reads back what showLocation shows, and never throws anything else", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.webUrl().map((url) => `rest:${url}`)), (text) => {
    try {
      const location = parseLocation(text);
      assert.deepEqual(parseLocation(showLocation(location)), { ...location });
    } catch (error) {
      if (!isSgError(error, "SG1008")) throw error;
    }
  }));
});
