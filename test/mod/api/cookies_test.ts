// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { cookieIn, cookieName, setCookie } from "../../../mod/api/mod.ts";

Deno.test("setCookie: over TLS the browser is held to this host and to TLS; scripts and other sites never have it [W1]", () => {
  assert.equal(setCookie("abc", true), "__Host-sid=abc; Path=/; HttpOnly; SameSite=Strict; Secure");
  assert.equal(setCookie("abc", false), "sid=abc; Path=/; HttpOnly; SameSite=Strict");
  assert.equal(setCookie(null, true), "__Host-sid=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0");
});

Deno.test("cookieIn: finds the one value of the connection's own name", () => {
  assert.equal(cookieName(true), "__Host-sid");
  assert.equal(cookieIn("a=1; __Host-sid=abc; b=2", true), "abc");
  assert.equal(cookieIn("sid=abc", true), undefined);
  assert.equal(cookieIn("__Host-sid=abc", false), undefined);
  assert.equal(cookieIn("xsid=abc; sid=def", false), "def");
  for (const header of [undefined, "", "sid", "sid=", "sid=a; sid=b", `sid=${"x".repeat(300)}`]) {
    assert.equal(cookieIn(header, false), undefined, header);
  }
});
