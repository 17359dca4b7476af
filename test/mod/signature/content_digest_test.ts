// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { contentDigest, readContentDigest } from "../../../mod/signature/mod.ts";

const sha256 = new Uint8Array(createHash("sha256").update('{"hello": "world"}').digest());

Deno.test("contentDigest: RFC 9530's example, there and back", () => {
  const header = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
  assert.equal(contentDigest(sha256), header);
  assert.deepEqual(readContentDigest(` ${header} `), sha256);
});

Deno.test("readContentDigest: anything but one sha-256 is none", () => {
  const header = contentDigest(sha256);
  const others = [
    "",
    "sha-256",
    `${header}, ${header}`,
    `sha-512=:abc=:, ${header}`,
    header.replace("sha-256", "SHA-256"),
    header.replace("=:X", "=:"),
    header.replaceAll(":", ""),
    header.replace("PE=:", "PF=:"), // the same bytes, spelt with other unused bits
    `${header};a=1`,
  ];
  for (const other of others) assert.equal(readContentDigest(other), undefined, other);
});
