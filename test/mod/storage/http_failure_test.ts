// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { SgError } from "../../../mod/errors/mod.ts";
import { isBrokenOff, networkFailure } from "../../../mod/storage/_http_failure.ts";

const failing = (code: string) => Object.assign(new Error(`it failed: ${code}`), { code });

Deno.test("networkFailure tells a server that is not reached from a connection that broke off, and by whom", () => {
  const cases = [
    ["ENOTFOUND", "SG0134", "SG0134"],
    ["ECONNREFUSED", "SG0136", "SG0136"],
    ["ETIMEDOUT", "SG0136", "SG0198"],
    ["EHOSTUNREACH", "SG0136", "SG0198"],
    ["ENETDOWN", "SG0136", "SG0198"],
    ["ECONNRESET", "SG0083", "SG0083"],
    ["EPIPE", "SG0083", "SG0083"],
    ["CERT_HAS_EXPIRED", "SG1019", "SG1019"],
  ] as const;
  for (const [error, before, within] of cases) {
    assert.equal(networkFailure("load x", failing(error)).code, before, error);
    assert.equal(networkFailure("load x", failing(error), true).code, within, error);
  }
  assert.equal(isBrokenOff(new SgError("SG0198", "x")) && isBrokenOff(new SgError("SG0083", "x")), true);
  assert.equal(isBrokenOff(new SgError("SG0136", "x")), false);
});

Deno.test("networkFailure says the common failures in words, and keeps the system's name beside them", () => {
  const said = networkFailure("load x", failing("ECONNRESET"), true);
  assert.equal(said.message, "Cannot load x: the connection was reset by the other end");
  assert.equal(said.context.error, "ECONNRESET");
  assert.equal(networkFailure("load x", failing("EPROTO")).message, "Cannot load x: it failed: EPROTO");
});
