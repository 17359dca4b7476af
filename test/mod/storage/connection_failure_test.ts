// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { connectionFailure } from "../../../mod/storage/mod.ts";

const failing = (code: string, text = `it failed: ${code}`) => Object.assign(new Error(text), { code });

Deno.test("connectionFailure tells names, closed doors, certificates and broken connections apart", () => {
  const cases = [
    ["SG0134", ["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME", "EAI_FAIL"]],
    ["SG0136", ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "ETIMEDOUT"]],
    ["SG1019", ["CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"]],
    ["SG1019", ["ERR_TLS_CERT_ALTNAME_INVALID"]],
    ["SG0083", ["ECONNRESET", "EPIPE", "EPROTO", "anything else"]],
  ] as const;
  for (const [code, systems] of cases) {
    for (const system of systems) {
      const failure = connectionFailure(failing(system));
      assert.deepEqual([failure.code, failure.system], [code, system]);
    }
  }
  // The runtime's own errors have no name of the system.
  const untrusted = connectionFailure(new Error("invalid peer certificate: UnknownIssuer"));
  assert.deepEqual(untrusted, { code: "SG1019", why: "invalid peer certificate: UnknownIssuer" });
  assert.equal(connectionFailure(new Error("failed to lookup address information")).code, "SG0134");
  assert.deepEqual(connectionFailure("torn"), { code: "SG0083", why: "torn" });
});

Deno.test("connectionFailure says the common failures in words, and others as they come", () => {
  assert.equal(connectionFailure(failing("ECONNREFUSED")).why, "nothing answers there");
  assert.equal(connectionFailure(failing("ECONNRESET")).why, "the connection was reset by the other end");
  assert.equal(connectionFailure(failing("EPROTO")).why, "it failed: EPROTO");
});
